"""The sheet on which a week is typed: lines of hours by day, kept as typed, read into stretches, blamed line by line.

A line's fields are named `d<day>-<number>-<part>`. Days are weekdays from Monday = 0; `EVERY_DAY` stands for all of
them. Lines come and go by buttons, with script or without, so that numbers may have gaps.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from functools import lru_cache

from markupsafe import Markup, escape

from portal.consultations.consultants.hours import refusals
from portal.consultations.consultants.hours.refusals import Fault
from portal.consultations.consultants.hours.week import minutes
from portal.consultations.finding.free_times import Weekly
from portal.errors import RuleBroken
from portal.web.forms import MIDNIGHT, read_clock, read_day

EVERY_DAY = 7
WEEK = tuple(range(7))
STEP = 15
FIRST_HOUR, LAST_HOUR = 6, 22
"""Between them one chooses in steps of a quarter, before and after by the hour."""
MOST_A_DAY = 12

_NAME = re.compile(r"d([0-7])-(\d{1,2})-opens", re.ASCII)
_ACT = re.compile(r"(add|remove|copy)-([0-7])(?:-(\d{1,2}))?", re.ASCII)


@dataclass(slots=True)
class Line:
    day: int
    number: int
    opens: str
    closes: str
    site: str
    begins: str = ""
    until: str = ""
    errors: dict[str, RuleBroken] = field(default_factory=dict)

    def id(self, part: str) -> str:
        return f"d{self.day}-{self.number}-{part}"

    @property
    def is_special(self) -> bool:
        """Something stands in its folded part."""
        return bool(self.begins or self.until or {"site", "from", "until"} & set(self.errors))


PARTS = {"opens": "opens", "closes": "closes", "site": "site", "from": "begins", "until": "until"}
"""Names of fields, and where a line keeps them, in the order of the page."""


class Sheet:
    def __init__(self, days: Sequence[int], home: int) -> None:
        self.days = tuple(days)
        self.home = home
        self.lines: dict[int, list[Line]] = {day: [] for day in self.days}
        self.others: dict[str, RuleBroken] = {}
        """What is wrong with fields beside the lines, by their id."""
        self._read: list[Line] = []

    @classmethod
    def of(cls, week: Iterable[Weekly], home: int, days: Sequence[int] = WEEK) -> "Sheet":
        """As it is kept. Of a sheet for every day the Monday of the week is shown."""
        sheet = cls(days, home)
        for row in week:
            day = row.weekday if row.weekday in sheet.lines else EVERY_DAY
            if day not in sheet.lines or (day == EVERY_DAY and row.weekday != 0):
                continue
            closes = MIDNIGHT if row.closes == time.min else f"{row.closes:%H:%M}"
            line = Line(day, len(sheet.lines[day]), f"{row.opens:%H:%M}", closes, str(row.site_id))
            line.begins = row.from_date.isoformat() if row.from_date else ""
            line.until = row.until_date.isoformat() if row.until_date else ""
            sheet.lines[day].append(line)
        return sheet

    @classmethod
    def typed(cls, form: Mapping[str, str], home: int, days: Sequence[int] = WEEK) -> "Sheet":
        sheet = cls(days, home)
        found = sorted((int(match[1]), int(match[2])) for name in form if (match := _NAME.fullmatch(name)))
        for day, number in found:
            if day in sheet.lines and len(sheet.lines[day]) < MOST_A_DAY:
                line = Line(day, number, "", "", "")
                for part, kept in PARTS.items():
                    usual = str(home) if part == "site" else ""
                    setattr(line, kept, form.get(line.id(part), usual).strip()[:20])
                sheet.lines[day].append(line)
        return sheet

    @property
    def errors(self) -> dict[str, RuleBroken]:
        """By the id of the field, in the order of the page."""
        wrong = {
            line.id(part): line.errors[part]
            for day in self.days
            for line in self.lines[day]
            for part in PARTS
            if part in line.errors
        }
        return wrong | self.others

    @property
    def minutes(self) -> int:
        """So far as it can be read."""
        lengths = (_length(line) for lines in self.lines.values() for line in lines)
        return sum(lengths) * (7 if self.days == (EVERY_DAY,) else 1)

    def contents(self, *, with_site: bool) -> dict[int, str]:
        """By day, in the form in which the script compares them."""
        parts = [kept for part, kept in PARTS.items() if with_site or part != "site"]
        return {
            day: ";".join(",".join(str(getattr(line, kept)) for kept in parts) for line in lines)
            for day, lines in self.lines.items()
        }

    def act(self, do: str) -> bool:
        """What a button beside the lines asks for; False: it asks for nothing of the kind."""
        match = _ACT.fullmatch(do)
        if match is None or int(match[2]) not in self.lines:
            return False
        verb, day = match[1], int(match[2])
        if verb == "add":
            self._add(day)
        elif verb == "remove" and match[3]:
            self.lines[day] = [line for line in self.lines[day] if line.number != int(match[3])]
        elif verb == "copy":
            for other in set(WEEK[1:5]) & set(self.days) - {day}:
                self.lines[other] = [replace(line, day=other, errors={}) for line in self.lines[day]]
        return True

    def _add(self, day: int) -> None:
        lines = self.lines[day]
        if len(lines) >= MOST_A_DAY:
            return
        before = next((self.lines[other] for other in range(day - 1, -1, -1) if self.lines.get(other)), None)
        number = max((line.number for line in lines), default=-1) + 1
        if lines:
            opens, closes = _after(lines[-1].closes)
            lines.append(Line(day, number, opens, closes, lines[-1].site))
        elif before:
            lines.append(replace(before[0], day=day, number=number, errors={}))
        else:
            lines.append(Line(day, number, "09:00", "16:00", str(self.home)))

    def read(self) -> tuple[Weekly, ...]:
        """The stretches that can be read; what cannot is blamed."""
        week: list[Weekly] = []
        self._read = []
        for day in self.days:
            for line in self.lines[day]:
                stretch = _stretch(line)
                if stretch is None:
                    continue
                for weekday in WEEK if day == EVERY_DAY else (day,):
                    week.append(replace(stretch, weekday=weekday))
                    self._read.append(line)
        return tuple(week)

    def blame(self, faults: Iterable[Fault]) -> None:
        """Each fault beside its field; one that is about no line stands under its own name."""
        for fault in faults:
            if fault.part in PARTS and fault.index < len(self._read):
                self._read[fault.index].errors.setdefault(fault.part, fault.refusal)
            else:
                self.others.setdefault(fault.part, fault.refusal)


def _stretch(line: Line) -> Weekly | None:
    opens, closes = read_clock(line.opens), read_clock(line.closes)
    days = {part: read_day(getattr(line, PARTS[part])) for part in ("from", "until")}
    if opens is None or line.opens == MIDNIGHT:
        line.errors["opens"] = refusals.Unreadable()
    if closes is None:
        line.errors["closes"] = refusals.Unreadable()
    for part, day in days.items():
        if day is None and getattr(line, PARTS[part]):
            line.errors[part] = refusals.NoDate()
    if line.errors or opens is None or closes is None:
        return None
    site = int(line.site) if line.site.isascii() and line.site.isdecimal() and len(line.site) < 10 else 0
    return Weekly(0, opens, closes, site, days["from"], days["until"])


def _length(line: Line) -> int:
    opens, closes = read_clock(line.opens), read_clock(line.closes)
    if opens is None or closes is None:
        return 0
    start, end = minutes(Weekly(0, opens, closes, 0))
    return max(end - start, 0)


def _after(closes: str) -> tuple[str, str]:
    """An hour after a stretch, for three hours, within the day."""
    ended = read_clock(closes)
    minute = min((ended.hour * 60 + ended.minute if ended else 24 * 60) + 60, 23 * 60)
    return _written(minute), _written(min(minute + 180, 24 * 60))


def _written(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@lru_cache(maxsize=2048)
def options(chosen: str, *, ends: bool, separator: str, empty: str | None = None) -> Markup:
    """The <option>s of a time; one off the grid stands among them where it is chosen."""
    quarters = range(FIRST_HOUR * 60, LAST_HOUR * 60, STEP)
    found = {minute for hour in range(24) for minute in (hour * 60,)} | set(quarters) | {24 * 60}
    found -= {0} if ends else {24 * 60}
    values = {_written(minute) for minute in found} | ({chosen} if read_clock(chosen) else set())
    first = [Markup('<option value="">{}</option>').format(empty)] if empty is not None else []
    return Markup("").join(
        [
            *first,
            *(
                Markup('<option value="{}"{}>{}</option>').format(
                    value,
                    Markup(" selected") if value == chosen else "",
                    escape(value.replace(":", separator)),
                )
                for value in sorted(values)
            ),
        ]
    )
