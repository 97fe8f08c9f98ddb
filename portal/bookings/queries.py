"""Bookings as pages and services need them. Whose rows one sees is said here."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from portal.db import Reader, Words
from portal.resources.calendar import SiteCalendar
from portal.resources.claims import LockedResource, normalised_reference
from portal.resources.free_time import epoch_minutes
from portal.resources.models import HOLDING, ResourceKind, State
from portal.resources.queries import HOURS, SERVED, BoardRow, board, read_calendar, serving, site_map, sites
from portal.resources.rules import bookable


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for and against one more booking of a person, under their lock."""

    calendar: SiteCalendar
    is_taken: bool
    day_minutes: int
    """What they hold on that local day, of resources of the same kind."""
    week_minutes: int
    coming: int
    """Their reservations of any kind that are still to come."""
    desks_then: int
    """Desks they hold at some moment of the wanted time."""


_HELD = f"""
    FROM reservation v JOIN booking b ON b.id = v.id JOIN resource r ON r.id = b.resource_id
    CROSS JOIN LATERAL (SELECT greatest(
        extract(epoch FROM coalesce(b.checked_out_at, v.ends_at) - v.starts_at) / 60, 0) AS minutes) AS used
    WHERE v.person_id = :person_id AND v.id <> :besides AND r.kind = :kind
      AND v.state IN ({", ".join(f"'{state}'" for state in sorted(HOLDING))})
      AND v.starts_at >= :week AND v.starts_at < :next_week
"""  # noqa: S608 (constants)
_QUOTAS = f"""
    (SELECT coalesce(sum(used.minutes) FILTER (WHERE v.starts_at >= :day AND v.starts_at < :next_day), 0)::int
     {_HELD}) AS day_minutes,
    (SELECT coalesce(sum(used.minutes), 0)::int {_HELD}) AS week_minutes
"""

_STANDING = text(
    f"""
    SELECT site.time_zone, {HOURS}, {_QUOTAS},
        EXISTS (SELECT FROM claim
            WHERE resource_id = :resource_id AND released_at IS NULL AND reservation_id <> :besides
              AND starts_at > :starts_at - interval '1 day' AND starts_at < :ends_at AND ends_at > :starts_at) AS is_taken,
        (SELECT count(*) FROM reservation
            WHERE person_id = :person_id AND id <> :besides AND state IN ('requested', 'confirmed') AND ends_at > :at
              AND starts_at > :at - interval '1 day') AS coming,
        (SELECT count(*) FROM reservation v JOIN booking b ON b.id = v.id JOIN resource r ON r.id = b.resource_id
            WHERE v.person_id = :person_id AND v.id <> :besides AND r.kind = 'desk'
              AND v.state IN ('requested', 'confirmed', 'checked-in')
              AND v.starts_at > :starts_at - interval '1 day' AND v.starts_at < :ends_at AND v.ends_at > :starts_at) AS desks_then
    FROM site WHERE site.id = :site_id
    """  # noqa: S608 (constants)
)


def standing(
    reader: Reader,
    person_id: int,
    resource: LockedResource,
    starts_at: datetime,
    ends_at: datetime,
    *,
    at: datetime,
    besides: int = 0,
) -> Standing:
    """Read after the locks are had, so that nobody else can change what it says. `besides` is a reservation being moved."""
    zone = ZoneInfo(resource.site.time_zone)
    day = _local_day(starts_at, zone)
    bounds = _bounds(day, zone)
    row = reader.execute(
        _STANDING,
        bounds
        | {
            "person_id": person_id,
            "kind": resource.kind.value,
            "site_id": resource.site_id,
            "resource_id": resource.id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "at": at,
            "besides": besides,
            "first": day,
            "last": day,
        },
    ).one()
    return Standing(
        read_calendar(row), row.is_taken, row.day_minutes, row.week_minutes, row.coming, row.desks_then
    )


@dataclass(frozen=True, slots=True)
class Quota:
    """Minutes a person holds of a kind of resource, in the local day and week around a date."""

    day_minutes: int
    week_minutes: int


def quota(reader: Reader, person_id: int, kind: str, day: date, time_zone: str) -> Quota:
    row = reader.execute(
        text(f"SELECT {_QUOTAS}"),
        _bounds(day, ZoneInfo(time_zone)) | {"person_id": person_id, "kind": kind, "besides": 0},
    ).one()
    return Quota(row.day_minutes, row.week_minutes)


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # years 1 and 9999 have no neighbours
        return moment.date()


def _bounds(day: date, zone: ZoneInfo) -> dict[str, datetime]:
    """Where the local day and the local week from Monday begin and end."""
    day = min(max(day, date(2, 1, 1)), date(9998, 12, 1))
    monday = day - timedelta(days=day.weekday())

    def midnight(of: date) -> datetime:
        return datetime.combine(of, time.min, zone)

    return {
        "day": midnight(day),
        "next_day": midnight(day + timedelta(days=1)),
        "week": midnight(monday),
        "next_week": midnight(monday + timedelta(days=7)),
    }


@dataclass(frozen=True, slots=True)
class BookingRow:
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
    def starts(self) -> datetime:
        """Local."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def ends(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))

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
        if self.state not in {State.CONFIRMED, State.REQUESTED} or at >= self.ends_at:
            return False
        return by_staff or at <= self.starts_at - timedelta(minutes=self.cancel_minutes)


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
_PAST = text(
    BOOKING
    + """ WHERE v.person_id = :person_id AND (v.state NOT IN ('requested', 'confirmed', 'checked-in') OR v.ends_at <= :at)
      ORDER BY v.starts_at DESC, v.id DESC LIMIT :limit OFFSET :offset"""
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


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another desk or another time that can be had instead; local moments."""

    resource_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    is_same_resource: bool


def alternatives(
    reader: Reader,
    site_id: int,
    resource_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    limit: int = 4,
) -> list[Alternative]:
    """The nearest free: the same desk at another time of the day, other desks at the same time.

    Nearest in time, then like the wanted desk in zone and features. Two statements. Empty when the whole day is gone.
    """
    site = next((one for one in sites(reader) if one.id == site_id), None)
    if site is None:
        return []
    day = _local_day(starts_at, ZoneInfo(site.time_zone))
    found = site_map(reader, site_id, day, day)
    if found is None:
        return []
    calendar = found.calendar
    rows = board(
        reader,
        site_id,
        calendar.midnight(day),
        calendar.midnight(day + timedelta(days=1)),
        ResourceKind.DESK,
        ResourceKind.ROOM,
    )
    wanted = next((row for row in rows if row.resource.id == resource_id), None)
    if wanted is None:
        return []
    start, length = epoch_minutes(starts_at), epoch_minutes(ends_at) - epoch_minutes(starts_at)

    def free(row: BoardRow) -> list[tuple[int, int]]:
        rules = found.rules[row.resource.rules_id]
        return bookable(rules, calendar, row.resource.place, day, row.taken, now=now)

    def offer(row: BoardRow, begin: int) -> Alternative:
        return Alternative(
            row.resource.id,
            row.resource.name,
            calendar.moment(begin),
            calendar.moment(begin + length),
            row is wanted,
        )

    step = found.rules[wanted.resource.rules_id].slot_minutes
    times = sorted(
        (begin for first, last in free(wanted) for begin in range(first, last - length + 1, step)),
        key=lambda begin: (abs(begin - start), begin),
    )
    alike = sorted(
        (
            row
            for row in rows
            if row is not wanted
            and row.resource.kind == wanted.resource.kind
            and row.resource.capacity >= wanted.resource.capacity
            and any(first <= start and start + length <= last for first, last in free(row))
        ),
        key=lambda row: (
            row.resource.zone_id != wanted.resource.zone_id,
            -len(set(row.resource.features) & set(wanted.resource.features)),
            row.resource.name,
        ),
    )
    others = [offer(row, start) for row in alike[: limit - 1]]
    return others + [offer(wanted, begin) for begin in times[: limit - len(others)]]
