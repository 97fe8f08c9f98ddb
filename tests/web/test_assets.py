"""Built files, which are answered before the application is asked."""

from dataclasses import replace

from portal import create_app
from portal.config import Settings
from portal.web import logging
from portal.web.assets import asset, manifest
from portal.web.headers import CONTENT_SECURITY_POLICY


def test_they_are_as_safe_as_pages(settings: Settings) -> None:
    app = create_app(replace(settings, base_url="https://bosmuda.example"))
    logging.configure(json=False)
    for name in manifest():
        with app.test_client().get(asset(name)) as answer:
            assert answer.status_code == 200
            assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "max-age" in answer.headers["Strict-Transport-Security"]
            assert "immutable" in answer.headers["Cache-Control"]
