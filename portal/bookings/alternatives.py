"""What else can be had when a wanted time cannot: never a dead end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.bookings.standing import local_day
from portal.db import Reader
from portal.resources.board import BoardRow, board
from portal.resources.free_time import epoch_minutes
from portal.resources.models import ResourceKind
from portal.resources.rules import bookable
from portal.resources.site_map import site_map, sites


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
    day = local_day(starts_at, ZoneInfo(site.time_zone))
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
