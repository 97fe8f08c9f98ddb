"""How full a day's desks are, hour by hour: what the start page shows, from the rows of a site's board."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.bookings.day.grid import FREE, Columns, pattern
from portal.db import Reader, Words
from portal.resources.board import BoardRow, board
from portal.resources.free_time import covers, epoch_minutes, on_grid
from portal.resources.models import ResourceKind
from portal.resources.site_map import DAYS_AHEAD, SiteMap, SiteRow, site_map, sites

HOUR = 60
FEW = 6
"""With fewer hours left than these, the next day is shown as well."""


@dataclass(frozen=True, slots=True)
class Hour:
    """`start` and `end` are local; the first hour of a day under way begins with its next slot."""

    start: time
    end: time
    free: int


@dataclass(frozen=True, slots=True)
class ZonePart:
    id: int | None
    name: Words
    free: int


@dataclass(frozen=True, slots=True)
class Board:
    """The desks of today, or of the next day on which one can still be booked. Moments are local."""

    site: SiteRow
    now: datetime
    day: date
    is_open: bool
    opens_at: datetime | None
    open_until: datetime | None
    reason: Words | None
    """Why it is closed today, where that has a name."""
    free: int
    """Of the open desks: now, or at the beginning of the first hour shown."""
    total: int
    """Desks that are open then."""
    zones: tuple[ZonePart, ...]
    hours: tuple[Hour, ...]
    next_day: date | None
    next_hours: tuple[Hour, ...]
    """Of the day after this one that is open, when little is left of this one."""

    @property
    def is_today(self) -> bool:
        return self.day == self.now.date()

    @property
    def busiest(self) -> Hour | None:
        return min(self.hours, key=lambda hour: hour.free, default=None)

    @property
    def quietest(self) -> Hour | None:
        return max(self.hours, key=lambda hour: hour.free, default=None)


def start_board(reader: Reader, *, now: datetime) -> Board | None:
    """The first site's; None where there is no site. Three statements, whatever the number of desks."""
    site = next(iter(sites(reader)), None)
    if site is None:
        return None
    around = now.date()  # UTC; the local day is at most one away
    found = site_map(reader, site.id, around - timedelta(days=1), around + timedelta(days=DAYS_AHEAD + 1))
    if found is None:  # closed down between the two statements
        return None
    today = found.calendar.today(now)
    day = found.next_open_day(today, now)
    following = found.next_open_day(day + timedelta(days=1), now)
    begin, end = found.calendar.midnight(day), found.calendar.midnight(following + timedelta(days=1))
    rows = board(reader, site.id, begin, end, ResourceKind.DESK)
    return board_of(found, day, following, rows, now=now)


def board_of(found: SiteMap, day: date, following: date, rows: Sequence[BoardRow], *, now: datetime) -> Board:
    """`rows` hold the claims of both days."""
    calendar, minute = found.calendar, epoch_minutes(now)
    today = calendar.today(now)
    stretches = calendar.site_hours(day)
    columns = _columns(found, day, rows, minute)
    is_open = day == today and covers(stretches, (minute, minute + 1))
    instant = minute if is_open or not columns else columns.first
    ready = [row for row in rows if covers(calendar.open_on(day, row.resource.place), (instant, instant + 1))]
    free = [row for row in ready if not any(start <= instant < end for start, end in row.taken)]
    hours = _hours(found, day, rows, columns)
    next_columns = _columns(found, following, rows, minute) if hours and len(hours) < FEW else None
    special = None if calendar.site_hours(today) else calendar.special(today)
    return Board(
        site=found.site,
        now=now.astimezone(calendar.zone),
        day=day,
        is_open=is_open,
        opens_at=calendar.moment(stretches[0][0]) if stretches else None,
        open_until=calendar.moment(stretches[-1][1]) if stretches else None,
        reason=special.name if special else None,
        free=len(free),
        total=len(ready),
        zones=tuple(_zones(found, ready, {row.resource.id for row in free})),
        hours=hours,
        next_day=following if next_columns else None,
        next_hours=_hours(found, following, rows, next_columns),
    )


def _columns(found: SiteMap, day: date, rows: Sequence[BoardRow], minute: int) -> Columns | None:
    """The slots of the day that are still to come."""
    stretches = found.calendar.site_hours(day)
    if not rows or not stretches:
        return None
    step = min(found.rules[row.resource.rules_id].slot_minutes for row in rows)
    midnight = found.calendar.midnight(day)
    to_come = on_grid([(max(stretches[0][0], minute + 1), stretches[-1][1])], midnight, step, step)
    return Columns.between(*to_come[0], midnight=midnight, step=step) if to_come else None


def _hours(found: SiteMap, day: date, rows: Sequence[BoardRow], columns: Columns | None) -> tuple[Hour, ...]:
    """A desk is free in an hour when all of its slots are."""
    if columns is None:
        return ()
    signs = [pattern(columns, found.calendar.open_on(day, row.resource.place), row.taken, ()) for row in rows]
    hours, slot = [], 0
    for minute, width in columns.hours():
        free = sum(all(sign == FREE for sign in row[slot : slot + width]) for row in signs)
        hours.append(Hour(_clock(minute), _clock(minute + width * columns.step), free))
        slot += width
    return tuple(hours)


def _clock(minute: int) -> time:
    return time(minute // HOUR % 24, minute % HOUR)


def _zones(found: SiteMap, ready: Sequence[BoardRow], free: set[int]) -> Iterable[ZonePart]:
    """Zones in their order, then what stands in none, by floor."""
    places: dict[tuple[int | None, int], int] = {}
    for row in ready:
        place = (row.resource.zone_id, row.resource.floor_id)
        places[place] = places.get(place, 0) + (row.resource.id in free)
    for (zone_id, floor_id), count in places.items():
        zone = found.zones.get(zone_id) if zone_id is not None else None
        yield ZonePart(zone_id, zone.name if zone else found.floors[floor_id], count)
