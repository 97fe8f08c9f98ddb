"""The audit log: append-only; a trigger refuses update and delete."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who did it; None for the portal itself."""
    verb: Mapped[str]
    """`package.verb`, such as `bookings.cancel`."""
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """To whom it was done."""
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Before and after of times, states and scores; of personal data the names of the fields alone."""
    request_id: Mapped[str | None]
