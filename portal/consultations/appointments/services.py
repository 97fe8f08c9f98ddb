"""Ask for a consultation, answer, move, cancel it; what happens to it by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.audit.services import record
from portal.consultations import refusals
from portal.consultations.appointments import messages
from portal.consultations.appointments.choosing import Chosen, Wish, choose, lock_candidates
from portal.consultations.appointments.deadline import refusal_to_change
from portal.consultations.appointments.models import Appointment
from portal.consultations.appointments.standing import standing
from portal.consultations.finding.queries import TopicRow, topic
from portal.consultations.topics.models import Mode
from portal.errors import Conflict
from portal.resources import claims
from portal.resources.claims import LockedPerson, NewReservation
from portal.resources.models import Reservation, ReservationKind, Site, State
from portal.resources.refusals import ConfirmFirst, InThePast, TooFar
from portal.resources.reservations import become, locked

FARTHEST = timedelta(days=400)
"""Further than any horizon; beyond, local time arithmetic may overflow."""
MOST_COMING = 40
"""Consultations to come that people may hold at a time: many more than anybody needs, many fewer than would leave others
none."""

_HOLDING = claims.holding(
    """INSERT INTO appointment (id, consultant_id, topic_id, mode, room_id, answers, answer_by)
    SELECT id, :consultant_id, :topic_id, :mode, :room_id, CAST(:answers AS jsonb), :answer_by FROM reserved"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    actor: Actor
    person_id: int
    topic_id: int
    consultant_id: int | None
    """None: whoever is free and has the fewest appointments that week."""
    starts_at: datetime
    mode: Mode
    answers: tuple[Mapping[str, Any], ...] = ()
    """As `Appointment.answers` keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Another time, another consultant, another way to meet; what is None stays."""

    actor: Actor
    reservation_id: int
    starts_at: datetime
    consultant_id: int | None = None
    mode: Mode | None = None
    reason: str = ""
    seen: int | None = None
    """The sequence of what was looked at, where only that may be moved."""


@dataclass(frozen=True, slots=True)
class Arranged:
    id: int
    reference: str
    state: State
    consultant_id: int
    room_id: int | None
    topic_id: int
    mode: Mode
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    """Of the site where the consultant is then."""


def request(session: Session, command: Request, *, at: datetime) -> Arranged:
    """Holds a consultant's time, and a room's where both meet in person.

    Raises:
        NoSuchTopic, ModeNotOffered, NoSuchConsultant: it is not offered like that.
        RuleBroken: the first rule the time breaks.
        SlotTaken: consultant or room were just taken, or nobody is free.
    """
    person = claims.lock_people(session, [command.person_id])[command.person_id]
    wanted = _offered(session, command.topic_id, command.mode)
    for_another = _acts_for_another(command.actor, person)
    wish = Wish(wanted, command.consultant_id, command.starts_at, command.mode, for_another)
    chosen = _chosen(session, wish, person, command.actor, at=at)
    confirms = wanted.confirms_itself or for_another
    answer_by = None if confirms else _answer_by(wanted, command.starts_at, at)
    state = State.CONFIRMED if confirms else State.REQUESTED
    reservation_id, reference = claims.hold(
        session,
        _HOLDING,
        NewReservation(
            kind=ReservationKind.APPOINTMENT,
            state=state,
            person_id=person.id,
            created_by_id=command.actor.id,
            site_id=chosen.site.id,
            reference_prefix=chosen.site.reference_prefix,
            starts_at=chosen.starts_at,
            ends_at=chosen.ends_at,
        ),
        chosen.parts,
        at=at,
        consultant_id=chosen.consultant.id,
        topic_id=wanted.id,
        mode=command.mode.value,
        room_id=chosen.room.id if chosen.room else None,
        answers=json.dumps([dict(answer) for answer in command.answers]),
        answer_by=answer_by,
    )
    record(
        session,
        "consultations.request",
        ("reservation", reservation_id),
        at=at,
        actor_id=command.actor.id,
        person_id=person.id,
        changes={"after": _held(chosen, command.mode) | {"state": state}},
    )
    messages.requested(session, reservation_id, by_id=command.actor.id, at=at)
    return _arranged(reservation_id, reference, state, wanted.id, command.mode, chosen)


def move(session: Session, command: Move, *, at: datetime) -> Arranged:
    """Gives a consultation another time in one transaction, its room moved along; the old is kept unless the new is had.

    Moved by the entrepreneur, it waits for an answer once more, unless its topic confirms itself.

    Raises: as `request`; NotOpen, TooLateToChange; Conflict: it is not what was looked at.
    """
    person, reservation, appointment = _lock(session, command.reservation_id)
    wanted = topic(session, appointment.topic_id)
    if wanted is None:
        raise refusals.NoSuchTopic()
    mode = command.mode or appointment.mode
    if mode not in wanted.modes and mode != appointment.mode:
        raise refusals.ModeNotOffered()
    consultant_id = command.consultant_id or appointment.consultant_id
    _require_open(session, command.actor, reservation, wanted, at)
    before = {
        "consultant_id": appointment.consultant_id,
        "room_id": appointment.room_id,
        "mode": appointment.mode,
        "starts_at": reservation.starts_at.isoformat(),
    }
    old_consultant_id, old_starts_at = appointment.consultant_id, reservation.starts_at
    for_another = _acts_for_another(command.actor, person)
    is_as_it_was = (consultant_id, command.starts_at, mode) == (
        old_consultant_id,
        old_starts_at,
        appointment.mode,
    )
    if is_as_it_was:
        return _as_it_is(session, reservation, appointment)
    _require_seen(reservation, command.seen)
    was = reservation.state
    chosen = _chosen(
        session,
        Wish(wanted, consultant_id, command.starts_at, mode, for_another, appointment.room_id),
        person,
        command.actor,
        at=at,
        besides=reservation.id,
        also=_resources(appointment),
    )
    waits = not (wanted.confirms_itself or for_another)
    appointment.consultant_id, appointment.mode = chosen.consultant.id, mode
    appointment.room_id = chosen.room.id if chosen.room else None
    appointment.answer_by = _answer_by(wanted, command.starts_at, at) if waits else None
    appointment.reminded_at, appointment.reason = None, command.reason or None
    reservation.starts_at, reservation.ends_at = chosen.starts_at, chosen.ends_at
    reservation.site_id, reservation.changed_at = chosen.site.id, at
    reservation.sequence += 1
    after = State.REQUESTED if waits else State.CONFIRMED
    become(
        session,
        "consultations.move",
        reservation,
        after,
        actor_id=command.actor.id,
        at=at,
        moved={"before": before, "after": _held(chosen, mode)},
    )
    claims.move(session, reservation.id, chosen.parts)
    messages.moved(
        session,
        reservation.id,
        by_id=command.actor.id,
        was=was,
        old_consultant_id=old_consultant_id,
        old_starts_at=old_starts_at,
        at=at,
    )
    return _arranged(reservation.id, reservation.reference, after, wanted.id, mode, chosen)


def confirm(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """The consultant will be there. Twice is the same as once.

    Raises: NotOpen.
    """
    _, reservation, appointment = _lock(session, reservation_id)
    claims.lock_resources(session, [appointment.consultant_id])
    if reservation.state == State.CONFIRMED:
        return
    if reservation.state != State.REQUESTED or at >= reservation.starts_at:
        raise refusals.NotOpen()
    appointment.answer_by = None
    become(session, "consultations.confirm", reservation, State.CONFIRMED, actor_id=actor.id, at=at)
    messages.confirmed(session, reservation.id, by_id=actor.id, at=at)


def decline(session: Session, actor: Actor, reservation_id: int, reason: str, *, at: datetime) -> None:
    """The consultant cannot; the time is free again and other times are named. Twice is the same as once.

    Raises: ReasonMissing, NotOpen.
    """
    reason = _stated(reason)
    _, reservation, appointment = _lock(session, reservation_id)
    if reservation.state == State.DECLINED:
        return
    if reservation.state != State.REQUESTED:
        raise refusals.NotOpen()
    _end(session, "consultations.decline", reservation, appointment, State.DECLINED, actor.id, reason, at)
    messages.declined(session, reservation.id, at=at)


def cancel(
    session: Session,
    actor: Actor,
    reservation_id: int,
    reason: str = "",
    *,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Gives the time back and tells the other side when and why. Twice is the same as once.

    A consultant or the front desk says why; the entrepreneur may.

    Raises: ReasonMissing, NotOpen, TooLateToChange; Conflict: its sequence is not `seen` any more.
    """
    person, reservation, appointment = _lock(session, reservation_id)
    if reservation.state == State.CANCELLED:
        return
    _require_seen(reservation, seen)
    if actor.id != person.id:
        reason = _stated(reason)
    wanted = topic(session, appointment.topic_id)
    _require_open(session, actor, reservation, wanted, at)
    was = reservation.state
    _end(session, "consultations.cancel", reservation, appointment, State.CANCELLED, actor.id, reason, at)
    messages.cancelled(session, reservation.id, by_id=actor.id, was=was, at=at)


def lapse(session: Session, reservation_id: int, *, at: datetime) -> bool:
    """A request that nobody answered in time is over; False when somebody has in the meantime."""
    _, reservation, appointment = _lock(session, reservation_id)
    if reservation.state != State.REQUESTED or appointment.answer_by is None or at < appointment.answer_by:
        return False
    _end(session, "consultations.lapse", reservation, appointment, State.DECLINED, None, "", at)
    messages.lapsed(session, reservation.id, at=at)
    return True


def complete(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """It took place. What was marked as missed by mistake becomes held as well.

    Raises: NotOpen, NotYetHeld.
    """
    _, reservation, appointment = _lock(session, reservation_id)
    claims.lock_resources(session, [appointment.consultant_id])
    if reservation.state == State.COMPLETED:
        return
    _require_begun(reservation, at)
    become(session, "consultations.complete", reservation, State.COMPLETED, actor_id=actor.id, at=at)
    messages.held(session, reservation.id, at=at)


def mark_no_show(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """Nobody came; what remains of the time is free again. Twice is the same as once.

    Raises: NotOpen, NotYetHeld.
    """
    _, reservation, appointment = _lock(session, reservation_id)
    claims.lock_resources(session, _resources(appointment))
    if reservation.state == State.NO_SHOW:
        return
    _require_begun(reservation, at)
    claims.shorten(session, reservation.id, at=at)
    become(session, "consultations.no-show", reservation, State.NO_SHOW, actor_id=actor.id, at=at)
    messages.missed(session, reservation.id, at=at)


def remind(session: Session, reservation_id: int, *, at: datetime) -> bool:
    """Tells somebody of tomorrow's consultation, once; a move makes it due again."""
    _, reservation, appointment = _lock(session, reservation_id)
    if (
        reservation.state != State.CONFIRMED
        or appointment.reminded_at is not None
        or reservation.starts_at <= at
    ):
        return False
    appointment.reminded_at = at
    session.flush()
    messages.reminder(session, reservation.id, at=at)
    return True


def _lock(session: Session, reservation_id: int) -> tuple[LockedPerson, Reservation, Appointment]:
    """
    Raises:
        NoSuchAppointment: there is none with this id.
    """
    found = locked(session, reservation_id, Appointment)
    if found is None:
        raise refusals.NoSuchAppointment()
    return found


def _acts_for_another(actor: Actor, person: LockedPerson) -> bool:
    """Then the consultant's hours alone count. Colleagues who need advice themselves ask for it, as everybody does."""
    return actor.is_staff and actor.id != person.id


def _offered(session: Session, topic_id: int, mode: Mode) -> TopicRow:
    found = topic(session, topic_id)
    if found is None or not found.is_active:
        raise refusals.NoSuchTopic()
    if mode not in found.modes:
        raise refusals.ModeNotOffered()
    return found


def _chosen(
    session: Session,
    wish: Wish,
    person: LockedPerson,
    actor: Actor,
    *,
    at: datetime,
    besides: int = 0,
    also: list[int] | None = None,
) -> Chosen:
    """Locks whoever may be chosen, then looks once more: what it answers stays true until the end of the transaction."""
    if wish.starts_at <= at:
        raise InThePast()
    if wish.starts_at > at + FARTHEST:
        last: date = (at + FARTHEST).date()
        raise TooFar(days=FARTHEST.days, last=last)
    lock_candidates(session, wish, also or [])
    ends_at = wish.starts_at + timedelta(minutes=wish.topic.length.minutes)
    held = standing(session, person.id, wish.starts_at, ends_at, at=at, besides=besides)
    if actor.id == person.id and not besides and held.consultations >= MOST_COMING:
        raise refusals.EnoughToCome(limit=MOST_COMING)
    if not actor.is_staff:
        if not person.is_confirmed and held.coming:
            raise ConfirmFirst()
        if held.consultations_then:
            raise refusals.OneAtATime()
    return choose(session, wish, at=at, besides=besides)


def _require_open(
    session: Session, actor: Actor, reservation: Reservation, wanted: TopicRow | None, at: datetime
) -> None:
    site = session.get_one(Site, reservation.site_id)
    notice = timedelta(minutes=wanted.cancel_minutes if wanted else 0)
    until = (reservation.starts_at - notice).astimezone(ZoneInfo(site.time_zone))
    refusal = refusal_to_change(
        reservation.state, reservation.starts_at, until, at=at, by_staff=actor.is_staff
    )
    if refusal:
        raise refusal


def _require_seen(reservation: Reservation, seen: int | None) -> None:
    """
    Raises:
        Conflict: it was changed since.
    """
    if seen is not None and reservation.sequence != seen:
        raise Conflict()


def _require_begun(reservation: Reservation, at: datetime) -> None:
    if reservation.state not in {State.CONFIRMED, State.NO_SHOW, State.COMPLETED}:
        raise refusals.NotOpen()
    if at < reservation.starts_at:
        raise refusals.NotYetHeld()


def _end(
    session: Session,
    verb: str,
    reservation: Reservation,
    appointment: Appointment,
    after: State,
    actor_id: int | None,
    reason: str,
    at: datetime,
) -> None:
    claims.lock_resources(session, _resources(appointment))
    claims.release(session, reservation.id, at=at)
    appointment.answer_by = None
    appointment.ended_at, appointment.ended_by_id, appointment.reason = at, actor_id, reason or None
    appointment.has_lapsed = actor_id is None
    if after == State.CANCELLED:
        reservation.cancelled_at = at
    reservation.changed_at = at
    reservation.sequence += 1
    become(session, verb, reservation, after, actor_id=actor_id, at=at)


def _resources(appointment: Appointment) -> list[int]:
    return [appointment.consultant_id, *([appointment.room_id] if appointment.room_id else [])]


def _stated(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise refusals.ReasonMissing()
    return reason


def _answer_by(wanted: TopicRow, starts_at: datetime, at: datetime) -> datetime:
    return min(at + timedelta(hours=wanted.answer_hours), starts_at)


def _held(chosen: Chosen, mode: Mode) -> dict[str, object]:
    return {
        "consultant_id": chosen.consultant.id,
        "room_id": chosen.room.id if chosen.room else None,
        "mode": mode,
        "starts_at": chosen.starts_at.isoformat(),
    }


def _as_it_is(session: Session, reservation: Reservation, appointment: Appointment) -> Arranged:
    return Arranged(
        reservation.id,
        reservation.reference,
        reservation.state,
        appointment.consultant_id,
        appointment.room_id,
        appointment.topic_id,
        appointment.mode,
        reservation.starts_at,
        reservation.ends_at,
        session.get_one(Site, reservation.site_id).time_zone,
    )


def _arranged(
    reservation_id: int, reference: str, state: State, topic_id: int, mode: Mode, chosen: Chosen
) -> Arranged:
    return Arranged(
        reservation_id,
        reference,
        state,
        chosen.consultant.id,
        chosen.room.id if chosen.room else None,
        topic_id,
        mode,
        chosen.starts_at,
        chosen.ends_at,
        chosen.site.calendar.time_zone,
    )
