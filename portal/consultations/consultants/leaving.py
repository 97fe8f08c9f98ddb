"""A consultant whose account is deleted: nobody can ask for them any more, and nothing tells who they were."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.erasing.services import NOBODY
from portal.audit.services import record
from portal.consultations.consultants.hours.services import AWAY
from portal.consultations.consultants.models import Consultant
from portal.db import Words
from portal.files.services import delete as delete_files
from portal.jobs import defer
from portal.notifications.models import Message
from portal.resources.claims import lock_resources
from portal.resources.models import Closure, Resource

WHY = Words("Konsultan ini tidak bertugas di sini lagi.", "This consultant does not work here any more.")
"""Read by whoever had an appointment with them."""


def let_go(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    """Of somebody who is erased. The rest is a job: people they were to advise would be locked after them, out of order."""
    consultant_id = session.scalar(select(Consultant.id).where(Consultant.person_id == person_id))
    if consultant_id is not None:
        defer(session, "consultations.let_consultant_go", consultant_id=consultant_id)


def retire(session: Session, consultant_id: int, *, at: datetime) -> None:
    """Not offered any more, without name, picture and words of their own. Twice is the same as once."""
    lock_resources(session, [consultant_id])
    kept = session.execute(
        select(Consultant.person_id, Consultant.photo_id).where(Consultant.id == consultant_id)
    ).one_or_none()
    if kept is None:
        return
    # Names of a place's consultants differ.
    name = f"{NOBODY} {consultant_id}"
    session.execute(update(Resource).where(Resource.id == consultant_id).values(is_active=False, name=name))
    session.execute(
        update(Consultant)
        .where(Consultant.id == consultant_id)
        .values(about=Words("", ""), photo_id=None, video_url=None)
    )
    session.execute(update(Closure).where(Closure.resource_id == consultant_id).values(reason=AWAY))
    if kept.photo_id is not None:
        delete_files(session, kept.photo_id)
    record(
        session,
        "consultations.retire",
        ("consultant", consultant_id),
        at=at,
        actor_id=None,
        person_id=kept.person_id,
    )


def empty_inbox(session: Session, person_id: int) -> None:
    """Of what they were told while their appointments were cancelled."""
    session.execute(delete(Message).where(Message.person_id == person_id))
