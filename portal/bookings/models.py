"""A person's reservation of a desk or room."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base

UNDO_WITHIN = timedelta(minutes=30)
"""How long a check-in can be undone; who really sat there is checked out instead."""


class Booking(Base):
    """Shares its key with the `Reservation` that holds its time, state, person and reference."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("checked_out_at IS NULL OR checked_in_at IS NOT NULL", name="in_before_out"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("reservation.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    """When the reminder for its present time was sent; cleared by a move."""
