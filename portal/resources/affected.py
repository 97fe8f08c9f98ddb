"""Who holds time that is no longer open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select

from portal.accounts.models import Person
from portal.db import Reader
from portal.resources.calendar import Place
from portal.resources.free_time import Stretch, covers, epoch_minutes
from portal.resources.models import COMING, Claim, Reservation, ReservationKind, Resource, State
from portal.resources.site_map import site_map


@dataclass(frozen=True, slots=True)
class Affected:
    """A reservation whose time is not, or not wholly, open any more."""

    reservation_id: int
    reference: str
    kind: ReservationKind
    person_id: int
    person_name: str
    resource_id: int
    resource_name: str
    starts_at: datetime
    ends_at: datetime


def inside(
    reader: Reader,
    resource_ids: Iterable[int],
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    site_id: int | None = None,
) -> list[Affected]:
    """Reservations that hold time of the resources within a stretch; None: for ever. Of one site alone, if it is named:
    consultants work at several."""
    # A claim is at most a day long: the second bound lets the index find the first.
    when = [Claim.ends_at > starts_at, Claim.starts_at > starts_at - timedelta(days=1)]
    if ends_at is not None:
        when.append(Claim.starts_at < ends_at)
    if site_id is not None:
        when.append(Reservation.site_id == site_id)
    return [affected for affected, _ in _holding(reader, resource_ids, *when)]


def outside_hours(reader: Reader, site_id: int, day: date, places: Mapping[int, Place]) -> list[Affected]:
    """Reservations of a local day that are not wholly within the hours; `places` by id of resource."""
    found = site_map(reader, site_id, day, day)
    if found is None:
        return []
    calendar = found.calendar
    midnight = datetime.combine(day, time.min, calendar.zone)
    tomorrow = datetime.combine(day + timedelta(days=1), time.min, calendar.zone)
    return [
        affected
        for affected, (start, end) in _holding(
            reader,
            places,
            Reservation.site_id == site_id,
            Claim.starts_at >= midnight,
            Claim.starts_at < tomorrow,
        )
        if not covers(calendar.open_on(day, places[affected.resource_id]), (start, end))
    ]


def _holding(
    reader: Reader, resource_ids: Iterable[int], *when: ColumnElement[bool]
) -> list[tuple[Affected, Stretch[int]]]:
    """Reservations to come or going on, the earliest first, with the minutes they claim."""
    statement = (
        select(
            Reservation.id,
            Reservation.reference,
            Reservation.kind,
            Reservation.person_id,
            Person.name,
            Resource.id,
            Resource.name,
            Reservation.starts_at,
            Reservation.ends_at,
            Claim.starts_at,
            Claim.ends_at,
        )
        .join(Claim, Claim.reservation_id == Reservation.id)
        .join(Resource, Resource.id == Claim.resource_id)
        .join(Person, Person.id == Reservation.person_id)
        .where(
            Claim.resource_id.in_(list(resource_ids)),
            Claim.released_at.is_(None),
            Reservation.state.in_(COMING | {State.CHECKED_IN}),
            *when,
        )
        .order_by(Claim.starts_at, Claim.id)
    )
    return [
        (Affected(*row[:9]), (epoch_minutes(row[9]), epoch_minutes(row[10])))
        for row in reader.execute(statement)
    ]
