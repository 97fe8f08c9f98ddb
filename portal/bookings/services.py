"""Book, move, cancel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.audit.services import record
from portal.bookings import messages, refusals
from portal.bookings.booked import Booked, as_booked, lock_booking, lock_resource
from portal.bookings.changing import refusal_to_change
from portal.bookings.standing import Standing, standing
from portal.resources import claims, rules
from portal.resources.claims import LockedPerson, LockedResource, NewReservation, Part
from portal.resources.models import Reservation, ReservationKind, ResourceKind, State
from portal.resources.refusals import ConfirmFirst, SlotTaken, UnknownResource
from portal.resources.reservations import become

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
    person, reservation, booking = lock_booking(session, command.reservation_id)
    resources = claims.lock_resources(session, [booking.resource_id, command.resource_id])
    old, new = resources[booking.resource_id], _bookable(resources.get(command.resource_id))
    _require_open(command.actor, reservation, old, at)
    before = (old.id, reservation.starts_at, reservation.ends_at)
    if before == (new.id, command.starts_at, command.ends_at):
        return as_booked(reservation, new)
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
    booked = as_booked(reservation, new)
    messages.moved(session, person, new, booked, old, before, sequence=reservation.sequence, at=at)
    return booked


def cancel(session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None:
    """Gives a booking's time back. Cancelling twice is the same as once.

    Raises: AlreadyOver, TooLateToChange.
    """
    person, reservation, booking = lock_booking(session, reservation_id)
    resource = lock_resource(session, booking)
    if reservation.state == State.CANCELLED:
        return
    _require_open(actor, reservation, resource, at)
    claims.release(session, reservation.id, at=at)
    reservation.cancelled_at = reservation.changed_at = at
    reservation.sequence += 1
    become(session, "bookings.cancel", reservation, State.CANCELLED, actor_id=actor.id, at=at)
    messages.cancelled(
        session, person, resource, as_booked(reservation, resource), sequence=reservation.sequence, at=at
    )


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
        raise ConfirmFirst()
    if resource.kind == ResourceKind.DESK and held.desks_then:
        raise refusals.OneDeskAtATime()
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    if held.day_minutes + minutes > limits.day_minutes:
        raise refusals.DayQuotaReached(held=held.day_minutes / 60, limit=limits.day_minutes / 60)
    if held.week_minutes + minutes > limits.week_minutes:
        raise refusals.WeekQuotaReached(held=held.week_minutes / 60, limit=limits.week_minutes / 60)


def _require_open(actor: Actor, reservation: Reservation, resource: LockedResource, at: datetime) -> None:
    notice = timedelta(minutes=resource.rules.cancel_minutes if resource.rules else 0)
    until = (reservation.starts_at - notice).astimezone(ZoneInfo(resource.site.time_zone))
    refusal = refusal_to_change(reservation.state, reservation.ends_at, until, at=at, by_staff=actor.is_staff)
    if refusal:
        raise refusal


def _times(resource_id: int, starts_at: datetime, ends_at: datetime) -> dict[str, object]:
    return {"resource_id": resource_id, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
