"""Cases as pages need them. The private note and files kept back are for their consultant's eyes."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select, text

from portal.consultations.cases.models import CaseFile, CaseNote, FollowUp, Outcome, Rating
from portal.db import Reader, Words
from portal.files.models import StoredFile

FEWEST_RATINGS = 5
"""Below, an average would tell who gave it."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    private_note: str
    """Empty for everybody but the consultant."""
    advice: str
    outcome_id: int | None
    outcome: Words | None
    version: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    id: int
    owner_id: int
    task: str
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileRow:
    id: int
    name: str
    media_type: str
    size: int
    created_by_id: int
    created_at: datetime
    is_shared: bool


@dataclass(frozen=True, slots=True)
class RatingRow:
    stars: int
    line: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """What came of a consultation, as one of its two people may see it."""

    note: NoteRow | None
    follow_ups: list[FollowUpRow]
    files: list[FileRow]
    rating: RatingRow | None


def note_of(reader: Reader, appointment_id: int) -> NoteRow | None:
    """The whole note, for its consultant alone."""
    row = reader.execute(
        select(
            CaseNote.private_note,
            CaseNote.advice,
            CaseNote.outcome_id,
            Outcome.name,
            CaseNote.version,
            CaseNote.written_at,
        )
        .outerjoin(Outcome, Outcome.id == CaseNote.outcome_id)
        .where(CaseNote.id == appointment_id)
    ).one_or_none()
    return NoteRow(*row) if row else None


def case_of(reader: Reader, appointment_id: int, *, for_consultant: bool) -> Case:
    """Three or four statements."""
    note = note_of(reader, appointment_id)
    if note and not for_consultant:
        note = replace(note, private_note="")
    follow_ups = reader.execute(
        select(FollowUp.id, FollowUp.owner_id, FollowUp.task, FollowUp.due_on, FollowUp.done_at)
        .where(FollowUp.appointment_id == appointment_id)
        .order_by(FollowUp.done_at.is_not(None), FollowUp.due_on, FollowUp.id)
    )
    files = (
        select(
            StoredFile.id,
            StoredFile.name,
            StoredFile.media_type,
            StoredFile.size,
            StoredFile.created_by_id,
            StoredFile.created_at,
            CaseFile.is_shared,
        )
        .join(CaseFile, CaseFile.file_id == StoredFile.id)
        .where(CaseFile.appointment_id == appointment_id)
        .order_by(StoredFile.created_at, StoredFile.id)
    )
    if not for_consultant:
        files = files.where(CaseFile.is_shared)
    return Case(
        note,
        [FollowUpRow(*row) for row in follow_ups],
        [FileRow(*row) for row in reader.execute(files)],
        # How somebody liked it is for the agency, and for the consultant only as an average.
        None if for_consultant else _rating(reader, appointment_id),
    )


def _rating(reader: Reader, appointment_id: int) -> RatingRow | None:
    row = reader.execute(select(Rating.stars, Rating.line).where(Rating.id == appointment_id)).one_or_none()
    return RatingRow(*row) if row else None


def outcomes(reader: Reader, *, besides: int | None = None) -> list[tuple[int, Words]]:
    """What can be chosen, in order; `besides` is one chosen earlier that is not offered any more."""
    rows = reader.execute(
        select(Outcome.id, Outcome.name)
        .where(Outcome.is_active | (Outcome.id == besides))
        .order_by(Outcome.position, Outcome.id)
    )
    return [(row.id, row.name) for row in rows]


def average_stars(reader: Reader, consultant_ids: list[int]) -> dict[int, float]:
    """Of consultants with enough ratings."""
    rows = reader.execute(
        text(
            """
            SELECT a.consultant_id, avg(rating.stars)::float AS stars
            FROM rating JOIN appointment a ON a.id = rating.id
            WHERE a.consultant_id = ANY(:ids) GROUP BY a.consultant_id HAVING count(*) >= :fewest
            """
        ),
        {"ids": consultant_ids, "fewest": FEWEST_RATINGS},
    )
    return {row.consultant_id: row.stars for row in rows}


def may_see_file(reader: Reader, appointment_id: int, file_id: int, *, for_consultant: bool) -> bool:
    """Whether a file belongs to this consultation and is not kept back from whoever asks."""
    found = reader.scalar(
        select(func.bool_or(CaseFile.is_shared)).where(
            CaseFile.appointment_id == appointment_id, CaseFile.file_id == file_id
        )
    )
    return found is not None and (for_consultant or bool(found))
