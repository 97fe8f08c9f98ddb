"""Old messages leave the inbox by themselves, once they were read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import jobs
from portal.clock import now
from portal.db import unit_of_work
from portal.notifications import jobs as own_jobs
from portal.notifications import services
from portal.notifications.models import Message
from tests.client import Visitor
from tests.factories import PersonFactory

Run = Callable[[], None]
YEAR = timedelta(days=365)


def put(session: Session, age: timedelta, *, is_read: bool = True, count: int = 1) -> None:
    person, written = PersonFactory(), now() - age
    read_at: datetime | None = now() - timedelta(days=1) if is_read else None
    for _ in range(count):
        message: dict[str, Any] = {"template": "bookings/cancelled", "facts": {}, "read_at": read_at}
        session.add(Message(person_id=person.id, created_at=written, **message))
    session.commit()


def sweep(run_jobs: Run) -> None:
    with unit_of_work() as unit:
        jobs.defer(unit, "notifications.sweep", timestamp=0)
    run_jobs()


def ages(session: Session) -> list[int]:
    session.expire_all()
    return sorted((now() - at).days for at in session.scalars(select(Message.created_at)))


def test_what_was_read_goes_after_thirteen_months(app: Flask, session: Session, run_jobs: Run) -> None:
    for age in (YEAR, YEAR + timedelta(days=35), 3 * YEAR):
        put(session, age)
    put(session, 2 * YEAR, is_read=False)
    sweep(run_jobs)
    assert ages(session) == [365, 730]


def test_many_go_in_several_steps(
    app: Flask, session: Session, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (services, own_jobs):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    put(session, 2 * YEAR, count=5)
    sweep(run_jobs)
    assert ages(session) == []


@pytest.mark.parametrize(("months", "left"), [(0, [730]), (30, [730]), (25, [730]), (23, [])])
def test_how_long_is_a_setting(
    months: int, left: list[int], app: Flask, session: Session, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(app.config["SETTINGS"], inbox_months=months)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    put(session, 2 * YEAR)
    sweep(run_jobs)
    assert ages(session) == left


@pytest.mark.parametrize(("months", "is_told"), [(13, True), (0, False)])
def test_the_privacy_page_tells_it(
    months: int,
    is_told: bool,
    app: Flask,
    visitor: Callable[..., Visitor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], inbox_months=months))
    assert ("Pesan yang sudah kamu baca: 13 bulan." in visitor().get("/privacy").text) == is_told


def test_it_comes_round_each_night(app: Flask) -> None:
    lines = {key[0]: task.cron for key, task in jobs.app.periodic_registry.periodic_tasks.items()}
    assert lines["notifications.sweep"] == "23 19 * * *"
