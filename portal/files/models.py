"""Uploaded files: facts in one table, bytes in another, so that lists never load them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base

LARGEST = 10 * 2**20
"""Bytes of one file."""
LONGEST_NAME = 120
"""Characters of a file's name, its ending included."""


class StoredFile(Base):
    """A file of somebody's; an appointment, a request or a permit refers to it and says who may see it."""

    __tablename__ = "stored_file"
    __table_args__ = (
        # What is served comes from here alone, whatever wrote it.
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {LONGEST_NAME}", name="name"),
        CheckConstraint(f"size BETWEEN 1 AND {LARGEST}", name="size"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    """As the person called it, without what has no place in a name, ending as its kind does."""
    media_type: Mapped[str]
    """What the content is, never what was claimed."""
    size: Mapped[int]
    """Bytes, as kept: a picture is written anew."""
    sha256: Mapped[str]
    """Of the bytes as kept, in hexadecimal."""
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]


class FileContent(Base):
    __tablename__ = "file_content"

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes]
    """Compressed already by its own format: PostgreSQL is told not to try again."""
