"""What is asked before a consultation on a topic."""

from dataclasses import dataclass

from sqlalchemy import text

from portal.consultations.topics.models import QuestionKind
from portal.db import Reader, Words


@dataclass(frozen=True, slots=True)
class Question:
    id: int
    label: Words
    kind: QuestionKind
    choices: tuple[Words, ...]
    is_required: bool


_QUESTIONS = text(
    """
    SELECT id, label, kind, choices, is_required FROM intake_question
    WHERE topic_id = :topic_id AND is_active ORDER BY position, id
    """
)


def questions(reader: Reader, topic_id: int) -> tuple[Question, ...]:
    """In the order in which they are asked."""
    return tuple(
        Question(
            row.id,
            Words(**row.label),
            QuestionKind(row.kind),
            tuple(Words(choice["id"], choice["en"]) for choice in row.choices or ()),
            row.is_required,
        )
        for row in reader.execute(_QUESTIONS, {"topic_id": topic_id})
    )
