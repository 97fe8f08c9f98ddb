"""Uploaded files: what they really are, where they lie, how they are handed out. Whose they are, owners know."""

from flask import Flask

from portal.files import models

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    return None
