"""A consultation that somebody asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.consultations.topics.models import Mode
from portal.db import Base, text_enum


class Appointment(Base):
    """Shares its key with the `Reservation` that holds its time, state, entrepreneur and reference."""

    __tablename__ = "appointment"
    __table_args__ = (
        # Who meets needs a room; who calls does not hold one that others could use.
        CheckConstraint("(mode = 'in_person') = (room_id IS NOT NULL)", name="room"),
        CheckConstraint("NOT has_lapsed OR ended_at IS NOT NULL", name="lapsed"),
        # What waits for an answer: the job that lets requests lapse, and the consultant's list.
        Index("ix_appointment_waiting", "answer_by", postgresql_where=text("answer_by IS NOT NULL")),
        Index("ix_appointment_consultant", "consultant_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("reservation.id", ondelete="CASCADE"), primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    mode: Mapped[Mode] = mapped_column(text_enum(Mode, "mode"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """What was asked and answered: a list of {"question": {"id": …, "en": …}, "answer": "…"}."""
    answer_by: Mapped[datetime | None]
    """Until when the consultant may answer; none once they have, or need not."""
    reason: Mapped[str | None]
    """Why it was last moved, declined or cancelled, in the words of whoever did it."""
    ended_at: Mapped[datetime | None]
    """When it was declined, cancelled, or lapsed."""
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: by itself."""
    has_lapsed: Mapped[bool] = mapped_column(server_default=text("false"))
    reminded_at: Mapped[datetime | None]
    """When the reminder for its present time was sent; cleared by a move."""
