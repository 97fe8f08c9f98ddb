"""What one can ask a consultant about, and what is asked beforehand."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Words, text_enum


class Field(StrEnum):
    """The seven fields in which a PLUT (integrated business service centre) accounts for its work."""

    INSTITUTION = "institution"
    HUMAN_RESOURCES = "human-resources"
    PRODUCTION = "production"
    FINANCE = "finance"
    MARKETING = "marketing"
    INFORMATION_TECHNOLOGY = "information-technology"
    NETWORKS = "networks"


class Mode(StrEnum):
    """How two people meet."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class Topic(Base):
    """How long a consultation takes, how it may be held and what it needs. Lengths in minutes."""

    __tablename__ = "topic"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint(
            "buffer_before_minutes BETWEEN 0 AND 120 AND buffer_after_minutes BETWEEN 0 AND 120",
            name="buffers",
        ),
        CheckConstraint(
            "step_minutes BETWEEN 5 AND 240 AND 1440 % step_minutes = 0", name="step_divides_day"
        ),
        CheckConstraint(
            "cardinality(modes) > 0 AND modes <@ ARRAY['in_person', 'video', 'phone']::varchar[]",
            name="modes",
        ),
        CheckConstraint("answer_hours BETWEEN 1 AND 336", name="answer_hours"),
        CheckConstraint("cancel_minutes >= 0", name="cancel_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Words]
    description: Mapped[Words]
    field: Mapped[Field] = mapped_column(text_enum(Field, "field"))
    minutes: Mapped[int]
    buffer_before_minutes: Mapped[int] = mapped_column(server_default="0")
    buffer_after_minutes: Mapped[int] = mapped_column(server_default="0")
    """Claimed with the consultant's time, outside the times people see: to write the note, to get ready."""
    step_minutes: Mapped[int] = mapped_column(server_default="30")
    """The grid on which consultations begin, counted from local midnight."""
    modes: Mapped[list[str]] = mapped_column(ARRAY(String))
    """Values of `Mode`, the usual one first."""
    confirms_itself: Mapped[bool] = mapped_column(server_default=text("false"))
    """A request is an appointment at once; the consultant need not answer."""
    answer_hours: Mapped[int] = mapped_column(server_default="24")
    """A request without an answer lapses after so many hours, at the latest when it would begin."""
    cancel_minutes: Mapped[int] = mapped_column(server_default="120")
    """The entrepreneur may move or cancel until this long before the start; staff always."""
    to_bring: Mapped[Words]
    """One thing a line; may be empty."""
    position: Mapped[int] = mapped_column(server_default="0")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long-text"
    NUMBER = "number"
    YES_NO = "yes-no"
    CHOICE = "choice"


class IntakeQuestion(Base):
    """Asked before a consultation on a topic. One no longer asked stays as long as answers to it are kept."""

    __tablename__ = "intake_question"
    __table_args__ = (CheckConstraint("(kind = 'choice') = (choices IS NOT NULL)", name="choices"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(server_default="0")
    label: Mapped[Words]
    kind: Mapped[QuestionKind] = mapped_column(text_enum(QuestionKind, "kind"))
    choices: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """Of a choice: a list of {"id": …, "en": …}, the words of each."""
    is_required: Mapped[bool] = mapped_column(server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
