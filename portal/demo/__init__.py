"""Demonstration mode: its data, its accounts, the mails it caught. Only the application imports it."""

from flask import Flask

from portal.config import Settings
from portal.demo import views
from portal.demo.commands import demo


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.cli.add_command(demo)
    if settings.demo:
        app.register_blueprint(views.blueprint)
