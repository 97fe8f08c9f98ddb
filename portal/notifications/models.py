"""What the portal tells people: it stands in their inbox, and is mailed where there is an address."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Message(Base):
    """One message to one person, put into words when it is read or mailed."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_inbox", "person_id", "created_at"),
        Index("ix_message_unread", "person_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    template: Mapped[str]
    """`package/name`, a pair of files under templates/messages."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
