"""A person's calendar as RFC 5545 wants it: one UID for each event throughout its life, the same as in the mails.

Pure: the same contents make the same bytes.
"""

from collections.abc import Iterator
from datetime import timedelta

from icalendar import Event

from portal.agenda.feed.queries import Contents
from portal.agenda.follow_ups import Task
from portal.bookings.messages import calendar_event as booking_event
from portal.bookings.messages import named
from portal.bookings.queries import BookingRow
from portal.consultations.appointments.messages import calendar_event as appointment_event
from portal.consultations.appointments.queries import AppointmentRow
from portal.db import Words
from portal.notifications.calendar_files import Method, Party, calendar, component, day_component
from portal.resources.models import State

NAME = Words("Agenda Bos Muda", "Bos Muda agenda")
REFRESH = timedelta(hours=1)
_OVER = {State.CANCELLED, State.DECLINED}


def feed(found: Contents, person_id: int, *, language: str, base_url: str, sender: str) -> bytes:
    """`sender`: the address that the portal's mails come from."""

    def events() -> Iterator[Event]:
        for booking in found.bookings:
            yield _booking(booking, language, base_url, sender)
        for appointment in found.appointments:
            yield _appointment(appointment, person_id, language, base_url, sender)
        for task in found.follow_ups:
            yield _follow_up(task, person_id, language, base_url)

    return calendar(list(events()), Method.PUBLISH, name=NAME.in_(language), refresh=REFRESH)


def _booking(row: BookingRow, language: str, base_url: str, sender: str) -> Event:
    event = booking_event(
        row.reference,
        named(row.kind, row.resource_name),
        row.site_name,
        row.address,
        row.time_zone,
        (row.starts_at, row.ends_at),
        row.sequence,
        Method.CANCEL if row.state in _OVER else Method.PUBLISH,
    )
    return component(event, language, base_url, row.changed_at, Party(row.site_name, sender))


def _appointment(row: AppointmentRow, person_id: int, language: str, base_url: str, sender: str) -> Event:
    for_consultant = row.consultant_person_id == person_id != row.person_id
    method = Method.CANCEL if row.state in _OVER else Method.PUBLISH
    event = appointment_event(row, method, for_consultant=for_consultant)
    made = component(event, language, base_url, row.changed_at, Party(row.site_name, sender))
    if row.state == State.REQUESTED:  # held, and nobody has agreed to it yet
        made["status"] = "TENTATIVE"
    return made


def _follow_up(task: Task, person_id: int, language: str, base_url: str) -> Event:
    by = task.owner_name if task.owner_id != person_id else ""
    words = Words("Tindak lanjut", "Follow-up").in_(language)
    return day_component(
        uid=f"follow-up-{task.id}@portal-bos-muda",
        day=task.due_on,
        summary=f"{words} ({by}): {task.task}" if by else f"{words}: {task.task}",
        description=f"{task.topic.in_(language)}: {task.other_name(person_id)}",
        url=base_url + task.path(person_id),
        stamp=task.created_at,
    )
