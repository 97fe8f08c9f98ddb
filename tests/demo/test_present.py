"""A demonstration that stands for weeks: people come and go, and the days ahead fill up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import jobs
from portal.config import ROOT
from portal.demo.front_desk import play
from portal.demo.loading import FRONT_DESK, Load, Plan, add_more, plan_more
from portal.demo.present import fill_days, play_front_desk
from tests.demo.loads import AT, OVERLAPS, PASSWORD, loaded_data

LATER = AT + timedelta(days=7, hours=4)


@pytest.fixture
def loaded(migrated_app: Flask) -> Iterator[tuple[Session, Plan]]:
    with loaded_data(migrated_app, Load(password=PASSWORD, people=120, days=20)) as data:
        yield data


def count(session: Session, rows: str, **parameters: object) -> int:
    return int(session.execute(text(f"SELECT count(*) FROM {rows}"), parameters).scalar_one())


def test_a_week_later_it_still_lives(loaded: tuple[Session, Plan]) -> None:
    session, plan = loaded
    far = "reservation WHERE starts_at > :at + interval '8 days' AND starts_at < :at + interval '14 days'"
    sparse = count(session, far, at=LATER)
    play_front_desk(session, at=LATER)
    added = fill_days(session, plan.accounts[FRONT_DESK], at=LATER)
    assert added > 100
    assert count(session, far, at=LATER) > 2 * sparse
    assert count(session, "reservation WHERE starts_at > :at + interval '28 days'", at=LATER) > 0
    assert fill_days(session, plan.accounts[FRONT_DESK], at=LATER + timedelta(hours=1)) == 0
    today = "reservation WHERE starts_at < :at AND ends_at > :at"
    here = count(session, f"{today} AND state = 'checked-in'", at=LATER)
    assert here > 5
    since = "reservation WHERE starts_at BETWEEN :since AND :at AND ends_at < :at"
    came = count(session, f"{since} AND state = 'completed'", since=AT, at=LATER)
    assert came > 0.8 * count(session, since, since=AT, at=LATER)
    for same in ("resource_id", "person_id"):
        assert session.execute(text(OVERLAPS.format(same=same))).scalar() == 0


def test_after_two_months_there_is_something_ahead(loaded: tuple[Session, Plan]) -> None:
    session, plan = loaded
    at = AT + timedelta(days=60)
    play_front_desk(session, at=at)
    fill_days(session, plan.accounts[FRONT_DESK], at=at)
    for since, until in ((-20, 0), (0, 1), (1, 14)):
        there = "reservation WHERE starts_at > :since AND starts_at < :until"
        days = {"since": at + timedelta(days=since), "until": at + timedelta(days=until)}
        assert count(session, there, **days) > 10 * (until - since)


def test_playing_twice_changes_nothing_and_nobody_of_the_accounts_moves(loaded: tuple[Session, Plan]) -> None:
    session, plan = loaded
    people = list(plan.accounts.values())
    states = text(
        "SELECT v.id, v.state, b.checked_in_at, b.checked_out_at, c.ends_at FROM reservation v"
        " JOIN booking b ON b.id = v.id JOIN claim c ON c.reservation_id = v.id"
        " WHERE v.person_id = ANY(:people) OR :all ORDER BY v.id"
    )
    theirs = session.execute(states, {"people": people, "all": False}).all()
    play_front_desk(session, at=LATER)
    assert session.execute(states, {"people": people, "all": False}).all() == theirs
    once = session.execute(states, {"people": people, "all": True}).all()
    play_front_desk(session, at=LATER)
    assert session.execute(states, {"people": people, "all": True}).all() == once


def test_more_bookings_are_added_to_what_is_there(loaded: tuple[Session, Plan]) -> None:
    session, _ = loaded
    there = count(session, "reservation")
    command = Load(password=PASSWORD, bookings=there + 3000)
    plan = plan_more(session, command, at=AT)
    assert plan is not None
    assert add_more(session, plan, lambda _: None) == 3000
    assert count(session, "reservation") == there + 3000
    assert plan_more(session, command, at=AT) is None
    for same in ("resource_id", "person_id"):
        assert session.execute(text(OVERLAPS.format(same=same))).scalar() == 0


def test_only_a_demonstration_has_a_front_desk_that_plays(migrated_app: Flask) -> None:
    assert "demo.play" in jobs.app.tasks
    with migrated_app.app_context():
        play()
    settings = migrated_app.config["SETTINGS"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_BASE_URL": "https://portal.test",
    }
    ask = "from portal import create_app, jobs; create_app(); print('demo.play' in jobs.app.tasks)"
    out = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (out.stdout, out.stderr) == ("False\n", "")
