"""The address of somebody's calendar, as far as it is kept."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class CalendarFeed(Base):
    """How often somebody has renewed the address of their calendar; without a row: never."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    generation: Mapped[int]
    """Part of what the secret in the address is made of: with each renewal the old address is nobody's."""
