"""When a site's resources are to be had: weekly hours, special days and closures, as pure arithmetic.

Wall-clock hours become absolute time only here; everything after that is whole minutes since 1970.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.db import Words
from portal.resources.free_time import Stretch, difference, epoch_minutes, intersection, union


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource stands, which decides whose hours and closures count for it."""

    resource_id: int
    zone_id: int | None = None
    floor_id: int | None = None


class Recurring(Protocol):
    """A stretch of a week, perhaps from or until a date, both included."""

    @property
    def weekday(self) -> int: ...
    @property
    def from_date(self) -> date | None: ...
    @property
    def until_date(self) -> date | None: ...


def holds_on(row: Recurring, day: date) -> bool:
    return (
        row.weekday == day.weekday()
        and (row.from_date is None or row.from_date <= day)
        and (row.until_date is None or day <= row.until_date)
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """A weekly stretch of a site (no zone, no resource), a zone or a resource."""

    weekday: int
    opens: time
    closes: time
    zone_id: int | None = None
    resource_id: int | None = None
    from_date: date | None = None
    until_date: date | None = None


@dataclass(frozen=True, slots=True)
class Special:
    """A holiday, or a day with hours of its own for the whole site."""

    day: date
    name: Words
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A closure of the site (no floor, no resource), a floor or a resource."""

    start: int
    end: int | None
    reason: Words
    floor_id: int | None = None
    resource_id: int | None = None

    def counts_for(self, place: Place) -> bool:
        if self.resource_id is not None:
            return self.resource_id == place.resource_id
        return self.floor_id is None or self.floor_id == place.floor_id


FOR_EVER = 2**40
"""Later than any minute asked for: the end of "until further notice"."""


@dataclass(frozen=True, slots=True)
class SiteCalendar:
    """All that decides when a site's resources are open, over the days it was read for."""

    time_zone: str
    hours: Sequence[Hours]
    specials: Sequence[Special]
    closures: Sequence[Closed]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def midnight(self, day: date) -> int:
        """Epoch minute at which a local day begins."""
        return self.minute(day, time.min)

    def minute(self, day: date, at: time) -> int:
        """Epoch minute of a wall-clock time; in a gap or fold of the zone, the earlier reading."""
        return _minute(self.time_zone, day, at)

    def moment(self, minute: int) -> datetime:
        """The aware local moment of an epoch minute."""
        return _moment(self.time_zone, minute)

    def special(self, day: date) -> Special | None:
        return next((special for special in self.specials if special.day == day), None)

    def site_hours(self, day: date) -> list[Stretch[int]]:
        """When the house is open that day, whatever its parts do."""
        return self._stretches(
            day, [row for row in self.hours if row.zone_id is None and row.resource_id is None]
        )

    def next_open_day(self, first: date, minute: int, slot_minutes: int, days: int) -> date | None:
        """The first of so many days on which a slot of the house's hours begins after `minute`."""
        found = (first + timedelta(days=n) for n in range(days))
        return next(
            (day for day in found if any(end - slot_minutes > minute for _, end in self.site_hours(day))),
            None,
        )

    def open_on(self, day: date, place: Place) -> list[Stretch[int]]:
        """When a resource is to be had that day: its hours, less closures."""
        return difference(self.hours_on(day, place), self._closed(place))

    def hours_on(self, day: date, place: Place) -> list[Stretch[int]]:
        """The nearest owner's hours of that day, within a special day's, whatever is closed."""
        for nearest in (
            [row for row in self.hours if row.resource_id == place.resource_id],
            [row for row in self.hours if row.zone_id is not None and row.zone_id == place.zone_id],
            [row for row in self.hours if row.zone_id is None and row.resource_id is None],
        ):
            if nearest:
                return self._stretches(day, nearest)
        return []

    def closure_on(self, day: date, place: Place) -> Closed | None:
        """The first closure that touches the day."""
        begin, end = self.midnight(day), self.midnight(day + timedelta(days=1))
        return next(
            (
                row
                for row in self.closures
                if row.counts_for(place) and row.start < end and (row.end is None or row.end > begin)
            ),
            None,
        )

    def _closed(self, place: Place) -> list[Stretch[int]]:
        return [(row.start, row.end or FOR_EVER) for row in self.closures if row.counts_for(place)]

    def _stretches(self, day: date, rows: Iterable[Hours]) -> list[Stretch[int]]:
        usual = union(self.stretch(day, row.opens, row.closes) for row in rows if holds_on(row, day))
        special = self.special(day)
        if not usual and special is not None and special.opens is not None and special.closes is not None:
            return [self.stretch(day, special.opens, special.closes)]
        return self.within_special(day, usual)

    def within_special(self, day: date, usual: list[Stretch[int]]) -> list[Stretch[int]]:
        """What a special day leaves of the usual hours: all on any other day, none on a holiday.

        A special day's hours hold for the house; a part with shorter hours of its own keeps those it has.
        """
        special = self.special(day)
        if special is None:
            return usual
        if special.opens is None or special.closes is None:
            return []
        return intersection(usual, [self.stretch(day, special.opens, special.closes)])

    def stretch(self, day: date, opens: time, closes: time) -> Stretch[int]:
        """Epoch minutes of a day's wall-clock stretch; `closes` 00.00 is the end of the day."""
        end = self.midnight(day + timedelta(days=1)) if closes == time.min else self.minute(day, closes)
        return (self.minute(day, opens), end)


@lru_cache(maxsize=256)
def zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


# Kept: consultants and desks share their hours, and every look at a day asks for the same few moments.
@lru_cache(maxsize=8192)
def _minute(time_zone: str, day: date, at: time) -> int:
    return epoch_minutes(datetime.combine(day, at, ZoneInfo(time_zone)))


@lru_cache(maxsize=8192)
def _moment(time_zone: str, minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(time_zone))
