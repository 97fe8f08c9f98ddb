"""/admin: how the portal stands, and who did what."""

from flask import Flask

from portal.administration.views import blueprint


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
