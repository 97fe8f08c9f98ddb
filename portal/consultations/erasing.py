"""What becomes of the consultations of somebody who is erased: those to come are cancelled, what was said goes."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments.models import Appointment
from portal.consultations.appointments.services import cancel
from portal.consultations.cases.models import CaseFile, CaseNote, FollowUp, Rating
from portal.consultations.consultants.models import Consultant
from portal.db import Words
from portal.files.services import delete as delete_files
from portal.notifications.models import Message
from portal.resources.models import COMING, Reservation
from portal.resources.reservations import lock_coming

WHY = Words("Akunnya dihapus.", "The account was deleted.")


def cancel_coming(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    """Under the person's lock. Without regard to deadlines: consent that was taken back holds at once."""
    lock_coming(session, person_id, at=at)
    _forget_what_consultants_were_told(session, person_id)
    rows = session.execute(
        select(Reservation.id, Person.language)
        .join(Appointment, Appointment.id == Reservation.id)
        .join(Consultant, Consultant.id == Appointment.consultant_id)
        .join(Person, Person.id == Consultant.person_id)
        .where(Reservation.person_id == person_id, Reservation.state.in_(COMING), Reservation.starts_at > at)
    ).all()
    for reservation_id, language in rows:
        actor = Actor(id=by or person_id, is_staff=True)
        cancel(session, actor, reservation_id, WHY.in_(language), at=at)
    _forget_what_was_said(session, person_id)


def _forget_what_consultants_were_told(session: Session, person_id: int) -> None:
    """Their inboxes name whoever asked, with reasons and tasks; colleagues who gave a consultation away were told too."""
    theirs = select(Reservation.reference).where(Reservation.person_id == person_id)
    session.execute(
        delete(Message).where(
            Message.person_id.in_(select(Consultant.person_id)),
            Message.template.startswith("consultations/"),
            Message.facts["reference"].astext.in_(theirs),
        )
    )


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
