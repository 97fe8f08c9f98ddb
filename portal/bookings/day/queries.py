"""All that the day page shows, in one statement whatever the number of desks."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import gcd
from zoneinfo import ZoneInfo

from portal.bookings.day.grid import Columns
from portal.db import Reader
from portal.resources.board import DayClaims, ResourceRow, Resources, day_at
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import Stretch
from portal.resources.models import ResourceKind
from portal.resources.rules import Rules, earliest_start
from portal.resources.site_map import DAYS_AHEAD, FeatureRow, SiteMap, SiteRow, site_map

WEEK = timedelta(days=7)


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
    """Epoch minute at which it begins."""
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
    found = day_at(reader, site_id, day, monday, monday + WEEK, ResourceKind.DESK, ResourceKind.ROOM)
    if found is None:
        return None
    site, claims = found
    plan = _plan(site, claims.resources, day, filters)
    return Day(plan, site.calendar.today(now), _columns(plan, now), claims)


@lru_cache(maxsize=256)
def _plan(found: SiteMap, resources: Resources, day: date, filters: Filters) -> Plan:
    calendar, monday = found.calendar, day - timedelta(days=day.weekday())
    of_kind = [row for row in resources.rows if row.kind == filters.kind]
    week = [monday + timedelta(days=n) for n in range(7)]
    return Plan(
        map=found,
        day=day,
        midnight=calendar.midnight(day),
        counts={
            kind: sum(row.kind == kind for row in resources.rows)
            for kind in (ResourceKind.DESK, ResourceKind.ROOM)
        },
        rows=tuple(row for row in of_kind if filters.admits(row)),
        rules=_shared(tuple(found.rules[row.rules_id] for row in of_kind)),
        site_hours=tuple(calendar.site_hours(day)),
        week=tuple((one, bool(calendar.site_hours(one))) for one in week),
        features=tuple(
            feature
            for code, feature in found.features.items()
            if any(code in row.features for row in of_kind)
        ),
    )


def _shared(rules: tuple[Rules, ...]) -> Rules | None:
    """Those of the first resource, on a grid that holds everybody's slots."""
    if not rules:
        return None
    return replace(rules[0], slot_minutes=gcd(*(one.slot_minutes for one in rules)))


def next_open_day(reader: Reader, site: SiteRow, *, now: datetime) -> date:
    """The first day on which a slot is still to come; today where the coming month holds none."""
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    found = site_map(reader, site.id, today, today + timedelta(days=DAYS_AHEAD))
    return found.next_open_day(today, now) if found else today


def _columns(plan: Plan, now: datetime) -> Columns | None:
    """From opening, or from the next slot that can still be booked, until closing."""
    hours, rules, midnight = plan.site_hours, plan.rules, plan.midnight
    if not hours or rules is None:
        return None
    step = rules.slot_minutes
    earliest = midnight - (midnight - earliest_start(rules.notice_minutes, now)) // step * step
    return Columns.between(max(hours[0][0], earliest), hours[-1][1], midnight=midnight, step=step)
