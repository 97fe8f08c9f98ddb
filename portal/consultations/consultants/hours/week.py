"""A week of hours as arithmetic: what contradicts itself, what a change from some day on makes of it, how long it is.

Pure. A stretch is a `Weekly` of `finding.free_times`; touching stretches are fine, overlapping ones are not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.consultations.consultants.hours import refusals
from portal.consultations.consultants.hours.refusals import Fault
from portal.consultations.finding.free_times import Weekly
from portal.consultations.stamp import fingerprint
from portal.errors import RuleBroken
from portal.resources.calendar import zone_exists

MOST = 100
"""Stretches of one week, all dates together."""
YEARS = 10
"""How far from this one dates may lie."""
MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which days hours may begin and end."""

    today: date

    @property
    def latest(self) -> date:
        return date(self.today.year + YEARS, 12, 31)

    @property
    def earliest(self) -> date:
        return date(self.today.year - YEARS, 1, 1)

    def refuse(self, day: date) -> RuleBroken | None:
        if day < self.today:
            return refusals.DateOver()
        return refusals.DateTooFar(latest=self.latest) if day > self.latest else None


def minutes(stretch: Weekly) -> tuple[int, int]:
    """Wall-clock minutes of its day; an end at 00.00 is the day's."""
    start = stretch.opens.hour * 60 + stretch.opens.minute
    return start, (stretch.closes.hour * 60 + stretch.closes.minute) or MINUTES_A_DAY


def faults(stretches: Sequence[Weekly], zones: Mapping[int, str], bounds: Bounds) -> list[Fault]:
    """Everything wrong with a week. `zones` are those of the sites at which one may work."""
    if len(stretches) > MOST:
        return [Fault(MOST, "opens", refusals.TooManyStretches(most=MOST))]
    found = [
        Fault(index, *wrong) for index, row in enumerate(stretches) for wrong in _alone(row, zones, bounds)
    ]
    sound = set(range(len(stretches))) - {fault.index for fault in found}
    for index in sorted(sound):
        for other in range(index):
            if other in sound and _meet(stretches[other], stretches[index], zones, bounds.today):
                first = stretches[other]
                found.append(
                    Fault(index, "opens", refusals.Overlapping(opens=first.opens, closes=first.closes))
                )
                break
    return sorted(found, key=lambda fault: fault.index)


def _alone(row: Weekly, zones: Mapping[int, str], bounds: Bounds) -> Iterator[tuple[str, RuleBroken]]:
    start, end = minutes(row)
    if end <= start:
        yield "closes", refusals.EndsFirst()
    if row.site_id not in zones or not zone_exists(zones[row.site_id]):
        yield "site", refusals.NoSuchSite()
    if row.from_date is not None:
        begun = bounds.refuse(max(row.from_date, bounds.today))
        if row.from_date < bounds.earliest:
            begun = refusals.DateOver()
        if begun is not None:
            yield "from", begun
    if row.until_date is not None:
        wrong = bounds.refuse(row.until_date)
        if wrong is None and row.from_date is not None and row.until_date < row.from_date:
            wrong = refusals.DatesReversed()
        if wrong is not None:
            yield "until", wrong


def _meet(one: Weekly, other: Weekly, zones: Mapping[int, str], today: date) -> bool:
    """Whether both want the same moment. Wall clocks of two zones differ: there neighbouring days count too."""
    same_clock = zones[one.site_id] == zones[other.site_id]
    for shift in (0,) if same_clock else (-1, 0, 1):
        day = _first_common(one, other, shift, today)
        if day is None:
            continue
        if same_clock:
            (start, end), (begin, stop) = minutes(one), minutes(other)
        else:
            start, end = _absolute(one, day, zones)
            begin, stop = _absolute(other, day + timedelta(days=shift), zones)
        if start < stop and begin < end:
            return True
    return False


def _first_common(one: Weekly, other: Weekly, shift: int, today: date) -> date | None:
    """The first day from today on which one holds while the other holds `shift` days later."""
    if (one.weekday + shift) % 7 != other.weekday:
        return None
    later = timedelta(days=shift)
    day = max(one.from_date or today, (other.from_date or today) - later, today)
    day += timedelta(days=(one.weekday - day.weekday()) % 7)
    if one.until_date is not None and day > one.until_date:
        return None
    return None if other.until_date is not None and day + later > other.until_date else day


def _absolute(row: Weekly, day: date, zones: Mapping[int, str]) -> tuple[int, int]:
    midnight = datetime.combine(day, time.min, ZoneInfo(zones[row.site_id])).timestamp() // 60
    start, end = minutes(row)
    return int(midnight) + start, int(midnight) + end


def from_then_on(old: Iterable[Weekly], new: Iterable[Weekly], starting: date) -> list[Weekly]:
    """The old week until the day before, the new one from then on; what is the same in both stays one stretch."""
    last = starting - timedelta(days=1)
    kept = [
        row if row.until_date is not None and row.until_date <= last else replace(row, until_date=last)
        for row in old
        if row.from_date is None or row.from_date <= last
    ]
    begun = [
        row if row.from_date is not None and row.from_date >= starting else replace(row, from_date=starting)
        for row in new
        if row.until_date is None or row.until_date >= starting
    ]
    return _joined(kept, begun)


def _joined(kept: list[Weekly], begun: list[Weekly]) -> list[Weekly]:
    week = list(kept)
    for row in begun:
        for index, before in enumerate(week):
            ends = before.until_date is not None and row.from_date == before.until_date + timedelta(days=1)
            if ends and replace(before, from_date=row.from_date, until_date=row.until_date) == row:
                week[index] = replace(row, from_date=before.from_date)
                break
        else:
            week.append(row)
    return in_order(week)


def in_order(week: Iterable[Weekly]) -> list[Weekly]:
    return sorted(week, key=lambda row: (row.weekday, row.opens, row.from_date or date.min, row.site_id))


def is_over(row: Weekly, today: date) -> bool:
    return row.until_date is not None and row.until_date < today


def holding_on(week: Iterable[Weekly], monday: date) -> list[Weekly]:
    """What of it holds in the seven days from a Monday on."""
    return [
        row
        for row in week
        if (row.from_date is None or row.from_date <= monday + timedelta(days=row.weekday))
        and (row.until_date is None or monday + timedelta(days=row.weekday) <= row.until_date)
    ]


def minutes_a_week(week: Iterable[Weekly]) -> int:
    return sum(end - start for start, end in map(minutes, week))


def mark_of(week: Iterable[Weekly]) -> str:
    return fingerprint(
        *(
            (row.weekday, row.opens, row.closes, row.site_id, row.from_date, row.until_date)
            for row in in_order(week)
        )
    )


def changed_days(before: Iterable[Weekly], after: Iterable[Weekly]) -> list[int]:
    """Weekdays that are not as they were."""
    old, new = in_order(before), in_order(after)
    return [
        weekday
        for weekday in range(7)
        if [row for row in old if row.weekday == weekday] != [row for row in new if row.weekday == weekday]
    ]
