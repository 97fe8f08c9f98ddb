"""Check in and out; remind, release and complete what nobody does by hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings import messages, refusals
from portal.bookings.booked import as_booked, lock_booking, lock_resource
from portal.bookings.models import UNDO_WITHIN
from portal.resources import claims
from portal.resources.models import COMING, State
from portal.resources.reservations import become


def check_in(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """Somebody has come. Twice is the same as once; who came late after all gets their time back if it is still free.

    Raises: AlreadyOver, NotToday; SlotTaken when a no-show's time has gone to somebody else.
    """
    _, reservation, booking = lock_booking(session, reservation_id)
    resource = lock_resource(session, booking)
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
    _, reservation, booking = lock_booking(session, reservation_id)
    resource = lock_resource(session, booking)
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
    _, reservation, booking = lock_booking(session, reservation_id)
    lock_resource(session, booking)
    if reservation.state == State.COMPLETED:
        return
    if reservation.state != State.CHECKED_IN:
        raise refusals.AlreadyOver()
    claims.shorten(session, reservation.id, at=at)
    booking.checked_out_at = at
    become(session, "bookings.check-out", reservation, State.COMPLETED, actor_id=actor.id, at=at)


def mark_no_show(session: Session, reservation_id: int, *, late_minutes: int, at: datetime) -> bool:
    """Releases the desk of somebody who has not come; False when they came in the meantime after all."""
    person, reservation, booking = lock_booking(session, reservation_id)
    resource = lock_resource(session, booking)
    if reservation.state not in COMING or at < reservation.starts_at + timedelta(minutes=late_minutes):
        return False
    claims.release(session, reservation.id, at=at)
    become(session, "bookings.no-show", reservation, State.NO_SHOW, actor_id=None, at=at)
    messages.missed(session, person, resource, as_booked(reservation, resource), at=at)
    return True


def complete(session: Session, reservation_id: int, *, at: datetime) -> None:
    """The time of somebody who came is over; they need not have checked out."""
    _, reservation, _ = lock_booking(session, reservation_id)
    if reservation.state == State.CHECKED_IN and reservation.ends_at <= at:
        become(session, "bookings.complete", reservation, State.COMPLETED, actor_id=None, at=at)


def remind(session: Session, reservation_id: int, *, at: datetime) -> bool:
    """Tells somebody of tomorrow's booking, once; a move makes it due again."""
    person, reservation, booking = lock_booking(session, reservation_id)
    if reservation.state not in COMING or booking.reminded_at is not None or reservation.starts_at <= at:
        return False
    resource = lock_resource(session, booking)
    booking.reminded_at = at
    session.flush()
    messages.reminder(session, person, resource, as_booked(reservation, resource), at=at)
    return True
