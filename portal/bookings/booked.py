"""A booking under its locks, and as its messages and whoever asked for it know it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings import refusals
from portal.bookings.models import Booking
from portal.resources.claims import LockedPerson, LockedResource, lock_resources
from portal.resources.models import Reservation, State
from portal.resources.reservations import locked


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


def as_booked(reservation: Reservation, resource: LockedResource) -> Booked:
    return Booked(
        reservation.id,
        reservation.reference,
        reservation.state,
        resource.id,
        reservation.starts_at,
        reservation.ends_at,
        resource.site.time_zone,
    )


def lock_booking(session: Session, reservation_id: int) -> tuple[LockedPerson, Reservation, Booking]:
    """
    Raises:
        NoSuchBooking: there is none with this id.
    """
    found = locked(session, reservation_id, Booking)
    if found is None:
        raise refusals.NoSuchBooking()
    return found


def lock_resource(session: Session, booking: Booking) -> LockedResource:
    """The desk or room of a booking that is locked already."""
    return lock_resources(session, [booking.resource_id])[booking.resource_id]
