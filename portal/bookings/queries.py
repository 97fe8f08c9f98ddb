"""Bookings as pages and services need them. Whose rows one sees is said here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, bindparam, text

from portal.bookings.changing import refusal_to_change
from portal.clock import LocalTimes
from portal.db import Reader, Words
from portal.resources.claims import normalised_reference
from portal.resources.models import State
from portal.resources.queries import SERVED, serving


@dataclass(frozen=True, slots=True)
class BookingRow(LocalTimes):
    """A booking with everything its ticket, its line in a list and its calendar file say."""

    id: int
    reference: str
    state: State
    person_id: int
    person_name: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime
    resource_id: int
    resource_name: str
    kind: str
    site_id: int
    site_name: str
    address: str
    directions: Words
    map_url: str | None
    time_zone: str
    zone: Words | None
    floor: Words | None
    cancel_minutes: int
    late_minutes: int
    checked_in_at: datetime | None
    checked_out_at: datetime | None

    @property
    def change_until(self) -> datetime:
        return self.starts - timedelta(minutes=self.cancel_minutes)

    @property
    def come_until(self) -> datetime:
        return self.starts + timedelta(minutes=self.late_minutes)

    def is_coming(self, at: datetime) -> bool:
        return self.state in {State.CONFIRMED, State.REQUESTED, State.CHECKED_IN} and self.ends_at > at

    def can_change(self, at: datetime, *, by_staff: bool = False) -> bool:
        """Whether it may be moved or cancelled."""
        refusal = refusal_to_change(self.state, self.ends_at, self.change_until, at=at, by_staff=by_staff)
        return refusal is None


BOOKING = """
    SELECT v.id, v.reference, v.state, v.person_id, person.name AS person_name, v.starts_at, v.ends_at, v.sequence,
        coalesce(v.changed_at, v.created_at) AS changed_at,
        r.id AS resource_id, r.name AS resource_name, r.kind, site.id AS site_id, site.name AS site_name, site.address,
        site.directions, site.map_url, site.time_zone, zone.name AS zone, floor.name AS floor,
        rules.cancel_minutes, rules.late_minutes, b.checked_in_at, b.checked_out_at
    FROM reservation v JOIN booking b ON b.id = v.id JOIN person ON person.id = v.person_id
    JOIN resource r ON r.id = b.resource_id JOIN site ON site.id = v.site_id
    JOIN booking_rules rules ON rules.id = r.rules_id
    LEFT JOIN zone ON zone.id = r.zone_id LEFT JOIN floor ON floor.id = r.floor_id
"""
"""Everything a `BookingRow` holds; `booking_row` reads it."""

_BY_REFERENCE = text(
    BOOKING + f" WHERE v.reference = :reference AND (v.person_id = :person_id OR (:serves AND {SERVED}))"
)
_COMING = text(
    BOOKING
    + """ WHERE v.person_id = :person_id AND v.state IN ('requested', 'confirmed', 'checked-in') AND v.ends_at > :at
      AND v.starts_at > :at - interval '1 day' ORDER BY v.starts_at, v.id"""
)
# The page is cut out first: what lies before it is counted off, not joined.
_PAST = text(
    f"""{BOOKING} WHERE v.id = ANY(ARRAY(
        SELECT id FROM reservation
        WHERE person_id = :person_id AND kind = 'booking'
          AND (state NOT IN ('requested', 'confirmed', 'checked-in') OR ends_at <= :at)
        ORDER BY starts_at DESC, id DESC LIMIT :limit OFFSET :offset
      )) ORDER BY v.starts_at DESC, v.id DESC"""  # noqa: S608 (constants)
).bindparams(
    # Written into the statement: with unknown numbers a plan for any page looks so dear, once somebody has much behind
    # them, that PostgreSQL would plan each look anew, at ten times the price of running it.
    bindparam("limit", type_=Integer, literal_execute=True),
    bindparam("offset", type_=Integer, literal_execute=True),
)
_SAME = text(
    BOOKING
    + """ WHERE v.person_id = :person_id AND r.id = :resource_id AND v.starts_at = :starts_at AND v.ends_at = :ends_at
      AND v.state IN ('requested', 'confirmed', 'checked-in') LIMIT 1"""
)


def booking_row(row: Row[Any]) -> BookingRow:
    """A `BookingRow` from a row of `BOOKING`."""
    values = row._asdict()
    values["state"] = State(values["state"])
    values["directions"] = Words(**values["directions"])
    for name in ("zone", "floor"):
        values[name] = Words(**values[name]) if values[name] else None
    return BookingRow(**values)


def booking(reader: Reader, reference: str, person_id: int, *, serves: bool = False) -> BookingRow | None:
    """A person's own booking; who serves at front desks gets those of their agencies' sites; else None."""
    row = reader.execute(
        _BY_REFERENCE,
        {"reference": normalised_reference(reference)[:40], "person_id": person_id, "serves": serves}
        | serving(person_id),
    ).one_or_none()
    return booking_row(row) if row else None


def same_booking(
    reader: Reader, person_id: int, resource_id: int, starts_at: datetime, ends_at: datetime
) -> BookingRow | None:
    """What a second click would book once more: the same person's, of the same resource and time."""
    row = reader.execute(
        _SAME,
        {"person_id": person_id, "resource_id": resource_id, "starts_at": starts_at, "ends_at": ends_at},
    ).one_or_none()
    return booking_row(row) if row else None


def coming_bookings(reader: Reader, person_id: int, *, at: datetime) -> list[BookingRow]:
    """The next first. Quotas and the horizon keep this short."""
    return [booking_row(row) for row in reader.execute(_COMING, {"person_id": person_id, "at": at})]


def past_bookings(
    reader: Reader, person_id: int, *, at: datetime, limit: int, offset: int = 0
) -> list[BookingRow]:
    """The latest first: used, missed, cancelled or over."""
    parameters = {"person_id": person_id, "at": at, "limit": limit, "offset": offset}
    return [booking_row(row) for row in reader.execute(_PAST, parameters)]
