"""All that the day page shows, in two statements whatever the number of desks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from portal.bookings.day.grid import Columns
from portal.db import Reader
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import Stretch, epoch_minutes
from portal.resources.models import ResourceKind
from portal.resources.queries import (
    DayClaims,
    FeatureRow,
    ResourceRow,
    Resources,
    SiteMap,
    SiteRow,
    day_claims,
    site_map,
)
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

    def admits(self, resource: ResourceRow) -> bool:
        return resource.capacity >= self.seats and set(self.features) <= set(resource.features)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What of a day follows from the site alone, whoever claims what; one object for the same contents."""

    map: SiteMap
    day: date
    midnight: int
    next_midnight: int
    counts: dict[ResourceKind, int]
    rows: tuple[ResourceRow, ...]
    rules: Rules | None
    """Those of the first resource of the kind; slot length and horizon are alike within a kind."""
    site_hours: tuple[Stretch[int], ...]
    week: tuple[tuple[date, bool], ...]
    """Seven days around this one, and whether the house is open on each."""
    features: tuple[FeatureRow, ...]
    """Those that some resource of the kind has."""


@dataclass(frozen=True, slots=True)
class Day:
    """A site's day. `columns` is None when it is closed all day, or over."""

    plan: Plan
    today: date
    columns: Columns | None
    claims: DayClaims

    @property
    def map(self) -> SiteMap:
        return self.plan.map

    @property
    def calendar(self) -> SiteCalendar:
        return self.plan.map.calendar


def day_of(reader: Reader, site_id: int, day: date, filters: Filters, *, now: datetime) -> Day | None:
    """The day of a site; None where there is no such site."""
    monday = day - timedelta(days=day.weekday())
    found = site_map(reader, site_id, monday, monday + WEEK)
    if found is None:
        return None
    midnight, next_midnight = _midnights(found, day)
    claims = day_claims(reader, site_id, midnight, next_midnight, ResourceKind.DESK, ResourceKind.ROOM)
    plan = _plan(found, claims.resources, day, filters)
    columns = _columns(plan, epoch_minutes(now))
    return Day(plan, found.calendar.today(now), columns, claims)


@lru_cache(maxsize=256)
def _midnights(found: SiteMap, day: date) -> tuple[int, int]:
    return found.calendar.midnight(day), found.calendar.midnight(day + timedelta(days=1))


@lru_cache(maxsize=256)
def _plan(found: SiteMap, resources: Resources, day: date, filters: Filters) -> Plan:
    calendar, monday = found.calendar, day - timedelta(days=day.weekday())
    midnight, next_midnight = _midnights(found, day)
    of_kind = [row for row in resources.rows if row.kind == filters.kind]
    week = [monday + timedelta(days=n) for n in range(7)]
    return Plan(
        map=found,
        day=day,
        midnight=midnight,
        next_midnight=next_midnight,
        counts={
            kind: sum(row.kind == kind for row in resources.rows)
            for kind in (ResourceKind.DESK, ResourceKind.ROOM)
        },
        rows=tuple(row for row in of_kind if filters.admits(row)),
        rules=found.rules[of_kind[0].rules_id] if of_kind else None,
        site_hours=tuple(calendar.site_hours(day)),
        week=tuple((one, bool(calendar.site_hours(one))) for one in week),
        features=tuple(
            feature
            for code, feature in found.features.items()
            if any(code in row.features for row in of_kind)
        ),
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


def _columns(plan: Plan, now: int) -> Columns | None:
    """From opening, or from the next slot that can still be booked, until closing."""
    hours, rules, midnight = plan.site_hours, plan.rules, plan.midnight
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
