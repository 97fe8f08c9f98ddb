"""The application factory: extensions and one list of blueprints; it decides nothing."""

import os
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from portal import (
    accounts,
    administration,
    agenda,
    api,
    bookings,
    consultations,
    demo,
    files,
    jobs,
    notifications,
    permissions,
    web,
)
from portal.config import ROOT, Settings, load_settings
from portal.db import db, refuse_stale

PACKAGES = (accounts, notifications, files, bookings, consultations, agenda, administration, api, demo)
"""Each has `init_app(app)`: it registers its blueprints and commands."""

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or load_settings()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(Path(settings.instance).resolve()),
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.pool_size,
            "max_overflow": 0,
            "pool_timeout": 10,
            "hide_parameters": True,
            "connect_args": {"application_name": "portal", "options": _session_options()},
        },
        MIGRATIONS=ROOT / "migrations",
        WTF_CSRF_TIME_LIMIT=None,
    )
    db.init_app(app)
    with app.app_context():
        refuse_stale(db.engine)
    if _is_command():
        from flask_migrate import Migrate  # takes a third of the start, and web processes never migrate

        Migrate(app, db, directory=str(app.config["MIGRATIONS"]))
    web.init_app(app)  # before whatever may refuse: a refusal has a request id as well
    # Before the token is looked at: who has signed out in another tab is asked to sign in, not to send again.
    app.before_request(permissions.guard)
    csrf.init_app(app)
    jobs.init_app(app)
    for package in PACKAGES:
        package.init_app(app)
    return app


def _session_options() -> str:
    """A page that takes so long helps nobody; a command may take its time, and so may the worker, which is one."""
    return "-c timezone=UTC -c lock_timeout=20s" + ("" if _is_command() else " -c statement_timeout=30s")


def _is_command() -> bool:
    """Whether `flask …` made this application; the worker is such a command too."""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"
