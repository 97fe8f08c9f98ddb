"""All that the day page shows, in two statements whatever the number of desks."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.bookings.day.grid import Columns
from portal.db import Reader
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import Stretch, epoch_minutes
from portal.resources.models import ResourceKind
from portal.resources.queries import BoardRow, SiteMap, SiteRow, board, site_map
from portal.resources.rules import Rules

WEEK, MONTH = timedelta(days=7), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the visitor asks for; times as local minutes of the day."""

    kind: ResourceKind = ResourceKind.DESK
    features: tuple[str, ...] = ()
    seats: int = 1
    start: int | None = None
    end: int | None = None

    def admits(self, row: BoardRow) -> bool:
        return row.resource.capacity >= self.seats and set(self.features) <= set(row.resource.features)


@dataclass(frozen=True, slots=True)
class Day:
    """A site's day. `columns` is None when it is closed all day, or over."""

    map: SiteMap
    day: date
    today: date
    now: int
    counts: dict[ResourceKind, int]
    rows: list[BoardRow]
    rules: Rules | None
    """Those of the first resource shown; slot length and horizon are alike within a kind."""
    columns: Columns | None
    site_hours: list[Stretch[int]]
    week: list[tuple[date, bool]]
    """Seven days around this one, and whether the house is open on each."""
    features: list[str] = field(default_factory=list)
    """Codes that some resource of this kind has."""

    @property
    def calendar(self) -> SiteCalendar:
        return self.map.calendar


def day_of(reader: Reader, site_id: int, day: date, filters: Filters, *, now: datetime) -> Day | None:
    """The day of a site; None where there is no such site."""
    monday = day - timedelta(days=day.weekday())
    found = site_map(reader, site_id, monday, monday + WEEK)
    if found is None:
        return None
    calendar = found.calendar
    midnight, next_midnight = calendar.midnight(day), calendar.midnight(day + timedelta(days=1))
    everything = board(reader, site_id, midnight, next_midnight, ResourceKind.DESK, ResourceKind.ROOM)
    of_kind = [row for row in everything if row.resource.kind == filters.kind]
    rules = found.rules[of_kind[0].resource.rules_id] if of_kind else None
    hours = calendar.site_hours(day)
    return Day(
        map=found,
        day=day,
        today=calendar.today(now),
        now=epoch_minutes(now),
        counts={
            kind: sum(row.resource.kind == kind for row in everything)
            for kind in (ResourceKind.DESK, ResourceKind.ROOM)
        },
        rows=[row for row in of_kind if filters.admits(row)],
        rules=rules,
        columns=_columns(hours, midnight, epoch_minutes(now), rules),
        site_hours=hours,
        week=[
            (monday + timedelta(days=n), bool(calendar.site_hours(monday + timedelta(days=n))))
            for n in range(7)
        ],
        features=[code for code in found.features if any(code in row.resource.features for row in of_kind)],
    )


def next_open_day(reader: Reader, site: SiteRow, *, now: datetime) -> date:
    """The first day whose opening hours are not over yet; today where no day of the coming month opens."""
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    found = site_map(reader, site.id, today, today + MONTH)
    days = (today + timedelta(days=n) for n in range(MONTH.days))
    minute = epoch_minutes(now)
    return next(
        (day for day in days if found and any(end > minute for _, end in found.calendar.site_hours(day))),
        today,
    )


def _columns(hours: list[Stretch[int]], midnight: int, now: int, rules: Rules | None) -> Columns | None:
    """From opening, or from the next slot that can still be booked, until closing."""
    if not hours or rules is None:
        return None
    step = rules.slot_minutes
    first = midnight + (hours[0][0] - midnight) // step * step
    earliest = now + max(rules.notice_minutes, 1)
    if first < earliest:
        first = midnight + -((midnight - earliest) // step) * step
    count = -((first - hours[-1][1]) // step)
    if count <= 0:
        return None
    return Columns(first, step, count, first - midnight)
