"""What waits in the queue for its mail and leads into an account: read with the portal's secret alone.

Jobs are rows, which stand in backups, and for days where a mail fails.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

SEALED = "sealed"
"""The only name in a job's facts when they are sealed."""


class BrokenSealError(Exception):
    """Sealed with another secret, or not by us."""


def _box() -> Fernet:
    secret: str = current_app.config["SETTINGS"].secret_key
    return Fernet(
        urlsafe_b64encode(hmac.digest(secret.encode(), b"portal.notifications.sealing", hashlib.sha256))
    )


def seal(facts: dict[str, Any]) -> str:
    return _box().encrypt(json.dumps(facts).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """
    Raises:
        BrokenSealError: see there.
    """
    try:
        facts: dict[str, Any] = json.loads(_box().decrypt(sealed.encode()))
    except InvalidToken:
        raise BrokenSealError() from None
    return facts
