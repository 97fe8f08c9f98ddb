"""A week as it is drawn: working hours, appointments, blocked time, closures of rooms, and what is left.

Minutes are those since 1970; what is made of them is local, in the zone of the consultant's own site.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.calendar.queries import Diary
from portal.consultations.finding.free_times import Schedule, worked_at
from portal.consultations.finding.queries import Offer, SiteFacts
from portal.resources.calendar import FOR_EVER, Closed, SiteCalendar
from portal.resources.free_time import Stretch, difference, epoch_minutes, intersection, union
from portal.resources.models import State
from portal.web.shapes import Day, Entry

FIRST_HOUR, LAST_HOUR = 8, 17
"""Shown at least, whatever happens in the week."""
SHORTEST = 15
"""Minutes of a gap: less is no time for anything."""
STATES = {State.REQUESTED: "waiting", State.COMPLETED: "done", State.NO_SHOW: "missed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the drawing says and where it leads, in the reader's language."""

    day_url: Callable[[date], str]
    gap_url: Callable[[datetime, datetime], str]
    block_url: Callable[[int], str]
    appointment: Callable[[AppointmentRow], dict[str, Any]]
    """Title, address and the like of an `Entry`."""
    words: Callable[[Any], str]
    shut: Callable[[str, str], str]
    """That a place is closed: (name, why)."""
    busy: str
    day_off: str


def days(
    diary: Diary,
    found: Offer,
    rows: Iterable[AppointmentRow],
    dates: Sequence[date],
    wording: Wording,
    *,
    now: datetime,
) -> list[Day]:
    """`found` was read for a day more on both sides: elsewhere a day begins at another moment."""
    week = _Week(diary, found, list(rows), wording, epoch_minutes(now))
    return [week.day(one) for one in dates]


def hours(week: Iterable[Day]) -> list[time]:
    """At which the rows begin: the usual ones, and whatever else something lies in."""
    first, last = FIRST_HOUR, LAST_HOUR
    for day in week:
        shown = [entry for entry in day.entries if entry.kind == "appointment"]
        for starts_at, ends_at in [*day.work, *((entry.starts_at, entry.ends_at) for entry in shown)]:
            first = min(first, starts_at.hour)
            until = 24 if ends_at.date() > day.date else ends_at.hour + (ends_at.minute > 0)
            last = max(last, until)
    return [time(hour) for hour in range(first, last)]


class _Week:
    def __init__(
        self, diary: Diary, found: Offer, rows: Sequence[AppointmentRow], wording: Wording, now: int
    ) -> None:
        self.diary, self.found, self.wording, self.now = diary, found, wording, now
        # Not in use any more, it is nowhere among what can be had; days are still counted by its clock.
        home = found.sites.get(diary.site_id)
        self.home = home.calendar if home else SiteCalendar(diary.time_zone, (), (), ())
        self.schedule: Schedule = found.schedules[diary.id]
        self.rows = rows
        self.work = {site.id: self._worked(site) for site in found.sites.values()}
        self.all_work = union(stretch for work in self.work.values() for stretch in work)
        self.blocks = [(block.start, block.end or FOR_EVER) for block in diary.blocks]
        self.closures = [
            (site, row, (row.start, row.end or FOR_EVER))
            for site in found.sites.values()
            for row in site.calendar.closures
            if _concerns(site, row)
        ]
        self.shut = [
            span for _, row, span in self.closures if row.floor_id is None and row.resource_id is None
        ]

    def _worked(self, site: SiteFacts) -> list[Stretch[int]]:
        return union(
            stretch
            for day in self.found.days
            for stretch in worked_at(self.schedule, site.id, site.calendar, day)
        )

    def day(self, day: date) -> Day:
        whole = (self.home.midnight(day), self.home.midnight(day + timedelta(days=1)))
        work = intersection(self.all_work, [whole])
        appointments = self._appointments(whole)
        off = self._off(day, whole, work)
        entries = [*appointments, *self._claims(whole)]
        if off is None:
            taken = [(epoch_minutes(entry.starts_at), epoch_minutes(entry.ends_at)) for entry in entries]
            entries += self._blocked(self._shown(day, work), taken)
            entries += self._closed(whole, work)
            entries += self._gaps(work)
        return Day(
            day,
            self.wording.day_url(day),
            tuple(sorted(entries, key=lambda entry: (entry.starts_at, entry.kind == "gap", entry.ends_at))),
            tuple(self._local(stretch) for stretch in work),
            off,
        )

    def _off(self, day: date, whole: Stretch[int], work: list[Stretch[int]]) -> str | None:
        """Why the whole day is shut: a holiday, time off, a closed house, or simply no working day."""
        if not work:
            special = next(
                (
                    special
                    for site in self.found.sites.values()
                    if (special := site.calendar.special(day)) and special.opens is None
                ),
                None,
            )
            away = self._reason(whole)
            return self.wording.words(special.name) if special else away or self.wording.day_off
        if not difference(work, [*self.blocks, *self.shut]):
            return self._reason(work[0]) or self.wording.day_off
        return None

    def _reason(self, stretch: Stretch[int]) -> str:
        for block, span in zip(self.diary.blocks, self.blocks, strict=True):
            if intersection([span], [stretch]):
                return self.wording.words(block.reason)
        return next(
            (
                self.wording.shut(_name(site, row), self.wording.words(row.reason))
                for site, row, span in self.closures
                if span in self.shut and intersection([span], [stretch])
            ),
            "",
        )

    def _appointments(self, whole: Stretch[int]) -> list[Entry]:
        shown = [row for row in self.rows if whole[0] <= epoch_minutes(row.starts_at) < whole[1]]
        entries = []
        for place, row in enumerate(shown):
            # Who did not come has left time to others.
            ends_at = min([row.ends_at, *(other.starts_at for other in shown[place + 1 : place + 2])])
            entries.append(
                Entry(
                    "appointment",
                    row.starts_at.astimezone(self.home.zone),
                    ends_at.astimezone(self.home.zone),
                    state=STATES.get(row.state, "sure"),
                    mode=row.mode,
                    reference=row.reference,
                    **self.wording.appointment(row),
                )
            )
        return entries

    def _claims(self, whole: Stretch[int]) -> list[Entry]:
        """What else holds the consultant's time, such as a class."""
        others = [(taken.start, taken.end) for taken in self.schedule.taken if taken.appointment_at is None]
        return [
            Entry("block", *self._local(stretch), self.wording.busy)
            for stretch in intersection(others, [whole])
        ]

    def _shown(self, day: date, work: list[Stretch[int]]) -> Stretch[int]:
        """What the week's rows hold of this day at least."""
        first, last = (self.home.minute(day, time(hour)) for hour in (FIRST_HOUR, LAST_HOUR))
        return (min(first, work[0][0]), max(last, work[-1][1]))

    def _blocked(self, shown: Stretch[int], taken: list[Stretch[int]]) -> list[Entry]:
        """An appointment that stands all the same is seen in between."""
        return [
            Entry(
                "block",
                *self._local(stretch),
                self.wording.words(block.reason),
                self.wording.block_url(block.id),
            )
            for block, span in zip(self.diary.blocks, self.blocks, strict=True)
            for stretch in difference(intersection([span], [shown]), taken)
        ]

    def _closed(self, whole: Stretch[int], work: list[Stretch[int]]) -> list[Entry]:
        """Closures while the consultant works there; those of the same time stand in one strip."""
        found: list[tuple[Stretch[int], list[str]]] = []
        for site, row, span in sorted(self.closures, key=lambda closure: closure[2]):
            at_work = intersection(intersection([span], [whole]), self.work[site.id])
            if not at_work:
                continue
            name = self.wording.shut(_name(site, row), self.wording.words(row.reason))
            start, end = at_work[0][0], at_work[-1][1]
            if found and start < found[-1][0][1]:
                (first, last), names = found[-1]
                found[-1] = ((first, max(last, end)), [*names, name])
            else:
                found.append(((start, end), [name]))
        return [Entry("closure", *self._local(span), "; ".join(names)) for span, names in found]

    def _gaps(self, work: list[Stretch[int]]) -> list[Entry]:
        taken = [(one.start, one.end) for one in self.schedule.taken]
        soon = -(-self.now // SHORTEST) * SHORTEST
        return [
            Entry("gap", starts_at, ends_at, url=self.wording.gap_url(starts_at, ends_at))
            for start, end in difference(work, [*taken, *self.blocks, *self.shut, (0, soon)])
            if end - start >= SHORTEST
            for starts_at, ends_at in [self._local((start, end))]
        ]

    def _local(self, stretch: Stretch[int]) -> tuple[datetime, datetime]:
        return self.home.moment(stretch[0]), self.home.moment(stretch[1])


def _concerns(site: SiteFacts, row: Closed) -> bool:
    """The house, or a consultation room: by itself or with its floor."""
    if row.resource_id is not None:
        return any(room.id == row.resource_id for room in site.rooms)
    return row.floor_id is None or any(room.floor_id == row.floor_id for room in site.rooms)


def _name(site: SiteFacts, row: Closed) -> str:
    if row.resource_id is not None:
        return next(room.name for room in site.rooms if room.id == row.resource_id)
    if row.floor_id is not None:
        return ", ".join(room.name for room in site.rooms if room.floor_id == row.floor_id)
    return site.name
