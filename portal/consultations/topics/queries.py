"""Topics as the administrator keeps them; what is offered to people stands in `finding.queries`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from portal.consultations.stamp import fingerprint
from portal.consultations.topics.models import Field, IntakeQuestion, QuestionKind, Topic
from portal.db import Reader, Words


@dataclass(frozen=True, slots=True)
class TopicLine:
    id: int
    name: Words
    field: str
    minutes: int
    is_active: bool
    consultants: int
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFacts:
    """`id` None: one that is not kept yet."""

    id: int | None
    label: Words
    kind: QuestionKind
    choices: tuple[Words, ...] = ()
    is_required: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFacts:
    """Everything the administrator decides about a topic. Lengths in minutes, as in `Topic`."""

    name: Words
    description: Words
    field: Field
    minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    step_minutes: int
    modes: tuple[str, ...]
    confirms_itself: bool
    answer_hours: int
    cancel_minutes: int
    to_bring: Words
    position: int
    is_active: bool
    questions: tuple[QuestionFacts, ...] = ()

    @property
    def mark(self) -> str:
        return fingerprint(self)


@dataclass(frozen=True, slots=True)
class ComingLine:
    """An appointment that goes on although its topic or consultant is offered no more. The moment is local."""

    reference: str
    starts: datetime
    person_name: str
    consultant_name: str
    topic: Words


_LINES = text(
    """
    SELECT t.id, t.name, t.field, t.minutes, t.is_active,
        (SELECT count(*) FROM consultant_topic ct JOIN resource r ON r.id = ct.consultant_id
         WHERE ct.topic_id = t.id AND r.is_active),
        (SELECT count(*) FROM intake_question q WHERE q.topic_id = t.id AND q.is_active)
    FROM topic t ORDER BY t.is_active DESC, t.position, t.id
    """
)
_COMING = text(
    """
    SELECT v.reference, v.starts_at AT TIME ZONE site.time_zone, person.name, r.name, topic.name
    FROM reservation v JOIN appointment a ON a.id = v.id JOIN person ON person.id = v.person_id
    JOIN resource r ON r.id = a.consultant_id JOIN topic ON topic.id = a.topic_id JOIN site ON site.id = v.site_id
    WHERE v.state IN ('requested', 'confirmed') AND v.ends_at > :at
      AND (a.topic_id = :topic_id OR a.consultant_id = :consultant_id)
    ORDER BY v.starts_at, v.id LIMIT :limit
    """
)
MOST_LISTED = 50


def topic_lines(reader: Reader) -> list[TopicLine]:
    """Those that are offered first, in their order."""
    return [TopicLine(row[0], Words(**row[1]), *row[2:]) for row in reader.execute(_LINES)]


def topic_facts(reader: Reader, topic_id: int) -> TopicFacts | None:
    """One topic with its questions, those no longer asked too."""
    names = [name for name in TopicFacts.__dataclass_fields__ if name != "questions"]
    row = reader.execute(
        select(*(getattr(Topic, name) for name in names)).where(Topic.id == topic_id)
    ).one_or_none()
    if row is None:
        return None
    values = dict(zip(names, row, strict=True))
    values["modes"] = tuple(values["modes"])
    return TopicFacts(**values, questions=_questions(reader, topic_id))


def _questions(reader: Reader, topic_id: int) -> tuple[QuestionFacts, ...]:
    found = reader.execute(
        select(
            IntakeQuestion.id,
            IntakeQuestion.label,
            IntakeQuestion.kind,
            IntakeQuestion.choices,
            IntakeQuestion.is_required,
            IntakeQuestion.is_active,
        )
        .where(IntakeQuestion.topic_id == topic_id)
        .order_by(IntakeQuestion.position, IntakeQuestion.id)
    )
    return tuple(
        QuestionFacts(
            id=id_,
            label=label,
            kind=kind,
            choices=tuple(Words(**choice) for choice in choices or ()),
            is_required=is_required,
            is_active=is_active,
        )
        for id_, label, kind, choices, is_required, is_active in found
    )


def still_coming(
    reader: Reader, *, topic_id: int = 0, consultant_id: int = 0, at: datetime
) -> list[ComingLine]:
    """What was promised on a topic or by a consultant, the next first, at most `MOST_LISTED`."""
    parameters = {"topic_id": topic_id, "consultant_id": consultant_id, "at": at, "limit": MOST_LISTED}
    rows = reader.execute(_COMING, parameters)
    return [
        ComingLine(reference, starts, person, consultant, Words(**topic))
        for reference, starts, person, consultant, topic in rows
    ]
