"""What both sides of a consultation are told, and the calendar event that goes with it.

Templates are under templates/messages/consultations; those for the consultant end in `_for_consultant`.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.consultations.appointments.flooding import is_flooded
from portal.consultations.appointments.links import signed
from portal.consultations.appointments.queries import AppointmentRow, appointment_by_id, others_waiting
from portal.consultations.consultants.models import Consultant
from portal.consultations.finding.soonest import soonest
from portal.consultations.topics.models import Mode
from portal.db import Words
from portal.notifications.calendar_files import CalendarEvent, Method
from portal.notifications.services import Recipient, send
from portal.notifications.unconfirmed import address_to_mail
from portal.resources.models import State

OTHER_TIMES = 3
"""How many other times a refusal names."""


def requested(session: Session, reservation_id: int, *, by_id: int, at: datetime) -> None:
    row = _row(session, reservation_id)
    if row.state == State.REQUESTED:
        _tell_person(session, row, "requested", at)
        _tell_consultant(session, row, "asked", at, by_id=by_id, until=row.answer_by)
    else:
        _tell_person(session, row, "confirmed", at, method=Method.REQUEST)
        _tell_consultant(session, row, "booked", at, by_id=by_id, method=Method.REQUEST)


def confirmed(session: Session, reservation_id: int, *, by_id: int, at: datetime) -> None:
    row = _row(session, reservation_id)
    _tell_person(session, row, "confirmed", at, method=Method.REQUEST)
    _tell_consultant(session, row, "booked", at, by_id=by_id, method=Method.REQUEST)


def moved(
    session: Session,
    reservation_id: int,
    *,
    by_id: int,
    was: State,
    old_consultant_id: int,
    old_starts_at: datetime,
    at: datetime,
) -> None:
    """`was`: an event that calendars know of already is moved there too, or taken out until it is agreed to again."""
    row = _row(session, reservation_id)
    zone = ZoneInfo(row.time_zone)
    old = {"old_starts_at": old_starts_at.astimezone(zone), "by_person": by_id == row.person_id}
    method = Method.REQUEST if row.state == State.CONFIRMED else None
    if method is None and was == State.CONFIRMED:
        method = Method.CANCEL
    _tell_person(session, row, "moved", at, method=method, more=old)
    _tell_consultant(session, row, "moved", at, by_id=by_id, method=method, more=old)
    if old_consultant_id != row.consultant_id:
        _tell_former(session, row, old_consultant_id, at, by_id=by_id, was=was, more=old)


def declined(session: Session, reservation_id: int, *, at: datetime) -> None:
    row = _row(session, reservation_id)
    _tell_person(session, row, "declined", at, more=_other_times(session, row, at))


def cancelled(session: Session, reservation_id: int, *, by_id: int, was: State, at: datetime) -> None:
    row = _row(session, reservation_id)
    method = Method.CANCEL if was == State.CONFIRMED else None
    others = {} if by_id == row.person_id else _other_times(session, row, at)
    more = {"by_person": by_id == row.person_id} | others
    _tell_person(session, row, "cancelled", at, method=method, more=more)
    _tell_consultant(session, row, "cancelled", at, by_id=by_id, method=method, more=more)


def lapsed(session: Session, reservation_id: int, *, at: datetime) -> None:
    row = _row(session, reservation_id)
    _tell_person(session, row, "lapsed", at, more=_other_times(session, row, at))
    _tell_consultant(session, row, "lapsed", at, by_id=None)


def reminder(session: Session, reservation_id: int, *, at: datetime) -> None:
    """Names whom an hour that stays empty costs something: people miss fewer when they know."""
    row = _row(session, reservation_id)
    waiting = others_waiting(session, row.topic_id, row.person_id, at=at)
    _tell_person(session, row, "reminder", at, until=row.starts_at, more={"waiting": waiting})


def missed(session: Session, reservation_id: int, *, at: datetime) -> None:
    _tell_person(session, _row(session, reservation_id), "missed", at)


def outside_hours(session: Session, reservation_id: int, *, reason: str, at: datetime) -> None:
    """It stands as agreed, but the consultant does not work then any more: the person may choose another time."""
    row = _row(session, reservation_id)
    _tell_person(session, row, "outside_hours", at, until=row.starts_at, more={"reason": reason})


def held(session: Session, reservation_id: int, *, at: datetime) -> None:
    """Thanks, and how it was: two taps."""
    _tell_person(session, _row(session, reservation_id), "held", at)


def calendar_event(row: AppointmentRow, method: Method, *, for_consultant: bool = False) -> CalendarEvent:
    """One event throughout a consultation's life, in mails, as a download and in feeds."""
    with_whom = row.person_name if for_consultant else row.consultant_name
    place = f"{row.room_name}, {row.site_name}, {row.address}" if row.room_name else ""
    return CalendarEvent(
        uid=f"{row.reference.lower()}@portal-bos-muda",
        sequence=row.sequence,
        method=method,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        summary=Words(f"{row.topic.id}: {with_whom}", f"{row.topic.en}: {with_whom}"),
        location=place or (row.video_url or "" if row.mode == Mode.VIDEO else ""),
        description=Words(f"Nomor konsultasi {row.reference}", f"Consultation number {row.reference}"),
        path=_path(row, for_consultant),
        organizer=row.site_name,
    )


def _row(session: Session, reservation_id: int) -> AppointmentRow:
    session.flush()
    row = appointment_by_id(session, reservation_id)
    assert row is not None  # noqa: S101 (locked by the caller)
    return row


def _path(row: AppointmentRow, for_consultant: bool) -> str:
    return f"/calendar/appointments/{row.reference}" if for_consultant else f"/consultations/{row.reference}"


def _facts(row: AppointmentRow, for_consultant: bool) -> dict[str, Any]:
    zone = ZoneInfo(row.time_zone)
    return {
        "reference": row.reference,
        "topic": row.topic,
        "to_bring": row.to_bring,
        "person_name": row.person_name,
        "consultant_name": row.consultant_name,
        "mode": row.mode,
        "room_name": row.room_name or "",
        "floor_name": row.room_floor or "",
        "video_url": row.video_url or "",
        "site_name": row.site_name,
        "address": row.address,
        "time_zone": row.time_zone,
        "starts_at": row.starts,
        "ends_at": row.ends,
        "answer_at": row.answer_by.astimezone(zone) if row.answer_by else None,
        "state": row.state,
        "reason": row.reason or "",
        "path": _path(row, for_consultant),
    }


def _tell_person(
    session: Session,
    row: AppointmentRow,
    template: str,
    at: datetime,
    *,
    method: Method | None = None,
    until: datetime | None = None,
    more: dict[str, Any] | None = None,
) -> None:
    """The signed link stands in the mail alone: in the portal one is signed in."""
    token = signed(row.id, row.sequence)
    _send(
        session,
        row.person_id,
        template,
        _facts(row, False) | (more or {}),
        at,
        event=calendar_event(row, method) if method else None,
        until=until,
        mail_only={"signed_path": f"/consultations/link/{token}"},
    )


def _tell_consultant(
    session: Session,
    row: AppointmentRow,
    template: str,
    at: datetime,
    *,
    by_id: int | None,
    method: Method | None = None,
    until: datetime | None = None,
    more: dict[str, Any] | None = None,
) -> None:
    """Of what they did themselves they are not told; their calendar hears of it all the same."""
    if by_id == row.consultant_person_id and method is None:
        return
    _send(
        session,
        row.consultant_person_id,
        f"{template}_for_consultant",
        _facts(row, True) | (more or {}),
        at,
        event=calendar_event(row, method, for_consultant=True) if method else None,
        until=until,
        by_person_id=row.person_id if by_id == row.person_id else None,
    )


def _tell_former(
    session: Session,
    row: AppointmentRow,
    consultant_id: int,
    at: datetime,
    *,
    by_id: int,
    was: State,
    more: dict[str, Any],
) -> None:
    """Whose appointment it was before it went to a colleague."""
    former = session.scalar(select(Consultant.person_id).where(Consultant.id == consultant_id))
    if former is None or former == by_id:
        return
    event = calendar_event(row, Method.CANCEL, for_consultant=True) if was == State.CONFIRMED else None
    by_person_id = row.person_id if by_id == row.person_id else None
    facts = _facts(row, True) | more
    _send(session, former, "given_away_for_consultant", facts, at, event=event, by_person_id=by_person_id)


def _send(
    session: Session,
    person_id: int,
    template: str,
    facts: dict[str, Any],
    at: datetime,
    *,
    event: CalendarEvent | None = None,
    until: datetime | None = None,
    mail_only: dict[str, Any] | None = None,
    by_person_id: int | None = None,
) -> None:
    """`by_person_id`: whose doing a consultant is told of."""
    person = session.get_one(Person, person_id)
    is_confirmed = person.email_confirmed_at is not None
    address = address_to_mail(session, person.id, person.email, is_confirmed=is_confirmed)
    if address and by_person_id and is_flooded(session, person.id, person_id=by_person_id, at=at):
        address = None
    send(
        session,
        Recipient(person.id, person.language, person.name, address),
        f"consultations/{template}",
        facts,
        at=at,
        calendar=event,
        until=until,
        mail_only=mail_only,
    )


def _other_times(session: Session, row: AppointmentRow, at: datetime) -> dict[str, Any]:
    """The next times with the same consultant, else with anyone; fewer where there are none."""
    found = soonest(session, row.topic_id, row.consultant_id, row.mode, now=at, limit=OTHER_TIMES) or soonest(
        session, row.topic_id, None, row.mode, now=at, limit=OTHER_TIMES
    )
    zone = ZoneInfo(row.time_zone)
    times = {
        f"other_{number}_at": other.starts_at.astimezone(zone) for number, other in enumerate(found, start=1)
    }
    return times | {
        "other_name": found[0].consultant_name if found else "",
        "others_path": f"/consultations/topics/{row.topic_id}",
    }
