"""What is coming as the page shows it: day by day, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext

from portal.agenda.follow_ups import Task
from portal.agenda.mine.queries import Coming
from portal.bookings.queries import BookingRow
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.topics.models import Mode
from portal.consultations.wording import MODE_ICONS, mode_name
from portal.resources.models import ResourceKind, State
from portal.web.filters import day_short
from portal.web.locale import current_locale


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a beginning and an end; moments are local."""

    starts: datetime
    ends: datetime
    icon: str
    title: str
    detail: str
    url: str
    waits: bool
    """Nobody has agreed to it yet."""


@dataclass(frozen=True, slots=True)
class Todo:
    """A follow-up; `done_url` where whoever looks can tick it off."""

    id: int
    due_on: date
    task: str
    owner_name: str
    """Empty: whoever looks."""
    detail: str
    url: str
    done_url: str | None


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    label: str
    """The date in words, and whether it is today or tomorrow."""
    entries: list[Entry]
    todos: list[Todo]


@dataclass(frozen=True, slots=True)
class Agenda:
    overdue: list[Todo]
    days: list[Day]

    @property
    def count(self) -> int:
        return len(self.overdue) + sum(len(day.entries) + len(day.todos) for day in self.days)


def agenda(found: Coming, person_id: int, *, at: datetime) -> Agenda:
    days: dict[date, Day] = {}
    overdue: list[Todo] = []

    def on(day: date, today: date) -> Day:
        return days.setdefault(day, Day(day, _label(day, today), [], []))

    for entry in sorted(_entries(found), key=lambda one: one.starts):
        on(entry.starts.date(), at.astimezone(entry.starts.tzinfo).date()).entries.append(entry)
    for task in found.follow_ups:
        todo = _todo(task, person_id)
        today = at.astimezone(ZoneInfo(task.time_zone)).date()
        (overdue if task.due_on < today else on(task.due_on, today).todos).append(todo)
    return Agenda(overdue, [days[day] for day in sorted(days)])


def _label(day: date, today: date) -> str:
    written = day_short(day)
    if day == today:
        return gettext("Today, %(day)s", day=written)
    return gettext("Tomorrow, %(day)s", day=written) if (day - today).days == 1 else written


def _entries(found: Coming) -> Iterator[Entry]:
    yield from map(_booking, found.bookings)
    for row in found.appointments:
        yield _appointment(row, row.consultant_name, f"/consultations/{row.reference}")
    for row in found.advising:
        yield _appointment(row, row.person_name, f"/calendar/appointments/{row.reference}")


def _booking(row: BookingRow) -> Entry:
    is_desk = row.kind == ResourceKind.DESK
    return Entry(
        row.starts,
        row.ends,
        "desk" if is_desk else "door",
        gettext("Desk %(name)s", name=row.resource_name) if is_desk else row.resource_name,
        row.site_name,
        url_for("bookings.ticket", reference=row.reference),
        waits=False,
    )


def _appointment(row: AppointmentRow, with_whom: str, url: str) -> Entry:
    place = f"{row.room_name}, {row.site_name}" if row.room_name else mode_name(row.mode)
    return Entry(
        row.starts,
        row.ends,
        "talk" if row.mode == Mode.IN_PERSON else MODE_ICONS[row.mode],
        gettext("%(topic)s with %(name)s", topic=row.topic.in_(current_locale()), name=with_whom),
        place,
        url,
        waits=row.state == State.REQUESTED,
    )


def _todo(task: Task, person_id: int) -> Todo:
    is_mine = task.owner_id == person_id
    return Todo(
        task.id,
        task.due_on,
        task.task,
        "" if is_mine else task.owner_name,
        gettext(
            "%(topic)s with %(name)s",
            topic=task.topic.in_(current_locale()),
            name=task.other_name(person_id),
        ),
        task.path(person_id),
        url_for("consultations.finish_follow_up", reference=task.reference, follow_up_id=task.id)
        if is_mine
        else None,
    )
