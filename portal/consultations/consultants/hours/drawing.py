"""A week as it is drawn: each day a ribbon of half hours, and the same in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from flask_babel import gettext

from portal.consultations.consultants.hours.week import minutes
from portal.consultations.finding.free_times import Weekly
from portal.web import filters

MONDAY = date(2026, 9, 7)
"""Any one: weekdays are named after it."""
UNIT = 30
USUAL = (8 * 60, 16 * 60)
"""Minutes between which an empty week is drawn."""


@dataclass(frozen=True, slots=True)
class Day:
    weekday: int
    stretches: tuple[Weekly, ...]
    parts: tuple[tuple[str, int], ...]
    """(state, half hours) from the left."""


@dataclass(frozen=True, slots=True)
class Drawing:
    units: int
    first_hour: int
    days: tuple[Day, ...]

    @property
    def last_hour(self) -> int:
        return self.first_hour + self.units * UNIT // 60


def drawn(week: Iterable[Weekly]) -> Drawing:
    rows = list(week)
    bounds = [minutes(row) for row in rows] or [USUAL]
    first = min(start for start, _ in bounds) // 60 * 60
    last = -(-max(end for _, end in bounds) // 60) * 60
    days = tuple(_day(day, [row for row in rows if row.weekday == day], first, last) for day in range(7))
    return Drawing((last - first) // UNIT, first // 60, days)


def _day(weekday: int, rows: list[Weekly], first: int, last: int) -> Day:
    rows = sorted(rows, key=minutes)
    states = ["shut"] * ((last - first) // UNIT)
    for row in rows:
        start, end = minutes(row)
        for unit in range((start - first) // UNIT, -(-(end - first) // UNIT)):
            states[unit] = "free"
    parts: list[tuple[str, int]] = []
    for state in states:
        if parts and parts[-1][0] == state:
            parts[-1] = (state, parts[-1][1] + 1)
        else:
            parts.append((state, 1))
    return Day(weekday, tuple(rows), tuple(parts))


def weekday_name(weekday: int) -> str:
    """Senin, in English Monday."""
    return filters.day(MONDAY + timedelta(days=weekday)).split(",")[0]


def in_words(week: Iterable[Weekly]) -> list[str]:
    """A line for each run of days with the same hours: "Sen–Kam 09.00–12.00, 13.00–16.00"; days without are left out."""
    hours: dict[int, str] = {}
    for row in sorted(week, key=lambda row: (row.weekday, minutes(row))):
        stretch = filters.clock_times(row.opens, row.closes)
        hours[row.weekday] = ", ".join(filter(None, (hours.get(row.weekday), stretch)))
    lines = []
    for _, run in groupby(enumerate(sorted(hours)), lambda one: (one[1] - one[0], hours[one[1]])):
        days = [weekday for _, weekday in run]
        names = dict.fromkeys(weekday_name(day)[:3] for day in (days[0], days[-1]))
        lines.append(f"{'–'.join(names)} {hours[days[0]]}")
    return lines


def spoken(first: datetime, last: datetime | None) -> str:
    """Local moments as days where they are whole ones: "Senin 14 September – Rabu 16 September"."""
    if last is None:
        return gettext("From %(day)s until further notice", day=filters.day_short(first))
    if first.time() == last.time() == time.min:
        final = last - timedelta(days=1)
        days = [filters.day_short(first), filters.day_short(final)]
        return days[0] if days[0] == days[1] else " – ".join(days)
    if (last - timedelta(microseconds=1)).date() == first.date():
        return f"{filters.day_short(first)}, {filters.clock_times(first, last)}"
    return " – ".join(f"{filters.day_short(one)}, {filters.clock_time(one)}" for one in (first, last))
