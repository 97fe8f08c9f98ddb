"""Uploaded files: what they really are, where they lie, how they are handed out. Whose they are, owners know.

No view stands here: each package that has files says in its own who may see them.
"""

from flask import Flask

from portal.files import models, receiving

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    receiving.init_app(app)
