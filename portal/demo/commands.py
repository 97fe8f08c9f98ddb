"""flask demo …"""

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import exists, select

from portal.accounts.demo_accounts import ensure_demo_accounts
from portal.clock import now
from portal.config import Settings
from portal.db import reading, unit_of_work
from portal.resources.models import Site

demo = AppGroup("demo", help="The demonstration: its data and its accounts.")


@demo.command("prepare")
@click.pass_context
def prepare(context: click.Context) -> None:
    """Load the data unless there is some, and let the accounts have the demonstration password.

    `make run` does this at every start.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demo or not settings.demo_password:
        raise click.ClickException("Only in demonstration mode, with PORTAL_DEMO_PASSWORD.")
    with reading() as connection:
        is_loaded = connection.scalar(select(exists(select(Site.id))))
    load = demo.commands.get("load")
    if load and not is_loaded:
        context.invoke(load)
    with unit_of_work() as session:
        ensure_demo_accounts(session, settings.demo_password, now())
