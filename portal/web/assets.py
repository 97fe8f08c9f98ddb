"""Built front-end files: hashed names, compressed variants, served for ever by WhiteNoise."""

import json
from functools import cache
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from portal.config import Settings
from portal.web.headers import CONTENT_SECURITY_POLICY, STRICT_TRANSPORT

BUILD = Path(__file__).resolve().parent.parent.parent / "static" / "build"
PREFIX = "/static/build/"


@cache
def manifest() -> dict[str, str]:
    """Built files by the names they are asked for."""
    try:
        return json.loads((BUILD / "manifest.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except FileNotFoundError as error:
        raise RuntimeError("The front end is not built: run `make build`.") from error


def asset(name: str) -> str:
    """Address of a built file, such as `asset("app.css")`.

    Raises:
        KeyError: the build made no such file.
    """
    return PREFIX + manifest()[name]


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]

    def secure(headers: Headers, path: str, url: str) -> None:
        """These files never pass the application, nor what it adds to its answers."""
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        if settings.is_https:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT

    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(BUILD),
        prefix=PREFIX,
        immutable_file_test=lambda path, url: not url.endswith("manifest.json"),
        add_headers_function=secure,
    )
