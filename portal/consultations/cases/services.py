"""What is written down about a consultation, agreed on and handed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.erasing.services import NOBODY
from portal.audit.services import record
from portal.consultations.appointments import services as appointments
from portal.consultations.appointments.queries import AppointmentRow, appointment_by_id
from portal.consultations.cases import messages, refusals
from portal.consultations.cases.models import CaseFile, CaseNote, FollowUp, Outcome, Rating
from portal.consultations.refusals import NoSuchAppointment
from portal.files.checks import Upload
from portal.files.models import StoredFile
from portal.files.refusals import NoSuchFile
from portal.files.services import delete as delete_files
from portal.files.services import keep
from portal.resources.claims import lock_people
from portal.resources.models import Reservation, State

MOST_FILES = 20
LONGEST_TASK = 500
FARTHEST_DUE = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveNote:
    actor: Actor
    appointment_id: int
    private_note: str
    advice: str
    outcome_id: int | None
    version: int
    """Of the note that was looked at while writing; 0 where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFollowUp:
    actor: Actor
    appointment_id: int
    by_consultant: bool
    """Who is to do it: the consultant, else the entrepreneur."""
    task: str
    due_on: date
    """A day where the consultation takes place."""


def save_note(session: Session, command: SaveNote, *, at: datetime) -> int:
    """The new version. With an outcome a consultation that has begun is held.

    Raises:
        NoSuchAppointment: not this consultant's.
        NoteChanged: somebody, or another window, saved in the meantime.
        OutcomeUnknown: not on the list.
    """
    row = _consultants_own(session, command.actor, command.appointment_id)
    if command.outcome_id is not None and session.get(Outcome, command.outcome_id) is None:
        raise refusals.OutcomeUnknown()
    text = {
        "private_note": command.private_note,
        "advice": command.advice,
        "outcome_id": command.outcome_id,
        "written_at": at,
    }
    version = session.scalar(
        upsert(CaseNote)
        .values(id=row.id, version=1, **text)
        .on_conflict_do_update(
            index_elements=[CaseNote.id],
            set_={**text, "version": CaseNote.version + 1},
            where=CaseNote.version == command.version,
        )
        .returning(CaseNote.version)
    )
    if version is None or version != command.version + 1:
        raise refusals.NoteChanged()
    record(
        session,
        "consultations.note",
        ("reservation", row.id),
        at=at,
        actor_id=command.actor.id,
        person_id=row.person_id,
        changes={"fields": ["private_note", "advice", "outcome_id"]},
    )
    if command.outcome_id is not None and row.state == State.CONFIRMED and at >= row.starts_at:
        appointments.complete(session, command.actor, row.id, at=at)
    return int(version)


def add_follow_up(session: Session, command: AddFollowUp, *, at: datetime) -> int:
    """Its id. Whoever is to do it, and did not write it, is told.

    Raises: NoSuchAppointment, TaskMissing, DueInThePast.
    """
    row = _consultants_own(session, command.actor, command.appointment_id)
    task = command.task.strip()
    if not 1 <= len(task) <= LONGEST_TASK:
        raise refusals.TaskMissing()
    today = at.astimezone(row.starts.tzinfo).date()
    if not today <= command.due_on <= today + FARTHEST_DUE:
        raise refusals.DueInThePast()
    owner_id = row.consultant_person_id if command.by_consultant else row.person_id
    follow_up_id = int(
        session.execute(
            insert(FollowUp)
            .values(appointment_id=row.id, owner_id=owner_id, task=task, due_on=command.due_on, created_at=at)
            .returning(FollowUp.id)
        ).scalar_one()
    )
    record(
        session,
        "consultations.follow-up",
        ("reservation", row.id),
        at=at,
        actor_id=command.actor.id,
        person_id=row.person_id,
        changes={"follow_up": follow_up_id, "after": {"due_on": command.due_on.isoformat()}},
    )
    if owner_id != command.actor.id:
        messages.follow_up(session, row, task, command.due_on, at=at)
    return follow_up_id


def finish_follow_up(
    session: Session, actor: Actor, appointment_id: int, follow_up_id: int, *, done: bool = True, at: datetime
) -> None:
    """Ticked off, or (`done` False) open again after all, by either of its two people. Twice is the same as once.

    Raises: NoSuchAppointment, NoSuchFollowUp.
    """
    row = _of_its_people(session, actor, appointment_id)
    found = session.get(FollowUp, follow_up_id)
    if found is None or found.appointment_id != row.id:
        raise refusals.NoSuchFollowUp()
    if (found.done_at is not None) == done:
        return
    session.execute(update(FollowUp).where(FollowUp.id == follow_up_id).values(done_at=at if done else None))
    record(
        session,
        "consultations.follow-up-done" if done else "consultations.follow-up-open",
        ("reservation", row.id),
        at=at,
        actor_id=actor.id,
        person_id=row.person_id,
        changes={"follow_up": follow_up_id},
    )


def remind_of_follow_up(session: Session, follow_up_id: int, *, at: datetime) -> bool:
    """Tells its owner, once, that it is due; False when it was done or told in the meantime."""
    found = session.get(FollowUp, follow_up_id, with_for_update=True, populate_existing=True)
    if found is None or found.done_at is not None or found.reminded_at is not None:
        return False
    row = appointment_by_id(session, found.appointment_id)
    if row is None:
        return False
    found.reminded_at = at
    messages.follow_up_due(session, row, found, at=at)
    return True


def add_files(
    session: Session,
    actor: Actor,
    appointment_id: int,
    uploads: Sequence[Upload],
    *,
    is_shared: bool = True,
    at: datetime,
) -> list[int]:
    """Their ids. What the entrepreneur brings, the consultant sees; the other way round it is the consultant's choice.

    Raises: NoSuchAppointment, TooManyFilesKept.
    """
    row = _of_its_people(session, actor, appointment_id)
    kept = session.scalar(select(func.count()).select_from(CaseFile).where(CaseFile.appointment_id == row.id))
    if (kept or 0) + len(uploads) > MOST_FILES:
        raise refusals.TooManyFilesKept(limit=MOST_FILES)
    is_shared = is_shared or actor.id == row.person_id
    ids = [keep(session, upload, by_id=actor.id, at=at) for upload in uploads]
    for file_id in ids:
        session.add(CaseFile(file_id=file_id, appointment_id=row.id, is_shared=is_shared))
    session.flush()
    record(
        session,
        "consultations.add-files",
        ("reservation", row.id),
        at=at,
        actor_id=actor.id,
        person_id=row.person_id,
        changes={"files": ids},
    )
    return ids


def remove_file(session: Session, actor: Actor, appointment_id: int, file_id: int, *, at: datetime) -> None:
    """Whoever brought a file takes it away again.

    Raises: NoSuchAppointment, NoSuchFile.
    """
    row = _of_its_people(session, actor, appointment_id)
    found = session.scalar(
        select(CaseFile.file_id)
        .join(StoredFile, StoredFile.id == CaseFile.file_id)
        .where(
            CaseFile.file_id == file_id,
            CaseFile.appointment_id == row.id,
            StoredFile.created_by_id == actor.id,
        )
    )
    if found is None:
        raise NoSuchFile()
    session.execute(delete(CaseFile).where(CaseFile.file_id == file_id))
    delete_files(session, file_id)
    record(
        session,
        "consultations.remove-file",
        ("reservation", row.id),
        at=at,
        actor_id=actor.id,
        person_id=row.person_id,
        changes={"files": [file_id]},
    )


def rate(
    session: Session, actor: Actor, appointment_id: int, stars: int, line: str = "", *, at: datetime
) -> None:
    """Stars and a line of the entrepreneur; given once more, the later ones count.

    Raises: NoSuchAppointment, NotHeld, StarsMissing.
    """
    row = _of_its_people(session, actor, appointment_id)
    if actor.id != row.person_id:
        raise NoSuchAppointment()
    if row.state != State.COMPLETED:
        raise refusals.NotHeld()
    if not 1 <= stars <= 5:
        raise refusals.StarsMissing()
    values = {"stars": stars, "line": line.strip()[:500] or None, "given_at": at}
    session.execute(
        upsert(Rating)
        .values(id=row.id, **values)
        .on_conflict_do_update(index_elements=[Rating.id], set_=values)
    )
    record(
        session,
        "consultations.rate",
        ("reservation", row.id),
        at=at,
        actor_id=actor.id,
        person_id=row.person_id,
        changes={"after": {"stars": stars}},
    )


def _of_its_people(session: Session, actor: Actor, appointment_id: int) -> AppointmentRow:
    row = _locked(session, appointment_id)
    if actor.id not in {row.person_id, row.consultant_person_id}:
        raise NoSuchAppointment()
    return row


def _consultants_own(session: Session, actor: Actor, appointment_id: int) -> AppointmentRow:
    row = _locked(session, appointment_id)
    if actor.id != row.consultant_person_id:
        raise NoSuchAppointment()
    return row


def _locked(session: Session, appointment_id: int) -> AppointmentRow:
    """As it stands under its person's lock, before anything is written: whoever erases them holds it too.

    Raises:
        NoSuchAppointment: there is none, or nobody any more of whom to write something down.
    """
    person_id = session.scalar(select(Reservation.person_id).where(Reservation.id == appointment_id))
    if person_id is not None:
        lock_people(session, [person_id])
    row = appointment_by_id(session, appointment_id)
    if row is None or row.person_name == NOBODY:
        raise NoSuchAppointment()
    return row
