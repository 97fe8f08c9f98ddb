"""The demonstration's data: how much, how alike, how free of overlaps. Loaded for real, never committed."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings.queries import coming_bookings
from portal.bookings.services import Book, book
from portal.bookings.standing import quota
from portal.demo.loading import Load, Plan
from portal.resources.board import board
from portal.resources.free_time import epoch_minutes
from portal.resources.models import ResourceKind
from portal.resources.rules import bookable
from portal.resources.site_map import site_map
from tests.demo.loads import AT, OVERLAPS, PASSWORD, loaded_data


@pytest.fixture(scope="module")
def loaded(migrated_app: Flask) -> Iterator[tuple[Session, Plan]]:
    with loaded_data(migrated_app, Load(password=PASSWORD)) as data:
        yield data


@pytest.fixture
def session(loaded: tuple[Session, Plan]) -> Session:
    return loaded[0]


@pytest.fixture
def plan(loaded: tuple[Session, Plan]) -> Plan:
    return loaded[1]


@pytest.fixture
def count(session: Session) -> Callable[..., int]:
    def ask(rows: str, **parameters: object) -> int:
        return int(session.execute(text(f"SELECT count(*) FROM {rows}"), parameters).scalar_one())

    return ask


def test_trasa_has_its_desks_rooms_and_people(count: Callable[..., int]) -> None:
    for letter, desks in (("A", 20), ("B", 24), ("C", 16)):
        assert count("resource WHERE kind = 'desk' AND name LIKE :names", names=f"{letter}%") == desks
    assert count("resource WHERE kind = 'desk'") == 60
    assert count("resource WHERE kind = 'room'") == 6
    assert count("district") == count("district WHERE kemendagri_code LIKE '33.28.%'") == 18
    assert count("agency") == 2
    assert count("person WHERE district_id IS NOT NULL") == 200
    assert count("district WHERE id IN (SELECT district_id FROM person)") == 18
    assert count("feature WHERE id IN (SELECT feature_id FROM resource_feature)") == 7
    assert count("closure c JOIN resource r ON r.id = c.resource_id WHERE r.kind = 'desk'") == 4
    assert count("special_day WHERE day >= '2027-01-01'") > 15


def test_nobody_real_is_meant(count: Callable[..., int]) -> None:
    assert count("person WHERE email NOT LIKE '%.example'") == 0
    assert count("person WHERE phone NOT LIKE '+6284%'") == 0
    for kind in ("email IS NULL", "phone IS NULL AND district_id IS NOT NULL"):
        assert 5 < count(f"person WHERE {kind}") < 150
    assert count("person WHERE email_confirmed_at IS NULL AND phone_confirmed_at IS NULL") == 16


@pytest.mark.parametrize("overlaps", OVERLAPS.values(), ids=OVERLAPS)
def test_nothing_is_in_two_places(session: Session, overlaps: str) -> None:
    assert session.execute(text(overlaps)).scalar() == 0


def test_history_is_six_months_of_ordinary_ends(count: Callable[..., int]) -> None:
    past = "reservation WHERE kind = 'booking' AND starts_at < '2026-09-07 17:00+00'"
    total = count(past)
    assert total > 10_000
    for state, least, most in (("completed", 0.75, 0.9), ("no-show", 0.05, 0.11), ("cancelled", 0.06, 0.13)):
        assert least < count(f"{past} AND state = :state", state=state) / total < most
    assert count(f"{past} AND state IN ('confirmed', 'checked-in', 'requested')") == 0
    assert count("reservation WHERE kind = 'booking' AND starts_at < '2026-03-08'") == 0
    assert count("reservation WHERE kind = 'booking' AND starts_at < '2026-03-20'") > 100


def test_the_present_day_lives(count: Callable[..., int]) -> None:
    today = "reservation WHERE kind = 'booking' AND starts_at BETWEEN '2026-09-08' AND '2026-09-08 16:59+00'"
    assert count(f"{today} AND state = 'checked-in'") > 5
    assert count(f"{today} AND state = 'confirmed' AND starts_at > :at", at=AT) > 30
    assert (
        count("reservation WHERE state = 'checked-in' AND starts_at > :at", at=AT + timedelta(hours=1)) == 0
    )
    assert count("reservation WHERE created_at > :at OR cancelled_at > :at", at=AT) == 0
    assert count("booking WHERE checked_in_at > :at OR checked_out_at > :at", at=AT) == 0


def test_rows_of_a_booking_agree(count: Callable[..., int]) -> None:
    rows = (
        "reservation v JOIN booking b ON b.id = v.id JOIN claim k ON k.reservation_id = v.id"
        " JOIN person p ON p.id = v.person_id"
    )
    assert count(rows) == count("reservation WHERE kind = 'booking'") == count("booking")
    wrong = (
        "k.resource_id <> b.resource_id OR k.person_id <> v.person_id OR k.starts_at <> v.starts_at",
        "k.ends_at <> coalesce(b.checked_out_at, v.ends_at)",
        "(v.state IN ('cancelled', 'no-show')) <> (k.released_at IS NOT NULL)",
        "(v.state = 'cancelled') <> (v.cancelled_at IS NOT NULL)",
        "(v.state IN ('checked-in', 'completed')) <> (b.checked_in_at IS NOT NULL)",
        "v.created_at > v.starts_at OR v.created_at < p.created_at",
        "v.cancelled_at > v.starts_at OR v.cancelled_at < v.created_at",
        "b.checked_out_at < b.checked_in_at OR b.checked_out_at > v.ends_at",
        "v.reference !~ '^TRS[2-9HJKMRTWXZ]{6}$'",
    )
    for condition in wrong:
        assert count(f"{rows} WHERE {condition}") == 0, condition


def test_who_is_unconfirmed_holds_one_booking_at_most(session: Session) -> None:
    most = session.execute(
        text(
            """
            SELECT max(held) FROM (SELECT count(*) AS held FROM reservation v JOIN person p ON p.id = v.person_id
            WHERE p.email_confirmed_at IS NULL AND p.phone_confirmed_at IS NULL GROUP BY p.id) AS each
            """
        )
    ).scalar()
    assert most == 1


def test_coming_days_are_partly_taken_and_bookable(session: Session, plan: Plan) -> None:
    first = date(2026, 9, 9)
    found = site_map(session, plan.site_id, first, first + timedelta(days=13))
    assert found is not None
    long_days = 0
    for day in (first + timedelta(days=ahead) for ahead in range(14)):
        begin_, end = found.calendar.midnight(day), found.calendar.midnight(day + timedelta(days=1))
        opens = found.calendar.site_hours(day)
        if not any(closes - start >= 360 for start, closes in opens):
            continue
        long_days += 1
        free = taken = 0
        for row in board(session, plan.site_id, begin_, end, ResourceKind.DESK):
            rules = found.rules[row.resource.rules_id]
            open_ = found.calendar.open_on(day, row.resource.place)
            stretches = bookable(rules, found.calendar, row.resource.place, day, row.taken, now=AT)
            assert rules.shortest_minutes <= 60
            assert rules.longest_minutes >= 180
            free += any(stop - start >= 180 for start, stop in stretches)
            taken += 100 * sum(stop - start for start, stop in row.taken) > 0 and bool(open_)
        assert free > 40, day
        assert taken > 20, day
    assert long_days > 9


def test_demonstration_entrepreneurs_have_quota_to_spare(session: Session, plan: Plan) -> None:
    coming = {}
    for email in ("entrepreneur@demo.example", "entrepreneur2@demo.example"):
        person_id = plan.accounts[email]
        coming[email] = [row.kind for row in coming_bookings(session, person_id, at=AT)]
        for ahead in range(15):
            day = date(2026, 9, 8) + timedelta(days=ahead)
            assert quota(session, person_id, "desk", day, "Asia/Jakarta").week_minutes == 0
    assert coming == {"entrepreneur@demo.example": ["room"], "entrepreneur2@demo.example": []}


def test_an_entrepreneur_books_tomorrow(session: Session, plan: Plan) -> None:
    day = date(2026, 9, 9)
    found = site_map(session, plan.site_id, day, day)
    assert found is not None
    calendar = found.calendar
    for row in board(
        session, plan.site_id, calendar.midnight(day), calendar.midnight(day) + 1440, ResourceKind.DESK
    ):
        rules = found.rules[row.resource.rules_id]
        free = bookable(rules, calendar, row.resource.place, day, row.taken, now=AT)
        start = next((start for start, stop in free if stop - start >= 180), None)
        if start is not None:
            break
    else:
        pytest.fail("no desk is free for three hours")
    person_id = plan.accounts["entrepreneur@demo.example"]
    command = Book(
        actor=Actor(id=person_id),
        person_id=person_id,
        resource_id=row.resource.id,
        starts_at=calendar.moment(start),
        ends_at=calendar.moment(start + 180),
    )
    with session.begin_nested() as savepoint:
        booked = book(session, command, at=AT)
        assert epoch_minutes(booked.starts_at) == start
        savepoint.rollback()


def test_the_first_entrepreneur_finds_two_messages(count: Callable[..., int], plan: Plan) -> None:
    mine = plan.accounts["entrepreneur@demo.example"]
    assert count("message WHERE person_id = :mine", mine=mine) == 2
    assert count("message WHERE person_id = :mine AND read_at IS NULL", mine=mine) == 1


def test_the_consultant_was_told_of_three_requests(count: Callable[..., int], plan: Plan) -> None:
    known = {name: plan.accounts[f"{name}@demo.example"] for name in ("entrepreneur", "consultant")}
    assert count("message WHERE person_id = :consultant AND read_at IS NULL", **known) == 3
    asking = "(SELECT person_id FROM reservation WHERE state = 'requested')"
    assert (
        count(
            f"message WHERE person_id NOT IN (:entrepreneur, :consultant) AND person_id NOT IN {asking}",
            **known,
        )
        == 0
    )
    assert count("procrastinate_jobs WHERE task_name = 'notifications.mail'") <= 1 + 2 * 3


def test_roles_stand_with_their_agency(count: Callable[..., int]) -> None:
    grants = "role_grant g JOIN person p ON p.id = g.person_id"
    assert count(f"{grants} WHERE p.email LIKE '%@demo.example'") == 7
    assert count(f"{grants} WHERE g.role IN ('manager', 'official') AND g.agency_id IS NOT NULL") == 2
    assert count("role_grant WHERE role = 'entrepreneur'") == 202
