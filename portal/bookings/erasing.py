"""What becomes of the bookings of somebody who is erased."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings.models import Booking
from portal.bookings.services import cancel
from portal.resources import claims
from portal.resources.models import COMING, Reservation


def cancel_coming(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    """Under the person's lock. Without regard to deadlines: consent that was taken back holds at once."""
    rows = session.execute(
        select(Reservation.id, Booking.resource_id)
        .join(Booking, Booking.id == Reservation.id)
        .where(Reservation.person_id == person_id, Reservation.state.in_(COMING), Reservation.ends_at > at)
    ).all()
    # All of them before the first is cancelled: one by one they would be locked out of order.
    claims.lock_resources(session, [row.resource_id for row in rows])
    for row in rows:
        cancel(session, Actor(id=by or person_id, is_staff=True), row.id, at=at)
