"""What came of a consultation: note, advice, outcome, what is to be done until when, files, and how it was liked."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Words


class Outcome(Base):
    """How a consultation may end, from the administrator's list. One no longer offered stays where it was chosen."""

    __tablename__ = "outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Words]
    position: Mapped[int] = mapped_column(server_default="0")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))


class CaseNote(Base):
    """Shares its key with the appointment."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True)
    private_note: Mapped[str] = mapped_column(server_default="")
    """For the consultant alone."""
    advice: Mapped[str] = mapped_column(server_default="")
    """What both agreed on; the entrepreneur sees it."""
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("outcome.id"), index=True)
    version: Mapped[int] = mapped_column(server_default="1")
    """Rises with each saving, so that two tabs lose nothing of each other's."""
    written_at: Mapped[datetime]


class FollowUp(Base):
    """Something to be done until a day, by the entrepreneur or the consultant; in the agenda of both."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index("ix_follow_up_due", "owner_id", "due_on", postgresql_where=text("done_at IS NULL")),
        Index(
            "ix_follow_up_to_remind",
            "due_on",
            postgresql_where=text("done_at IS NULL AND reminded_at IS NULL"),
        ),
        CheckConstraint("length(task) BETWEEN 1 AND 500", name="task_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    task: Mapped[str]
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]


class CaseFile(Base):
    """A stored file that belongs to a consultation."""

    __tablename__ = "case_file"

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    is_shared: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether the entrepreneur sees it as well; what they brought themselves they always do."""


class Rating(Base):
    """How the entrepreneur liked it; shares its key with the appointment."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),)

    id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True)
    stars: Mapped[int]
    line: Mapped[str | None]
    given_at: Mapped[datetime]
