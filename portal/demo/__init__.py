"""Demonstration mode: its data, its accounts, the mails it caught. Only the application imports it."""

from importlib import import_module

from flask import Flask

from portal.config import Settings
from portal.demo import views
from portal.demo.commands import demo


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.cli.add_command(demo)
    if settings.demo:
        import_module("portal.demo.front_desk")  # registers its job
        app.register_blueprint(views.blueprint)
