"""flask demo …"""

import os
import secrets
import time
from functools import partial

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import text

from portal.accounts.services import confirmed_owner
from portal.clock import now
from portal.config import Settings
from portal.db import reading, unit_of_work
from portal.demo.loading import (
    FRONT_DESK,
    Load,
    add_consultations,
    add_more,
    begin,
    finish,
    is_loaded,
    let_one_load,
    plan_more,
    refresh_accounts,
)
from portal.demo.present import fill_days, play_front_desk

_bar = partial(click.progressbar, label="Writing bookings", show_pos=True)

demo = AppGroup("demo", help="The demonstration: its data and its accounts.")


@demo.command("load")
@click.option("--people", type=click.IntRange(0, 1_000_000), default=200, show_default=True)
@click.option(
    "--bookings",
    type=click.IntRange(0, 20_000_000),
    help="How many in all; what six months do not hold lies further back. Left out: as many as they hold.",
)
@click.option("--seed", type=int, default=3328, show_default=True, help="The same seed, the same data.")
def load(people: int, bookings: int | None, seed: int) -> None:
    """Fill the database; one that is filled already gets the bookings that it lacks, and no more people."""
    command = Load(people=people, bookings=bookings, seed=seed, password=_password(_settings()))
    begun = time.monotonic()
    with unit_of_work() as session:
        let_one_load(session)
        if is_loaded(session):
            refresh_accounts(session, command.password, at=now())
            click.echo("The demonstration is loaded already; its accounts have the demonstration password.")
            add_consultations(session, at=now())
            plan = plan_more(session, command, at=now())
            if plan is None:
                click.echo("Nothing was added.")
                return
            with _bar(length=plan.older) as bar:
                written = add_more(session, plan, bar.update)
        else:
            click.echo("Making up places and people")
            plan = begin(session, command, at=now())
            with _bar(length=plan.total) as bar:
                written = finish(session, plan, bar.update)
    with reading() as connection:
        connection.execute(text("VACUUM (ANALYZE) person, reservation, booking, claim"))
    seconds = max(time.monotonic() - begun, 0.001)
    click.echo(
        f"{len(plan.guests):,} people, {len(plan.spots)} desks and rooms, {written:,} bookings"
        f" in {seconds:.0f} s ({written / seconds:,.0f} a second)."
    )


@demo.command("is-loaded")
@click.pass_context
def tell_loaded(context: click.Context) -> None:
    """Exit code 0 when there is demonstration data, 1 when there is none."""
    with reading() as connection:
        found = is_loaded(connection)
    context.exit(0 if found else 1)


@demo.command("prepare")
@click.pass_context
def prepare(context: click.Context) -> None:
    """What `make run` does at every start: `load`, with everything as usual, and the days since the last start."""
    context.invoke(load)
    with unit_of_work() as session:
        let_one_load(session)
        play_front_desk(session, at=now())
        clerk_id = confirmed_owner(session, FRONT_DESK)
        added = fill_days(session, clerk_id, at=now()) if clerk_id else 0
    if added:
        click.echo(f"{added:,} bookings added for the days ahead.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demo:
        raise click.ClickException(
            "Only in demonstration mode (PORTAL_DEMO=1): the data comes with accounts whose password is shown."
        )
    return settings


def _password(settings: Settings) -> str:
    """The given one; else a new one, kept where the next start finds it."""
    if settings.demo_password:
        return settings.demo_password
    password = secrets.token_urlsafe(9)
    path = settings.instance / "demo-password"
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(password + "\n")
    click.echo(f"Password of the demonstration accounts: {password} (kept in {path})")
    return password
