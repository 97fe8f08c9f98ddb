"""What a person holds already, and what stands against one more booking."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from portal.db import Reader
from portal.resources.calendar import SiteCalendar
from portal.resources.claims import LockedResource
from portal.resources.hours import HOURS, read_calendar
from portal.resources.models import HOLDING


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
      AND v.starts_at >= asked.week AND v.starts_at < asked.next_week
"""  # noqa: S608 (constants)
_QUOTAS = f"""
    (SELECT coalesce(sum(used.minutes) FILTER (WHERE v.starts_at >= asked.day AND v.starts_at < asked.next_day), 0)::int
     {_HELD}) AS day_minutes,
    (SELECT coalesce(sum(used.minutes), 0)::int {_HELD}) AS week_minutes
"""
_BOUNDS = ", ".join(
    f"CAST(:{name} AS timestamptz) AS {name}" for name in ("day", "next_day", "week", "next_week")
)
"""Of a subquery `asked` that the planner doesn't look into, so that one plan serves all times (see `resources/board.py`)."""

_QUOTA = text(f"SELECT {_QUOTAS} FROM (SELECT {_BOUNDS} OFFSET 0) asked")  # noqa: S608 (constants)

_STANDING = text(
    f"""
    SELECT site.time_zone, {HOURS}, {_QUOTAS},
        EXISTS (SELECT FROM claim
            WHERE resource_id = :resource_id AND released_at IS NULL AND reservation_id <> :besides
              AND claim.starts_at > asked.starts_at - interval '1 day' AND claim.starts_at < asked.ends_at
              AND claim.ends_at > asked.starts_at) AS is_taken,
        (SELECT count(*) FROM reservation v
            WHERE person_id = :person_id AND id <> :besides AND state IN ('requested', 'confirmed')
              AND v.ends_at > asked.at AND v.starts_at > asked.at - interval '1 day') AS coming,
        (SELECT count(*) FROM reservation v JOIN booking b ON b.id = v.id JOIN resource r ON r.id = b.resource_id
            WHERE v.person_id = :person_id AND v.id <> :besides AND r.kind = 'desk'
              AND v.state IN ('requested', 'confirmed', 'checked-in')
              AND v.starts_at > asked.starts_at - interval '1 day' AND v.starts_at < asked.ends_at
              AND v.ends_at > asked.starts_at) AS desks_then
    FROM site CROSS JOIN (SELECT {_BOUNDS}, CAST(:starts_at AS timestamptz) AS starts_at,
        CAST(:ends_at AS timestamptz) AS ends_at, CAST(:at AS timestamptz) AS at OFFSET 0) asked
    WHERE site.id = :site_id
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
    day = local_day(starts_at, zone)
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
        _QUOTA,
        _bounds(day, ZoneInfo(time_zone)) | {"person_id": person_id, "kind": kind, "besides": 0},
    ).one()
    return Quota(row.day_minutes, row.week_minutes)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The date of a moment in a zone, also at the edges of the calendar."""
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
