"""Who gives advice. When they do stands in `OpeningHours`, `HoursOverride` and `Closure` of their resource."""

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Words


class Consultant(Base):
    """Shares its key with the `Resource` whose time is claimed."""

    __tablename__ = "consultant"
    __table_args__ = (
        CheckConstraint("day_limit > 0 AND week_limit >= day_limit", name="limits"),
        CheckConstraint("notice_minutes >= 0 AND horizon_days BETWEEN 1 AND 365", name="window"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    about: Mapped[Words]
    """What they have done and like to help with, in two or three sentences."""
    languages: Mapped[list[str]] = mapped_column(ARRAY(String), server_default=text("'{id}'"))
    """What they speak: id (Indonesian), jv (Javanese), en, …"""
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    video_url: Mapped[str | None]
    """Their own room for video calls; none: they send a link themselves."""
    day_limit: Mapped[int] = mapped_column(server_default="6")
    """The most appointments on one local day."""
    week_limit: Mapped[int] = mapped_column(server_default="20")
    """The same for a local week from Monday."""
    notice_minutes: Mapped[int] = mapped_column(server_default="120")
    """An appointment begins at least this long from now."""
    horizon_days: Mapped[int] = mapped_column(server_default="30")
    """An appointment begins at most this many local days after today."""


class ConsultantTopic(Base):
    __tablename__ = "consultant_topic"

    consultant_id: Mapped[int] = mapped_column(
        ForeignKey("consultant.id", ondelete="CASCADE"), primary_key=True
    )
    topic_id: Mapped[int] = mapped_column(
        ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True, index=True
    )
