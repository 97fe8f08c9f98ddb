"""Book, move, cancel, check in and out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.audit.services import record
from portal.bookings import messages, refusals
from portal.bookings.models import UNDO_WITHIN, Booking
from portal.bookings.standing import Standing, standing
from portal.resources import claims, rules
from portal.resources.claims import LockedPerson, LockedResource, NewReservation, Part
from portal.resources.models import (
    COMING,
    Reservation,
    ReservationKind,
    ResourceKind,
    State,
)
from portal.resources.refusals import SlotTaken, UnknownResource
from portal.resources.reservations import become, locked

_HOLDING = claims.holding("INSERT INTO booking (id, resource_id) SELECT id, :resource_id FROM reserved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    actor: Actor
    person_id: int
    resource_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Another time, another resource, or both."""

    actor: Actor
    reservation_id: int
    resource_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    id: int
    reference: str
    state: State
    resource_id: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    """The site's."""


def book(session: Session, command: Book, *, at: datetime) -> Booked:
    """Gives a person a desk or room for a time.

    Raises:
        SlotTaken: somebody holds part of it.
        RuleBroken: the first rule it breaks.
    """
    person = claims.lock_people(session, [command.person_id])[command.person_id]
    resource = _bookable(claims.lock_resources(session, [command.resource_id]).get(command.resource_id))
    held = standing(session, person.id, resource, command.starts_at, command.ends_at, at=at)
    _check(command.actor, person, resource, held, command.starts_at, command.ends_at, at=at)
    reservation_id, reference = claims.hold(
        session,
        _HOLDING,
        NewReservation(
            kind=ReservationKind.BOOKING,
            state=State.CONFIRMED,
            person_id=person.id,
            created_by_id=command.actor.id,
            site_id=resource.site_id,
            reference_prefix=resource.site.reference_prefix,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
        ),
        [Part(resource.id, command.starts_at, command.ends_at)],
        at=at,
        resource_id=resource.id,
    )
    booked = Booked(
        reservation_id,
        reference,
        State.CONFIRMED,
        resource.id,
        command.starts_at,
        command.ends_at,
        resource.site.time_zone,
    )
    record(
        session,
        "bookings.book",
        ("reservation", reservation_id),
        at=at,
        actor_id=command.actor.id,
        person_id=person.id,
        changes={"after": _times(resource.id, command.starts_at, command.ends_at)},
    )
    messages.confirmed(session, person, resource, booked, at=at)
    return booked


def move(session: Session, command: Move, *, at: datetime) -> Booked:
    """Gives a booking another time or place in one transaction; the old one is kept unless the new one is had.

    Raises: as `book`; AlreadyOver, TooLateToChange.
    """
    person, reservation, booking = _lock(session, command.reservation_id)
    resources = claims.lock_resources(session, [booking.resource_id, command.resource_id])
    old, new = resources[booking.resource_id], _bookable(resources.get(command.resource_id))
    _require_open(command.actor, reservation, old, at)
    before = (old.id, reservation.starts_at, reservation.ends_at)
    booked = Booked(
        reservation.id,
        reservation.reference,
        reservation.state,
        new.id,
        command.starts_at,
        command.ends_at,
        new.site.time_zone,
    )
    if before == (new.id, command.starts_at, command.ends_at):
        return booked
    if new.site_id != old.site_id or new.kind != old.kind:
        raise UnknownResource()
    held = standing(
        session, person.id, new, command.starts_at, command.ends_at, at=at, besides=reservation.id
    )
    _check(command.actor, person, new, held, command.starts_at, command.ends_at, at=at)
    booking.resource_id, booking.reminded_at = new.id, None
    reservation.starts_at, reservation.ends_at = command.starts_at, command.ends_at
    reservation.sequence += 1
    reservation.changed_at = at
    claims.move(session, reservation.id, [Part(new.id, command.starts_at, command.ends_at)])
    record(
        session,
        "bookings.move",
        ("reservation", reservation.id),
        at=at,
        actor_id=command.actor.id,
        person_id=person.id,
        changes={"before": _times(*before), "after": _times(new.id, command.starts_at, command.ends_at)},
    )
    messages.moved(session, person, new, booked, old, before, sequence=reservation.sequence, at=at)
    return booked


def cancel(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """Gives a booking's time back. Cancelling twice is the same as once.

    Raises: AlreadyOver, TooLateToChange.
    """
    person, reservation, booking = _lock(session, reservation_id)
    resource = claims.lock_resources(session, [booking.resource_id])[booking.resource_id]
    if reservation.state == State.CANCELLED:
        return
    _require_open(actor, reservation, resource, at)
    claims.release(session, reservation.id, at=at)
    reservation.cancelled_at = reservation.changed_at = at
    reservation.sequence += 1
    become(session, "bookings.cancel", reservation, State.CANCELLED, actor_id=actor.id, at=at)
    messages.cancelled(
        session, person, resource, _as_booked(reservation, resource), sequence=reservation.sequence, at=at
    )


def check_in(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """Somebody has come. Twice is the same as once; who came late after all gets their time back if it is still free.

    Raises: AlreadyOver, NotToday; SlotTaken when a no-show's time has gone to somebody else.
    """
    _, reservation, booking = _lock(session, reservation_id)
    resource = claims.lock_resources(session, [booking.resource_id])[booking.resource_id]
    if reservation.state == State.CHECKED_IN:
        return
    if reservation.state not in COMING | {State.NO_SHOW} or at >= reservation.ends_at:
        raise refusals.AlreadyOver()
    zone = ZoneInfo(resource.site.time_zone)
    if reservation.starts_at.astimezone(zone).date() != at.astimezone(zone).date():
        raise refusals.NotToday()
    if reservation.state == State.NO_SHOW:
        claims.take_back(session, reservation.id)
    booking.checked_in_at = at
    become(session, "bookings.check-in", reservation, State.CHECKED_IN, actor_id=actor.id, at=at)


def undo_check_in(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """A slip of the finger at the front desk: all is as before, also for who had been given up already.

    Raises: AlreadyOver when nobody was checked in within `UNDO_WITHIN`.
    """
    _, reservation, booking = _lock(session, reservation_id)
    resource = claims.lock_resources(session, [booking.resource_id])[booking.resource_id]
    came = booking.checked_in_at
    if reservation.state != State.CHECKED_IN or came is None or at - came > UNDO_WITHIN:
        raise refusals.AlreadyOver()
    late = timedelta(minutes=resource.rules.late_minutes if resource.rules else 0)
    was_given_up = came >= reservation.starts_at + late
    if was_given_up:
        claims.release(session, reservation.id, at=at)
    booking.checked_in_at = None
    before = State.NO_SHOW if was_given_up else State.CONFIRMED
    become(session, "bookings.undo-check-in", reservation, before, actor_id=actor.id, at=at)


def check_out(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """Somebody has left; what remains of their time is free again from this moment on."""
    _, reservation, booking = _lock(session, reservation_id)
    claims.lock_resources(session, [booking.resource_id])
    if reservation.state == State.COMPLETED:
        return
    if reservation.state != State.CHECKED_IN:
        raise refusals.AlreadyOver()
    claims.shorten(session, reservation.id, at=at)
    booking.checked_out_at = at
    become(session, "bookings.check-out", reservation, State.COMPLETED, actor_id=actor.id, at=at)


def mark_no_show(session: Session, reservation_id: int, *, late_minutes: int, at: datetime) -> bool:
    """Releases the desk of somebody who has not come; False when they came in the meantime after all."""
    person, reservation, booking = _lock(session, reservation_id)
    resource = claims.lock_resources(session, [booking.resource_id])[booking.resource_id]
    if reservation.state not in COMING or at < reservation.starts_at + timedelta(minutes=late_minutes):
        return False
    claims.release(session, reservation.id, at=at)
    become(session, "bookings.no-show", reservation, State.NO_SHOW, actor_id=None, at=at)
    messages.missed(session, person, resource, _as_booked(reservation, resource), at=at)
    return True


def complete(session: Session, reservation_id: int, *, at: datetime) -> None:
    """The time of somebody who came is over; they need not have checked out."""
    _, reservation, _ = _lock(session, reservation_id)
    if reservation.state == State.CHECKED_IN and reservation.ends_at <= at:
        become(session, "bookings.complete", reservation, State.COMPLETED, actor_id=None, at=at)


def remind(session: Session, reservation_id: int, *, at: datetime) -> bool:
    """Tells somebody of tomorrow's booking, once; a move makes it due again."""
    person, reservation, booking = _lock(session, reservation_id)
    if reservation.state not in COMING or booking.reminded_at is not None or reservation.starts_at <= at:
        return False
    resource = claims.lock_resources(session, [booking.resource_id])[booking.resource_id]
    booking.reminded_at = at
    session.flush()
    messages.reminder(session, person, resource, _as_booked(reservation, resource), at=at)
    return True


def _lock(session: Session, reservation_id: int) -> tuple[LockedPerson, Reservation, Booking]:
    """
    Raises:
        NoSuchBooking: there is none with this id.
    """
    found = locked(session, reservation_id, Booking)
    if found is None:
        raise refusals.NoSuchBooking()
    return found


def _bookable(resource: LockedResource | None) -> LockedResource:
    if resource is None or not resource.is_active or resource.kind == ResourceKind.CONSULTANT:
        raise UnknownResource()
    return resource


def _check(
    actor: Actor,
    person: LockedPerson,
    resource: LockedResource,
    held: Standing,
    starts_at: datetime,
    ends_at: datetime,
    *,
    at: datetime,
) -> None:
    limits = resource.rules
    if limits is None:
        raise UnknownResource()
    rules.check(limits, held.calendar, resource.place, starts_at, ends_at, now=at)
    if held.is_taken:
        raise SlotTaken(name=resource.name)
    if actor.is_staff:
        return
    if not person.is_confirmed and held.coming:
        raise refusals.ConfirmFirst()
    if resource.kind == ResourceKind.DESK and held.desks_then:
        raise refusals.OneDeskAtATime()
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    if held.day_minutes + minutes > limits.day_minutes:
        raise refusals.DayQuotaReached(held=held.day_minutes / 60, limit=limits.day_minutes / 60)
    if held.week_minutes + minutes > limits.week_minutes:
        raise refusals.WeekQuotaReached(held=held.week_minutes / 60, limit=limits.week_minutes / 60)


def _require_open(actor: Actor, reservation: Reservation, resource: LockedResource, at: datetime) -> None:
    if reservation.state not in COMING or at >= reservation.ends_at:
        raise refusals.AlreadyOver()
    deadline = resource.rules.cancel_minutes if resource.rules else 0
    if not actor.is_staff and not reservation.can_cancel(at, deadline):
        until = (reservation.starts_at - timedelta(minutes=deadline)).astimezone(
            ZoneInfo(resource.site.time_zone)
        )
        raise refusals.TooLateToChange(day=until.date(), until=until)


def _times(resource_id: int, starts_at: datetime, ends_at: datetime) -> dict[str, object]:
    return {"resource_id": resource_id, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def _as_booked(reservation: Reservation, resource: LockedResource) -> Booked:
    return Booked(
        reservation.id,
        reservation.reference,
        reservation.state,
        resource.id,
        reservation.starts_at,
        reservation.ends_at,
        resource.site.time_zone,
    )
