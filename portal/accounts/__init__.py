"""People: how they get in, what they may do, what they agreed to."""

from flask import Flask

from portal.accounts import commands, login_manager
from portal.accounts.erasing import views as erasing
from portal.accounts.profile import views as profile
from portal.accounts.recovery import views as recovery
from portal.accounts.registration import views as registration
from portal.accounts.sessions import views as sessions
from portal.accounts.views import blueprint

PAGES = (sessions, registration, recovery, profile, erasing)
"""Modules whose views stand on the blueprint."""


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    app.register_blueprint(blueprint)
    app.cli.add_command(commands.accounts)
