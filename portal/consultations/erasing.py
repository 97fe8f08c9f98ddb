"""What becomes of the consultations of somebody who is erased."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations.appointments.models import Appointment
from portal.consultations.appointments.services import cancel
from portal.errors import N_
from portal.resources.models import COMING, Reservation
from portal.resources.reservations import lock_coming

WHY = N_("The account was deleted.")


def cancel_coming(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    """Under the person's lock. Without regard to deadlines: consent that was taken back holds at once."""
    lock_coming(session, person_id, at=at)
    rows = session.scalars(
        select(Reservation.id)
        .join(Appointment, Appointment.id == Reservation.id)
        .where(Reservation.person_id == person_id, Reservation.state.in_(COMING), Reservation.starts_at > at)
    ).all()
    for reservation_id in rows:
        cancel(session, Actor(id=by or person_id, is_staff=True), reservation_id, WHY, at=at)
