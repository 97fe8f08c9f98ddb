"""Two desks and a room at one site, somebody to use them, and a Monday morning."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.bookings import services
from portal.bookings.booked import Booked
from portal.bookings.services import Book, Move
from portal.db import unit_of_work
from portal.permissions import Role
from portal.resources.models import Reservation, Resource, State
from tests.factories import FloorFactory, PersonFactory, ResourceFactory, RulesFactory, SiteFactory

NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
"""Monday 7 September 2026, 09.00 WIB."""


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime(2026, 9, 7, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta")) + timedelta(days=days)


class House:
    """Services as their callers call them: each in a unit of work of its own."""

    def __init__(self, session: Session, **rules: int) -> None:
        self.session = session
        self.site = SiteFactory()
        self.rules = RulesFactory(**{"day_minutes": 240, "week_minutes": 600} | rules)
        self.place: dict[str, Any] = {
            "site": self.site,
            "floor_id": FloorFactory(site_id=self.site.id).id,
            "rules_id": self.rules.id,
        }
        self.desk: Resource = ResourceFactory(**self.place)
        self.other: Resource = ResourceFactory(**self.place)
        self.room: Resource = ResourceFactory(**self.place, room=True)
        self.person: Person = PersonFactory()
        self.rival: Person = PersonFactory()
        self.staff: Person = PersonFactory(roles=[Role.FRONTDESK])
        session.commit()
        self.desk_staff = Actor(id=self.staff.id, is_staff=True)

    def people(self, count: int) -> list[Person]:
        found: list[Person] = [PersonFactory() for _ in range(count)]
        self.session.commit()
        return found

    def desks(self, count: int) -> list[Resource]:
        found: list[Resource] = [ResourceFactory(**self.place) for _ in range(count)]
        self.session.commit()
        return found

    def book(
        self,
        start: datetime,
        end: datetime,
        person: Person | None = None,
        *,
        resource: Any = None,
        actor: Actor | None = None,
        now: datetime = NOW,
    ) -> Booked:
        who = person or self.person
        command = Book(
            actor=actor or Actor(id=who.id),
            person_id=who.id,
            resource_id=(resource or self.desk).id,
            starts_at=start,
            ends_at=end,
        )
        with unit_of_work() as session:
            return services.book(session, command, at=now)

    def move(
        self, booked: Booked, start: datetime, end: datetime, *, resource: Any = None, now: datetime = NOW
    ) -> Booked:
        command = Move(
            actor=Actor(id=self.person.id),
            reservation_id=booked.id,
            resource_id=(resource or self.desk).id,
            starts_at=start,
            ends_at=end,
        )
        with unit_of_work() as session:
            return services.move(session, command, at=now)

    def do(self, service: Any, booked: Booked, now: datetime = NOW, actor: Actor | None = None) -> None:
        """A service that somebody calls: cancel, check in or out."""
        with unit_of_work() as session:
            service(session, actor or Actor(id=self.person.id), booked.id, at=now)

    def run(self, service: Any, booked: Booked, now: datetime, **more: Any) -> Any:
        """A service that a job calls: remind, release, complete."""
        with unit_of_work() as session:
            return service(session, booked.id, at=now, **more)

    def state(self, booked: Booked) -> State:
        self.session.expire_all()
        found = self.session.get_one(Reservation, booked.id).state
        self.session.rollback()
        return found


def wanted(house: House, start: Any = None, end: Any = None, **more: Any) -> dict[str, str]:
    """The fields of a form that books or moves."""
    fields = {
        "resource_id": house.desk.id,
        "starts_at": (start or at(10)).isoformat(),
        "ends_at": (end or at(12)).isoformat(),
    }
    return {name: str(value) for name, value in (fields | more).items()}
