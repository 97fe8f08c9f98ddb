"""What lets nobody in outside demonstration mode, also where a demonstration's database is served for real."""

from flask import current_app

DOMAIN = "@demo.example"


def is_shut(email: str | None) -> bool:
    return not current_app.config["SETTINGS"].demo and (email or "").lower().endswith(DOMAIN)
