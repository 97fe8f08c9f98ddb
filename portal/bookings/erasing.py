"""What becomes of the bookings of somebody who is erased."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings.models import Booking
from portal.bookings.services import cancel
from portal.resources.models import COMING, Reservation
from portal.resources.reservations import lock_coming


def cancel_coming(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    """Under the person's lock. Without regard to deadlines: consent that was taken back holds at once."""
    lock_coming(session, person_id, at=at)
    rows = session.execute(
        select(Reservation.id)
        .join(Booking, Booking.id == Reservation.id)
        .where(Reservation.person_id == person_id, Reservation.state.in_(COMING), Reservation.ends_at > at)
    ).all()
    for row in rows:
        cancel(session, Actor(id=by or person_id, is_staff=True), row.id, at=at)
