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
from portal.demo.consultations.asking import let_ask_again
from portal.demo.consultations.present import play_consultants
from portal.demo.front_desk import play
from portal.demo.loading import (
    FRONT_DESK,
    Load,
    Plan,
    add_consultations,
    add_more,
    add_older_consultations,
    plan_more,
)
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
    since = "reservation WHERE kind = 'booking' AND starts_at BETWEEN :since AND :at AND ends_at < :at"
    came = count(session, f"{since} AND state = 'completed'", since=AT, at=LATER)
    assert came > 0.8 * count(session, since, since=AT, at=LATER)
    for overlaps in OVERLAPS.values():
        assert session.execute(text(overlaps)).scalar() == 0


def test_after_two_months_there_is_something_ahead(loaded: tuple[Session, Plan]) -> None:
    session, plan = loaded
    at = AT + timedelta(days=60)
    play_front_desk(session, at=at)
    fill_days(session, plan.accounts[FRONT_DESK], at=at)
    for since, until in ((-20, 0), (0, 1), (1, 14)):
        there = "reservation WHERE starts_at > :since AND starts_at < :until"
        days = {"since": at + timedelta(days=since), "until": at + timedelta(days=until)}
        assert count(session, there, **days) > 10 * (until - since)


def test_consultations_live_on_too(loaded: tuple[Session, Plan]) -> None:
    session, plan = loaded
    of_others = (
        "reservation v JOIN appointment a ON a.id = v.id JOIN consultant c ON c.id = a.consultant_id"
        " JOIN person p ON p.id = c.person_id AND p.email <> 'consultant@demo.example'"
    )
    mine = of_others.replace("<>", "=")
    waiting = count(session, f"{of_others} WHERE v.state = 'requested'")
    assert waiting > 3
    far = (
        f"{of_others} WHERE v.starts_at > :at + interval '9 days' AND v.starts_at < :at + interval '14 days'"
    )
    sparse, notes = count(session, far, at=LATER), count(session, "case_note")
    play_consultants(session, at=AT + timedelta(minutes=1))
    assert waiting - 3 < count(session, f"{of_others} WHERE v.state = 'requested'") <= waiting
    play_consultants(session, at=LATER)
    assert count(session, f"{of_others} WHERE v.state = 'requested'") == 0
    over = "WHERE v.state = 'confirmed' AND v.ends_at < :at"
    assert count(session, f"{of_others} {over}", at=LATER - timedelta(hours=1)) == 0
    assert count(session, f"{mine} WHERE v.state = 'requested'") == 3
    assert count(session, f"{mine} {over}", at=LATER - timedelta(days=1)) == 0
    assert count(session, "case_note") > notes + 10
    assert fill_days(session, plan.accounts[FRONT_DESK], at=LATER) > 0
    assert count(session, far, at=LATER) > 2 * sparse
    assert fill_days(session, plan.accounts[FRONT_DESK], at=LATER + timedelta(hours=1)) == 0
    for overlaps in OVERLAPS.values():
        assert session.execute(text(overlaps)).scalar() == 0


def test_somebody_asks_the_demonstrations_consultant_again(loaded: tuple[Session, Plan]) -> None:
    session, plan = loaded
    waiting = (
        "reservation v JOIN appointment a ON a.id = v.id JOIN consultant c ON c.id = a.consultant_id"
        " WHERE v.state = 'requested' AND c.person_id = :consultant"
    )
    mine = plan.accounts["consultant@demo.example"]
    assert let_ask_again(session, at=LATER) == 0
    session.execute(
        text("UPDATE reservation SET state = 'confirmed' WHERE state = 'requested'"), {"consultant": mine}
    )
    assert let_ask_again(session, at=AT) == 0
    assert let_ask_again(session, at=LATER) == 3
    assert count(session, f"{waiting} AND v.created_at = :at", consultant=mine, at=LATER) == 3
    assert let_ask_again(session, at=LATER + timedelta(hours=1)) == 0


def test_answers_release_what_they_decline(loaded: tuple[Session, Plan]) -> None:
    session, _ = loaded
    session.execute(
        text(
            "UPDATE appointment SET answer_by = v.starts_at FROM reservation v WHERE v.id = appointment.id AND"
            " v.state = 'confirmed' AND v.starts_at > :at AND v.created_at < :at"
        ),
        {"at": AT},
    )
    session.execute(
        text(
            "UPDATE reservation v SET state = 'requested' FROM appointment a"
            " WHERE a.id = v.id AND a.answer_by IS NOT NULL"
        )
    )
    before = count(session, "reservation WHERE state = 'declined'")
    play_consultants(session, at=AT + timedelta(days=30))
    assert count(session, "reservation WHERE state = 'declined'") > before
    rows = "reservation v JOIN appointment a ON a.id = v.id JOIN claim k ON k.reservation_id = v.id"
    wrong = (
        "(v.state = 'declined') AND k.released_at IS DISTINCT FROM a.ended_at",
        "v.state = 'declined' AND (v.sequence <> 1 OR a.answer_by IS NOT NULL)",
        "(v.state = 'declined' AND a.ended_by_id IS NULL) <> a.has_lapsed",
        "v.state = 'no-show' AND k.ends_at > v.ends_at AND v.starts_at > :at",
    )
    for condition in wrong:
        assert count(session, f"{rows} WHERE {condition}", at=AT) == 0, condition


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


def test_more_consultants_and_consultations_are_added(loaded: tuple[Session, Plan]) -> None:
    session, _ = loaded
    usual, booked = count(session, "appointment"), count(session, "booking")
    command = Load(password=PASSWORD, days=20, consultants=20)
    added = add_consultations(session, command, at=AT)
    assert count(session, "consultant") == 20
    assert added > 100
    assert count(session, "appointment") == usual + added
    assert add_consultations(session, command, at=AT) == 0
    earliest = session.execute(
        text("SELECT min(starts_at) FROM reservation v JOIN appointment USING (id)")
    ).scalar()
    assert add_older_consultations(session, command, 2000, lambda _: None, at=AT) == 2000
    assert (
        count(session, "appointment JOIN reservation v USING (id) WHERE v.starts_at < :first", first=earliest)
        == 2000
    )
    plan = plan_more(session, Load(password=PASSWORD, bookings=booked + 3000), at=AT)
    assert plan is not None
    assert add_more(session, plan, lambda _: None) == 3000
    for overlaps in OVERLAPS.values():
        assert session.execute(text(overlaps)).scalar() == 0


def test_a_load_from_before_there_were_consultations_gets_them(loaded: tuple[Session, Plan]) -> None:
    session, _ = loaded
    for table in ("appointment", "consultant", "topic", "outcome"):
        session.execute(text(f"DELETE FROM {table}"))
    session.execute(text("DELETE FROM reservation WHERE kind = 'appointment'"))
    session.execute(text("DELETE FROM resource WHERE kind = 'consultant'"))
    session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
    session.execute(text("DELETE FROM audit_event WHERE verb = 'demo.consultations'"))
    assert add_consultations(session, Load(password=PASSWORD, days=20), at=AT) > 100
    assert count(session, "consultant") == 12
    assert count(session, "reservation WHERE state = 'requested'") > 3


def test_more_bookings_are_added_to_what_is_there(loaded: tuple[Session, Plan]) -> None:
    session, _ = loaded
    there = count(session, "booking")
    command = Load(password=PASSWORD, bookings=there + 3000)
    plan = plan_more(session, command, at=AT)
    assert plan is not None
    assert add_more(session, plan, lambda _: None) == 3000
    assert count(session, "booking") == there + 3000
    assert plan_more(session, command, at=AT) is None
    for overlaps in OVERLAPS.values():
        assert session.execute(text(overlaps)).scalar() == 0


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
