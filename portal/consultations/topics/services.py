"""Keep a topic and its questions. Appointments made by then stay as they were agreed, whatever changes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.audit.services import record
from portal.consultations.topics.models import IntakeQuestion, Topic
from portal.consultations.topics.queries import QuestionFacts, TopicFacts, topic_facts
from portal.consultations.topics.refusals import ChangedMeanwhile, TopicUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTopic:
    """Questions of its own that it does not name are retired: answers to them are kept."""

    actor_id: int
    topic_id: int | None
    facts: TopicFacts
    seen: str = ""
    """`TopicFacts.mark` of what was shown."""


def save_topic(session: Session, command: SaveTopic, *, at: datetime) -> int:
    """Its id. What is there already changes nothing.

    Raises:
        TopicUnknown: there is none with this id.
        ChangedMeanwhile: it is not what was shown.
    """
    values = {field.name: getattr(command.facts, field.name) for field in fields(TopicFacts)}
    questions = values.pop("questions")
    values["modes"] = list(values["modes"])
    if command.topic_id is None:
        topic_id = session.execute(insert(Topic).values(values).returning(Topic.id)).scalar_one()
        before = None
    else:
        topic_id, before = command.topic_id, _locked(session, command.topic_id)
        if before == command.facts:
            return topic_id
        if before.mark != command.seen:
            raise ChangedMeanwhile()
        session.execute(update(Topic).where(Topic.id == topic_id).values(values))
    _keep(session, topic_id, questions, before.questions if before else ())
    record(
        session,
        "consultations.save-topic",
        ("topic", topic_id),
        at=at,
        actor_id=command.actor_id,
        changes=_changes(before, command.facts),
    )
    return topic_id


def _locked(session: Session, topic_id: int) -> TopicFacts:
    session.execute(select(Topic.id).where(Topic.id == topic_id).with_for_update(key_share=True))
    found = topic_facts(session, topic_id)
    if found is None:
        raise TopicUnknown()
    return found


def _keep(
    session: Session, topic_id: int, wanted: Sequence[QuestionFacts], kept: Sequence[QuestionFacts]
) -> None:
    own = {question.id for question in kept}
    named = {question.id for question in wanted}
    for position, question in enumerate(wanted):
        values: dict[str, Any] = {
            "topic_id": topic_id,
            "position": position,
            "label": question.label,
            "kind": question.kind,
            "choices": [{"id": one.id, "en": one.en} for one in question.choices] or None,
            "is_required": question.is_required,
            "is_active": question.is_active,
        }
        if question.id in own and question.id is not None:
            session.execute(update(IntakeQuestion).where(IntakeQuestion.id == question.id).values(values))
        else:
            session.execute(insert(IntakeQuestion).values(values))
    gone = [id_ for id_ in own - named if id_ is not None]
    if gone:
        session.execute(
            update(IntakeQuestion)
            .where(IntakeQuestion.id.in_(gone))
            .values(is_active=False, position=len(wanted))
        )


def _changes(before: TopicFacts | None, after: TopicFacts) -> dict[str, Any]:
    """Numbers and switches as they were and are; of texts that they changed."""
    told = ("minutes", "buffer_before_minutes", "buffer_after_minutes", "step_minutes", "modes")
    told += ("confirms_itself", "answer_hours", "cancel_minutes", "is_active")  # type: ignore[assignment]
    old = {name: _plain(getattr(before, name)) for name in told} if before else {}
    new = {name: _plain(getattr(after, name)) for name in told}
    differ = {name for name in told if old.get(name) != new[name]}
    others = [
        field.name
        for field in fields(TopicFacts)
        if before is not None
        and field.name not in told
        and getattr(before, field.name) != getattr(after, field.name)
    ]
    return {
        "before": {name: old[name] for name in told if name in differ and name in old},
        "after": {name: new[name] for name in told if name in differ}
        | ({"changed": others} if others else {}),
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
