"""The guard under rivals that call services at the same moment. Each ends by counting overlaps: 0."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.bookings.booked import Booked
from portal.bookings.visits.services import check_in, mark_no_show
from portal.db import db
from portal.errors import PortalError
from portal.resources.models import Claim, Reservation, State
from portal.resources.refusals import ConfirmFirst, SlotTaken
from tests.bookings.house import House, at
from tests.concurrency.race import overlaps, race
from tests.factories import PersonFactory

RIVALS = 12


@pytest.fixture
def house(session: Session) -> Iterator[House]:
    house = House(session)
    yield house
    assert overlaps() == 0


def won(results: list[object]) -> list[Booked]:
    others = [one for one in results if not isinstance(one, Booked | PortalError)]
    assert not others, others
    return [one for one in results if isinstance(one, Booked)]


def test_one_slot_many_rivals(app: Flask, house: House) -> None:
    for start in (10, 12, 14, 16):
        wanted = at(start, days=1), at(start + 2, days=1)
        results = race(app, [partial(house.book, *wanted, person) for person in house.people(RIVALS)])
        assert len(won(results)) == 1
        assert sum(isinstance(one, SlotTaken) for one in results) == RIVALS - 1


def test_partial_overlaps(app: Flask, house: House) -> None:
    """Stretches of two hours, each half an hour later than the one before: those that stand are apart."""
    half_hours = [timedelta(minutes=30 * n) for n in range(RIVALS)]
    rivals = [
        partial(house.book, at(8, days=1) + later, at(10, days=1) + later, person)
        for later, person in zip(half_hours, house.people(RIVALS), strict=True)
    ]
    assert 1 <= len(won(race(app, rivals))) <= 3


def test_touching_stretches_all_stand(app: Flask, house: House) -> None:
    rivals = [
        partial(house.book, at(8 + n, days=1), at(9 + n, days=1), person)
        for n, person in enumerate(house.people(RIVALS))
    ]
    assert len(won(race(app, rivals))) == RIVALS


def test_move_against_book(app: Flask, house: House) -> None:
    for day in range(1, 7):
        booked = house.book(at(10, days=day), at(12, days=day), house.person)
        wanted = at(14, days=day), at(15, days=day)
        results = race(app, [partial(house.move, booked, *wanted), partial(house.book, *wanted, house.rival)])
        assert len(won(results)) == 1
        house.do(services.cancel, booked)


def test_cancel_against_book(app: Flask, house: House) -> None:
    """Whichever comes first: the desk is never held twice, and never lost."""
    for day in range(1, 6):
        wanted = at(10, days=day), at(12, days=day)
        booked = house.book(*wanted)
        _, result = race(
            app, [partial(house.do, services.cancel, booked), partial(house.book, *wanted, house.rival)]
        )
        assert isinstance(result, Booked | SlotTaken)
        assert house.state(booked) == State.CANCELLED
        if isinstance(result, SlotTaken):
            house.book(*wanted, house.rival)


def test_two_people_swap_desks_without_deadlock(app: Flask, house: House) -> None:
    """Both want what the other holds: neither can have it, both keep what they have."""
    for day in range(1, 7):
        wanted = at(10, days=day), at(11, days=day)
        mine = house.book(*wanted, house.person)
        theirs = house.book(*wanted, house.rival, resource=house.other)
        results = race(
            app,
            [
                partial(house.move, mine, *wanted, resource=house.other),
                partial(house.move, theirs, *wanted, resource=house.desk),
            ],
        )
        assert all(isinstance(one, SlotTaken) for one in results), results


def test_a_quota_of_one(app: Flask, house: House, session: Session) -> None:
    """Forty requests of one person who may hold one more: one is had."""
    newcomer = PersonFactory(unconfirmed=True)
    rivals = [
        partial(house.book, at(10, days=1 + n % 5), at(11, days=1 + n % 5), newcomer, resource=desk)
        for n, desk in enumerate(house.desks(40))
    ]
    results = race(app, rivals)
    assert len(won(results)) == 1
    assert sum(isinstance(one, ConfirmFirst) for one in results) == 39


def test_the_day_quota_under_rivals(app: Flask, house: House) -> None:
    """Four hours a day, twelve requests of an hour each on different desks: four are had."""
    rivals = [
        partial(house.book, at(8 + n, days=1), at(9 + n, days=1), resource=desk)
        for n, desk in enumerate(house.desks(RIVALS))
    ]
    assert len(won(race(app, rivals))) == 4


def test_check_in_against_release(app: Flask, house: House) -> None:
    """Somebody arrives in the very minute in which the desk is given away."""
    for day in range(6):
        booked = house.book(at(10, days=day), at(11, days=day))
        late = at(10, 15, days=day)
        race(
            app,
            [
                partial(house.do, check_in, booked, late),
                partial(house.run, mark_no_show, booked, late, late_minutes=15),
            ],
        )
        assert house.state(booked) == State.CHECKED_IN
        with db.engine.connect() as connection:
            released = select(Claim.released_at).where(Claim.reservation_id == booked.id)
            assert connection.scalar(released) is None


WRONG = [
    ("a zero-length claim", "'2026-09-08 10:00+07'", "'2026-09-08 10:00+07'", "ck_claim_length"),
    ("a reversed claim", "'2026-09-08 12:00+07'", "'2026-09-08 10:00+07'", "ck_claim_length"),
    ("a claim of more than a day", "'2026-09-08 10:00+07'", "'2026-09-09 10:01+07'", "ck_claim_length"),
    ("an endless claim", "'2026-09-08 10:00+07'", "'infinity'", "ck_claim_"),
    ("a claim without a beginning", "'-infinity'", "'2026-09-08 10:00+07'", "ck_claim_"),
    ("a claim without an end", "'2026-09-08 10:00+07'", "NULL", "ends_at"),
]


@pytest.mark.parametrize(("what", "start", "end", "by"), WRONG, ids=[row[0] for row in WRONG])
def test_raw_sql_is_refused_too(house: House, what: str, start: str, end: str, by: str) -> None:
    booked = house.book(at(14), at(15))
    statement = text(
        "INSERT INTO claim (reservation_id, resource_id, person_id, starts_at, ends_at) "
        f"VALUES (:reservation, :resource, :person, {start}, {end})"
    )
    facts = {"reservation": booked.id, "resource": house.desk.id, "person": house.person.id}
    with db.engine.connect() as connection, pytest.raises(IntegrityError, match=by):
        connection.execute(statement, facts)


def test_an_overlap_by_raw_sql_is_refused(house: House) -> None:
    booked = house.book(at(14), at(15))
    statement = text(
        "INSERT INTO claim (reservation_id, resource_id, person_id, starts_at, ends_at) "
        "SELECT reservation_id, resource_id, person_id, starts_at + interval '59 minutes', "
        "ends_at + interval '1 hour' FROM claim WHERE reservation_id = :reservation"
    )
    with db.engine.connect() as connection, pytest.raises(IntegrityError, match="ex_claim_overlap"):
        connection.execute(statement, {"reservation": booked.id})


def test_no_reservation_without_its_claim(house: House, session: Session) -> None:
    """What lost the race has left nothing behind."""
    house.book(at(10), at(11))
    with pytest.raises(SlotTaken):
        house.book(at(10), at(11), house.rival)
    count = select(func.count()).select_from(Reservation)
    assert session.scalar(count) == session.scalar(select(func.count()).select_from(Claim)) == 1
