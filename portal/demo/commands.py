"""flask demo …"""

import os
import secrets
import time
from functools import partial

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.services import confirmed_owner
from portal.clock import now
from portal.config import Settings
from portal.db import reading, unit_of_work
from portal.demo.consultations.asking import let_ask_again
from portal.demo.consultations.loading import count_appointments, count_consultants
from portal.demo.consultations.present import play_consultants
from portal.demo.consultations.roster import CONSULTANTS
from portal.demo.loading import (
    FRONT_DESK,
    Load,
    Plan,
    add_consultations,
    add_more,
    add_older_consultations,
    begin,
    finish,
    is_loaded,
    let_one_load,
    plan_more,
    refresh_accounts,
)
from portal.demo.present import fill_days, play_front_desk

_bar = partial(click.progressbar, show_pos=True)

demo = AppGroup("demo", help="The demonstration: its data and its accounts.")


@demo.command("load")
@click.option("--people", type=click.IntRange(0, 1_000_000), default=200, show_default=True)
@click.option(
    "--bookings",
    type=click.IntRange(0, 20_000_000),
    help="How many in all; what six months do not hold lies further back. Left out: as many as they hold.",
)
@click.option(
    "--appointments",
    type=click.IntRange(0, 5_000_000),
    help="How many consultations in all; what a year does not hold lies further back. Left out: as many as it holds.",
)
@click.option(
    "--consultants",
    type=click.IntRange(0, 1_000),
    default=len(CONSULTANTS),
    show_default=True,
    help="How many in all, and never fewer than the usual ones.",
)
@click.option("--seed", type=int, default=3328, show_default=True, help="The same seed, the same data.")
def load(people: int, bookings: int | None, appointments: int | None, consultants: int, seed: int) -> None:
    """Fill the database; one that is filled already gets what it lacks of bookings and consultations, and no people."""
    command = Load(
        people=people,
        bookings=bookings,
        appointments=appointments,
        consultants=consultants,
        seed=seed,
        password=_password(_settings()),
    )
    with unit_of_work() as session:
        let_one_load(session)
        if is_loaded(session):
            _load_more(session, command)
        else:
            _load_all(session, command)
        _load_older(session, command)
    with reading() as connection:
        connection.execute(text("VACUUM (ANALYZE) person, reservation, booking, appointment, claim"))


def _load_all(session: Session, command: Load) -> None:
    begun = time.monotonic()
    click.echo("Making up places and people")
    plan = begin(session, command, at=now())
    with _bar(length=plan.total, label="Writing bookings") as bar:
        written = finish(session, plan, bar.update)
    _tell(plan, written, begun)
    click.echo(f"{count_consultants(session)} consultants, {count_appointments(session):,} consultations.")


def _load_more(session: Session, command: Load) -> None:
    begun = time.monotonic()
    refresh_accounts(session, command.password, at=now())
    click.echo("The demonstration is loaded already; its accounts have the demonstration password.")
    plan = plan_more(session, command, at=now())
    if plan:
        with _bar(length=plan.older, label="Writing bookings") as bar:
            written = add_more(session, plan, bar.update)
        _tell(plan, written, begun)
    advised = add_consultations(session, command, at=now())
    if advised:
        click.echo(
            f"{count_consultants(session)} consultants, {count_appointments(session):,} consultations."
        )
    if not plan and not advised:
        click.echo("Nothing was added.")


def _load_older(session: Session, command: Load) -> None:
    missing = (command.appointments or 0) - count_appointments(session)
    if missing <= 0:
        return
    with _bar(length=missing, label="Writing consultations") as bar:
        written = add_older_consultations(session, command, missing, bar.update, at=now())
    click.echo(f"{written:,} consultations of former years.")


def _tell(plan: Plan, written: int, begun: float) -> None:
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
        play_consultants(session, at=now())
        clerk_id = confirmed_owner(session, FRONT_DESK)
        added = fill_days(session, clerk_id, at=now()) if clerk_id else 0
    with unit_of_work() as session:
        let_ask_again(session, at=now())
    if added:
        click.echo(f"{added:,} bookings and consultations added for the days ahead.")


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
