"""The portal as browsers meet it, with pages that fail; what it keeps in files lies in a folder of the test's."""

import os
from pathlib import Path

from flask import abort

from portal import create_app
from portal.config import load_settings
from portal.permissions import public

app = create_app(load_settings(instance=Path(os.environ["TEST_INSTANCE"])))


@app.get("/fails/<int:status>")
@public
def fails(status: int) -> str:
    """500 by a fault, any other by itself."""
    if status == 500:
        raise RuntimeError("on purpose")
    abort(status)
