"""What the API alone keeps."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class IdempotencyKey(Base):
    """The answer to a POST that succeeded, for whoever sends it again; written in that request's own transaction.

    The primary key makes the second of two simultaneous requests wait for the first, and then step back.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (CheckConstraint("key ~ '^[ -~]{1,200}$'", name="printable"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    """SHA-256 of method, address and body: the same key must mean the same request."""
    status: Mapped[int]
    body: Mapped[str]
    location: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
