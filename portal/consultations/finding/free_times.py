"""When can a consultation begin? Interval arithmetic over what consultants work, are away and have promised.

Pure. A beginning is a whole minute since 1970; a set of beginnings is a list of half-open stretches of them. Wall-clock
hours become absolute time by the calendar of the site at which a consultant is in that stretch.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from portal.resources.calendar import FOR_EVER, SiteCalendar, holds_on
from portal.resources.free_time import Stretch, covers, difference, intersection, union
from portal.resources.rules import earliest_start


@dataclass(frozen=True, slots=True)
class Weekly:
    """A stretch of a consultant's week, and at which site it is spent. `closes` 00.00 is the end of the day."""

    weekday: int
    opens: time
    closes: time
    site_id: int
    from_date: date | None = None
    until_date: date | None = None
    override_id: int | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A range of dates, both included, on which only the weekly stretches that name it count."""

    id: int
    from_date: date
    until_date: date


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim of a consultant's time, buffers included, and when the appointment begins that people see, if it is one."""

    start: int
    end: int
    appointment_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most appointments a local day and week; how soon (minutes) and how far ahead (days) one may begin."""

    day: int
    week: int
    notice_minutes: int
    horizon_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All that decides when one consultant can be had, over the days it was read for and the weeks these lie in."""

    limits: Limits
    weekly: Sequence[Weekly]
    overrides: Sequence[Override] = ()
    absences: Sequence[Stretch[int]] = ()
    """Time off and blocked time."""
    taken: Sequence[Taken] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """What a topic needs, in minutes: the time people see, what is claimed around it, and the grid of beginnings."""

    minutes: int
    before: int = 0
    after: int = 0
    step: int = 30


@dataclass(frozen=True, slots=True, order=True)
class Beginning:
    at: int
    site_id: int


class Obstacle(Enum):
    """Why nothing can begin at a moment, in the order in which a person would mend it; the last is the nearest miss."""

    TOO_FAR = 1
    OFF_GRID = 2
    NOT_WORKING = 3
    AWAY = 4
    TOO_SOON = 5
    FULL = 6
    TAKEN = 7
    NO_ROOM = 8


def free_times(
    schedule: Schedule,
    calendars: Mapping[int, SiteCalendar],
    days: Sequence[date],
    length: Length,
    *,
    now: datetime,
    rooms: Mapping[int, Sequence[Stretch[int]]] | None = None,
) -> list[Beginning]:
    """Every beginning on the grid at which `why_not` has nothing to say, in order.

    `rooms`, by site, are the beginnings at which some room is free (`room_beginnings`); None: no room is needed.
    """
    found: list[Beginning] = []
    not_free = _beginnings_over_claims(schedule, length) + _beginnings_within(schedule.absences, length)
    for site_id in dict.fromkeys(row.site_id for row in schedule.weekly):
        calendar = calendars.get(site_id)
        if calendar is None:
            continue
        today = calendar.today(now)
        last = today + timedelta(days=schedule.limits.horizon_days)
        earliest = earliest_start(schedule.limits.notice_minutes, now)
        blocked = union(not_free + _beginnings_within(site_closures(calendar), length))
        busy = _Busy.of(schedule, calendar)
        can: list[Stretch[int]] = []
        for day in days:
            if today <= day <= last and not busy.is_full(day):
                can += _room_for(worked_at(schedule, site_id, calendar, day), length.minutes)
        can = difference(can, blocked)
        if rooms is not None:
            can = intersection(can, rooms.get(site_id, ()))
        for start, end in can:
            first = max(start, earliest)
            first += (calendar.midnight(calendar.moment(start).date()) - first) % length.step
            found.extend(Beginning(at, site_id) for at in range(first, end, length.step))
    return sorted(found)


def why_not(
    schedule: Schedule,
    calendars: Mapping[int, SiteCalendar],
    at: int,
    length: Length,
    *,
    now: datetime,
    rooms: Mapping[int, Sequence[Stretch[int]]] | None = None,
) -> Obstacle | None:
    """What stands against an epoch minute, at the site where least does; None: `free_times` has it."""
    found = [
        _obstacle_at(schedule, site_id, calendar, at, length, now=now, rooms=rooms)
        for site_id in dict.fromkeys(row.site_id for row in schedule.weekly)
        if (calendar := calendars.get(site_id)) is not None
    ]
    if not found:
        return Obstacle.NOT_WORKING
    return None if None in found else max((one for one in found if one), key=lambda one: one.value)


def _obstacle_at(
    schedule: Schedule,
    site_id: int,
    calendar: SiteCalendar,
    at: int,
    length: Length,
    *,
    now: datetime,
    rooms: Mapping[int, Sequence[Stretch[int]]] | None,
) -> Obstacle | None:
    day, today = calendar.moment(at).date(), calendar.today(now)
    visible = (at, at + length.minutes)
    closed = union([*schedule.absences, *site_closures(calendar)])
    if day > today + timedelta(days=schedule.limits.horizon_days):
        return Obstacle.TOO_FAR
    if (at - calendar.midnight(day)) % length.step:
        return Obstacle.OFF_GRID
    if not covers(worked_at(schedule, site_id, calendar, day), visible):
        return Obstacle.NOT_WORKING
    if intersection([visible], closed):
        return Obstacle.AWAY
    if at < earliest_start(schedule.limits.notice_minutes, now):
        return Obstacle.TOO_SOON
    if _Busy.of(schedule, calendar).is_full(day):
        return Obstacle.FULL
    claimed = (visible[0] - length.before, visible[1] + length.after)
    if intersection([claimed], [(taken.start, taken.end) for taken in schedule.taken]):
        return Obstacle.TAKEN
    if rooms is not None and not intersection([(at, at + 1)], rooms.get(site_id, ())):
        return Obstacle.NO_ROOM
    return None


def worked_at(schedule: Schedule, site_id: int, calendar: SiteCalendar, day: date) -> list[Stretch[int]]:
    """When the consultant works at a site on a day, holidays considered; time off and closures are not taken out."""
    rows = [row for row in hours_on(schedule, day) if row.site_id == site_id]
    if not rows:
        return []
    return calendar.within_special(day, union(calendar.stretch(day, row.opens, row.closes) for row in rows))


def hours_on(schedule: Schedule, day: date) -> list[Weekly]:
    """The weekly stretches that count on a day: an override's where one holds, else the usual ones."""
    override = next((row.id for row in schedule.overrides if row.from_date <= day <= row.until_date), None)
    return [row for row in schedule.weekly if row.override_id == override and holds_on(row, day)]


def room_beginnings(
    open_and_taken: Iterable[tuple[Iterable[Stretch[int]], Iterable[Stretch[int]]]], length: Length
) -> list[Stretch[int]]:
    """The beginnings at which at least one room is free throughout; of each room when it is open and what is taken."""
    return union(
        stretch
        for open_, taken in open_and_taken
        for stretch in _room_for(difference(open_, taken), length.minutes)
    )


def site_closures(calendar: SiteCalendar) -> list[Stretch[int]]:
    """When the whole site is closed, whatever its parts do."""
    return [
        (row.start, row.end or FOR_EVER)
        for row in calendar.closures
        if row.floor_id is None and row.resource_id is None
    ]


def appointments_around(schedule: Schedule, calendar: SiteCalendar, day: date) -> tuple[int, int]:
    """How many appointments stand on a local day, and in its week from Monday."""
    busy = _Busy.of(schedule, calendar)
    return busy.days.get(day, 0), busy.weeks.get(_monday(day), 0)


@dataclass(frozen=True, slots=True)
class _Busy:
    days: Mapping[date, int]
    weeks: Mapping[date, int]
    limits: Limits

    @classmethod
    def of(cls, schedule: Schedule, calendar: SiteCalendar) -> "_Busy":
        days = Counter(
            calendar.moment(taken.appointment_at).date()
            for taken in schedule.taken
            if taken.appointment_at is not None
        )
        weeks: Counter[date] = Counter()
        for day, count in days.items():
            weeks[_monday(day)] += count
        return cls(days, weeks, schedule.limits)

    def is_full(self, day: date) -> bool:
        return self.days.get(day, 0) >= self.limits.day or self.weeks.get(_monday(day), 0) >= self.limits.week


def _room_for(free: Iterable[Stretch[int]], minutes: int) -> list[Stretch[int]]:
    """Beginnings of something so long within free time."""
    return [(start, end - minutes + 1) for start, end in free if end - start >= minutes]


def _beginnings_over_claims(schedule: Schedule, length: Length) -> list[Stretch[int]]:
    """Beginnings whose stretch, buffers included, would touch a claim."""
    lead, tail = length.before, length.minutes + length.after
    return [(taken.start - tail + 1, taken.end + lead) for taken in schedule.taken]


def _beginnings_within(closed: Iterable[Stretch[int]], length: Length) -> list[Stretch[int]]:
    """Beginnings whose visible time would touch a closed stretch."""
    return [(start - length.minutes + 1, end) for start, end in closed]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
