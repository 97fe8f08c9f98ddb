"""The same seed gives the same data; as many bookings as wanted; whatever the day."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.db import db
from portal.demo.loading import Load, begin
from portal.demo.places import calendar_of
from portal.demo.rows import references_of
from tests.demo.loads import CONSULTATIONS, DIGEST, OVERLAPS, PASSWORD, loaded_data


def scalar(session: Session, statement: str, **parameters: object) -> int:
    return int(session.execute(text(statement), parameters).scalar_one())


def digest(app: Flask, **options: int) -> tuple[str, str]:
    with loaded_data(app, Load(password=PASSWORD, **options)) as (session, _):
        return str(session.execute(DIGEST).scalar_one()), str(session.execute(CONSULTATIONS).scalar_one())


def test_the_same_seed_gives_the_same_rows(migrated_app: Flask) -> None:
    first, again, other = (digest(migrated_app, people=30, days=20, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_as_many_bookings_as_wanted_without_overlap(migrated_app: Flask) -> None:
    command = Load(password=PASSWORD, people=90, days=20, bookings=5_000)
    with loaded_data(migrated_app, command) as (session, plan):
        assert plan.older > 1000
        assert (
            scalar(session, "SELECT count(*) FROM claim JOIN booking ON booking.id = reservation_id") == 5_000
        )
        older = "SELECT count(*) FROM reservation WHERE kind = 'booking' AND starts_at < :first"
        assert scalar(session, older, first=plan.first) == plan.older
        for overlaps in OVERLAPS.values():
            assert scalar(session, overlaps) == 0
        following = scalar(session, "SELECT nextval(pg_get_serial_sequence('reservation', 'id'))")
        assert following == scalar(session, "SELECT max(id) + 1 FROM reservation")


def test_fewer_bookings_leave_today_and_the_coming_days(migrated_app: Flask) -> None:
    command = Load(password=PASSWORD, days=10, bookings=0, appointments=0)
    with loaded_data(migrated_app, command) as (session, plan):
        assert plan.older == 0
        assert (
            scalar(session, "SELECT count(*) FROM reservation WHERE starts_at < '2026-09-07 17:00+00'") == 0
        )
        assert scalar(session, "SELECT count(*) FROM booking") == plan.total > 500
        assert scalar(session, "SELECT count(*) FROM appointment") > 50


def test_nobody_comes_where_nobody_is(migrated_app: Flask) -> None:
    with loaded_data(migrated_app, Load(password=PASSWORD, people=0, days=10)) as (session, plan):
        assert plan.total == scalar(session, "SELECT count(*) FROM reservation") == 0


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(datetime(2026, 9, 13, 3, tzinfo=UTC), id="sunday"),
        pytest.param(datetime(2026, 12, 31, 16, 30, tzinfo=UTC), id="last evening of the year"),
        pytest.param(datetime(2027, 3, 6, 20, tzinfo=UTC), id="days before Idul Fitri"),
        pytest.param(datetime(2028, 2, 29, 0, tzinfo=UTC), id="leap day"),
    ],
)
def test_two_weeks_hold_open_days_whatever_the_day(migrated_app: Flask, at: datetime) -> None:
    with migrated_app.app_context(), Session(db.engine) as session:
        plan = begin(session, Load(password=PASSWORD, people=20, days=3), at=at)
        today = calendar_of(session, plan.site_id, at.date(), at.date()).today(at)
        calendar = calendar_of(session, plan.site_id, today, today + timedelta(days=14))
        days = [today + timedelta(days=ahead) for ahead in range(1, 15)]
        long = [day for day in days if any(end - start >= 360 for start, end in calendar.site_hours(day))]
        assert len(long) >= 6
        assert plan.recent
        assert all(visit.created <= at.timestamp() // 60 for visit in plan.recent)
        session.rollback()


def test_references_differ() -> None:
    signs = list(islice(references_of(1), 50_000))
    assert len(set(signs)) == len(signs)
    assert signs[:10] == list(islice(references_of(1), 10))
    assert signs[:10] != list(islice(references_of(2), 10))
