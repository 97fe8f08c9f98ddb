"""/api/v1, one file per noun, over the same services as the pages."""

from flask import Flask


def init_app(app: Flask) -> None:
    pass
