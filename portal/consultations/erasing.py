"""What becomes of the consultations of somebody who is erased: those to come are cancelled, what was said goes."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations.appointments.models import Appointment
from portal.consultations.appointments.services import cancel
from portal.consultations.cases.models import CaseFile, CaseNote, FollowUp, Rating
from portal.errors import N_
from portal.files.services import delete as delete_files
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
    _forget_what_was_said(session, person_id)


def _forget_what_was_said(session: Session, person_id: int) -> None:
    """That a consultation took place, its topic, outcome and stars stay, of nobody; words and files do not."""
    theirs = (
        select(Appointment.id)
        .join(Reservation, Reservation.id == Appointment.id)
        .where(Reservation.person_id == person_id)
    )
    session.execute(update(Appointment).where(Appointment.id.in_(theirs)).values(answers=[], reason=None))
    session.execute(update(CaseNote).where(CaseNote.id.in_(theirs)).values(private_note="", advice=""))
    session.execute(update(Rating).where(Rating.id.in_(theirs)).values(line=None))
    session.execute(delete(FollowUp).where(FollowUp.appointment_id.in_(theirs)))
    files = session.scalars(
        delete(CaseFile).where(CaseFile.appointment_id.in_(theirs)).returning(CaseFile.file_id)
    ).all()
    delete_files(session, *files)
