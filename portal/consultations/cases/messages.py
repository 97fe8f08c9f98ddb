"""What is to be done after a consultation, told to whoever does it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.cases.models import FollowUp
from portal.notifications.services import Recipient, send


def follow_up(session: Session, row: AppointmentRow, task: str, due_on: date, *, at: datetime) -> None:
    """The consultant has written down what the entrepreneur is to do."""
    _send(session, row, row.person_id, "follow_up", task, due_on, at)


def follow_up_due(session: Session, row: AppointmentRow, found: FollowUp, *, at: datetime) -> None:
    _send(session, row, found.owner_id, "follow_up_due", found.task, found.due_on, at)


def _send(
    session: Session,
    row: AppointmentRow,
    owner_id: int,
    template: str,
    task: str,
    due_on: date,
    at: datetime,
) -> None:
    owner = session.get_one(Person, owner_id)
    is_consultant = owner_id == row.consultant_person_id
    address = owner.email if owner.email_confirmed_at is not None else None
    send(
        session,
        Recipient(owner.id, owner.language, owner.name, address),
        f"consultations/{template}{'_for_consultant' if is_consultant else ''}",
        {
            "reference": row.reference,
            "topic": row.topic,
            "person_name": row.person_name,
            "consultant_name": row.consultant_name,
            "task": task,
            "due_on": due_on,
            "path": (
                f"/calendar/appointments/{row.reference}"
                if is_consultant
                else f"/consultations/{row.reference}"
            ),
        },
        at=at,
    )
