"""One Tuesday at one site, as its front desk sees it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import RoleGrant
from portal.bookings.booked import Booked
from portal.bookings.services import Book, book
from portal.db import db, unit_of_work
from portal.permissions import Role
from portal.resources.models import Reservation, State
from tests.client import Visitor
from tests.factories import FloorFactory, PersonFactory, ResourceFactory, SiteFactory, ZoneFactory, words

WIB = ZoneInfo("Asia/Jakarta")


def at(hour: int, minute: int = 0, *, day: int = 8) -> datetime:
    """September 2026 in WIB; the 8th is a Tuesday."""
    return datetime(2026, 9, day, hour, minute, tzinfo=WIB)


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    """Moves "now"; it is 08.50 to begin with."""
    with time_machine.travel(at(8, 50), tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def site(session: Session) -> Any:
    return SiteFactory(name="Trasa", reference_prefix="TRS")


@pytest.fixture
def zone(session: Session, site: Any) -> Any:
    floor = FloorFactory(site_id=site.id, level=2)
    return ZoneFactory(floor_id=floor.id, name=words("Zona Taman", "Garden zone"))


@pytest.fixture
def desk(session: Session, site: Any, zone: Any) -> Callable[..., Any]:
    """A further desk in the zone."""

    def make(name: str, **options: Any) -> Any:
        return ResourceFactory(site=site, floor_id=zone.floor_id, zone_id=zone.id, name=name, **options)

    return make


@pytest.fixture
def booked(session: Session, desk: Callable[..., Any]) -> Callable[..., Booked]:
    """A booking from one local hour to another, of a desk of its own."""
    count = iter(range(1, 1000))

    def make(
        start: int, end: int, *, person: Any = None, day: int = 8, resource: Any = None, minute: int = 0
    ) -> Booked:
        person = person or PersonFactory()
        resource = resource or desk(f"A{next(count):02d}")
        session.commit()
        command = Book(
            actor=Actor(id=person.id, is_staff=True),
            person_id=person.id,
            resource_id=resource.id,
            starts_at=at(start, minute, day=day),
            ends_at=at(end, day=day),
        )
        with unit_of_work() as work:
            return book(work, command, at=at(8, day=day) - timedelta(days=1))

    return make


@pytest.fixture
def officer(session: Session, visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Somebody at the front desk; with an agency, at the front desks of that agency alone."""

    def sit(agency_id: int | None = None) -> Visitor:
        person = PersonFactory(roles=[Role.ENTREPRENEUR])
        session.add(RoleGrant(person_id=person.id, role=Role.FRONTDESK, agency_id=agency_id))
        session.commit()
        return visitor(person)

    return sit


@pytest.fixture
def state_of(session: Session) -> Callable[[Booked], State]:
    def read(booking: Booked) -> State:
        session.rollback()
        found = session.scalar(select(Reservation.state).where(Reservation.id == booking.id))
        assert found is not None
        return found

    return read


@pytest.fixture
def statements(app: object) -> Iterator[list[str]]:
    """Every statement from here on."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
