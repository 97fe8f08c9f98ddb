"""Places, what in them can be claimed, when, by which rules; and the claims themselves."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Words, text_enum


class Site(Base):
    """A building with a time zone and opening hours."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("reference_prefix ~ '^[A-Z]{3}$'", name="reference_prefix"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    reference_prefix: Mapped[str] = mapped_column(unique=True)
    """Three letters before each reference, such as TRS."""
    address: Mapped[str]
    directions: Mapped[Words]
    """How to get in, one step a line."""
    map_url: Mapped[str | None]
    phone: Mapped[str | None]
    time_zone: Mapped[str]
    """IANA name: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT)."""
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))


class Floor(Base):
    __tablename__ = "floor"
    __table_args__ = (Index("uq_floor_level", "site_id", "level", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    level: Mapped[int]
    name: Mapped[Words]


class Zone(Base):
    """A part of a floor with its own character, such as the quiet one."""

    __tablename__ = "zone"

    id: Mapped[int] = mapped_column(primary_key=True)
    floor_id: Mapped[int] = mapped_column(ForeignKey("floor.id"), index=True)
    position: Mapped[int]
    name: Mapped[Words]
    description: Mapped[Words]


class Feature(Base):
    """Something a desk or room has: a monitor, a window, room for a wheelchair."""

    __tablename__ = "feature"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[Words]
    icon: Mapped[str]
    position: Mapped[int]


class ResourceKind(StrEnum):
    DESK = "desk"
    ROOM = "room"
    CONSULTANT = "consultant"


class BookingRules(Base):
    """How resources that share them may be booked. Durations in minutes unless the name says otherwise."""

    __tablename__ = "booking_rules"
    __table_args__ = (
        CheckConstraint(
            "slot_minutes BETWEEN 5 AND 240 AND 1440 % slot_minutes = 0", name="slot_divides_day"
        ),
        CheckConstraint(
            "shortest_minutes BETWEEN slot_minutes AND longest_minutes AND longest_minutes <= 1440",
            name="lengths",
        ),
        CheckConstraint("notice_minutes >= 0 AND horizon_days BETWEEN 0 AND 730", name="window"),
        CheckConstraint("day_minutes > 0 AND week_minutes >= day_minutes", name="quotas"),
        CheckConstraint("cancel_minutes >= 0 AND late_minutes > 0", name="deadlines"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Words]
    slot_minutes: Mapped[int]
    """The grid on which bookings begin and end, counted from local midnight."""
    shortest_minutes: Mapped[int]
    longest_minutes: Mapped[int]
    notice_minutes: Mapped[int]
    """A booking begins at least this long from now."""
    horizon_days: Mapped[int]
    """A booking begins at most this many local days after today."""
    day_minutes: Mapped[int]
    """The most a person may hold on one local day, over all resources of the same kind."""
    week_minutes: Mapped[int]
    """The same for a local week from Monday."""
    cancel_minutes: Mapped[int]
    """A person may cancel or move until this long before the start; staff always."""
    late_minutes: Mapped[int]
    """Who has not come this long after the start has not come."""


class Resource(Base):
    """Anything whose time can be claimed once."""

    __tablename__ = "resource"
    __table_args__ = (
        Index("uq_resource_name", "site_id", "kind", "name", unique=True),
        CheckConstraint("capacity >= 1", name="capacity"),
        # What is booked by the person stands in a place; a consultant does not.
        CheckConstraint(
            "kind = 'consultant' OR (floor_id IS NOT NULL AND rules_id IS NOT NULL)", name="place"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    floor_id: Mapped[int | None] = mapped_column(ForeignKey("floor.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("booking_rules.id"))
    kind: Mapped[ResourceKind] = mapped_column(text_enum(ResourceKind, "kind"))
    name: Mapped[str]
    capacity: Mapped[int] = mapped_column(server_default="1")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    serves_consultations: Mapped[bool] = mapped_column(server_default=text("false"))
    """A room in which consultants receive people, whoever else may book it."""


class ResourceFeature(Base):
    __tablename__ = "resource_feature"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"), primary_key=True, index=True)


class HoursOverride(Base):
    """A range of dates on which a resource's usual weekly hours give way to others: those rows that name it."""

    __tablename__ = "hours_override"
    __table_args__ = (
        CheckConstraint("until_date >= from_date", name="order"),
        # Which of two would count on a day that lies in both?
        ExcludeConstraint(
            (text("int4range(resource_id, resource_id, '[]')"), "&&"),
            (text("daterange(from_date, until_date, '[]')"), "&&"),
            using="gist",
            name="ex_hours_override_overlap",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    from_date: Mapped[date]
    until_date: Mapped[date]
    """Included."""


class OpeningHours(Base):
    """One weekly stretch in which a site, a zone or a resource is to be had; the nearest owner's rows count.

    Local wall-clock times; a stretch ends on its own day (24:00 is written 00:00).
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("num_nonnulls(site_id, zone_id, resource_id) = 1", name="one_owner"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes > opens OR closes = '00:00'", name="order"),
        CheckConstraint("until_date IS NULL OR from_date IS NULL OR until_date >= from_date", name="dates"),
        CheckConstraint(
            "resource_id IS NOT NULL OR (at_site_id IS NULL AND override_id IS NULL)", name="of_resource"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"), index=True)
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    """0 is Monday, as in `date.weekday()`."""
    opens: Mapped[time]
    closes: Mapped[time]
    from_date: Mapped[date | None]
    until_date: Mapped[date | None]
    at_site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    """Where a consultant is in this stretch; none: at their own site."""
    override_id: Mapped[int | None] = mapped_column(
        ForeignKey("hours_override.id", ondelete="CASCADE"), index=True
    )
    """Counts on the days of that override alone."""


class SpecialDay(Base):
    """A public holiday, or another day with hours of its own; without hours the site is closed all day.

    Filled from PyPI `holidays` (public and government days of Indonesia); any row can be changed by hand, and a row
    changed by hand is never overwritten.
    """

    __tablename__ = "special_day"
    __table_args__ = (
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both_or_none"),
        CheckConstraint("closes > opens", name="order"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[Words]
    is_regular: Mapped[bool] = mapped_column(server_default=text("false"))
    """The day is one like any other after all: the usual hours hold."""
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))


class Closure(Base):
    """When a site, a floor or a resource is not to be had, and why."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("num_nonnulls(site_id, floor_id, resource_id) = 1", name="one_target"),
        CheckConstraint("ends_at > starts_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    floor_id: Mapped[int | None] = mapped_column(ForeignKey("floor.id", ondelete="CASCADE"), index=True)
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """None: until further notice."""
    reason: Mapped[Words]


class ReservationKind(StrEnum):
    BOOKING = "booking"
    APPOINTMENT = "appointment"
    OFFER = "offer"
    ACTIVITY = "activity"


class State(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked-in"
    COMPLETED = "completed"
    NO_SHOW = "no-show"
    DECLINED = "declined"
    CANCELLED = "cancelled"


COMING = frozenset({State.REQUESTED, State.CONFIRMED})
"""Nothing has happened yet."""
HOLDING = COMING | {State.CHECKED_IN, State.COMPLETED}
"""Counts towards a person's quota."""


class Reservation(Base):
    """What holds claims. `starts_at` and `ends_at` are the times people see; buffers lie in the claims alone."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_reservation_person", "person_id", "starts_at"),
        Index("ix_reservation_site", "site_id", "starts_at"),
        # What jobs look for: bookings that still wait for somebody to come or go.
        Index(
            "ix_reservation_open",
            "ends_at",
            postgresql_where=text("state IN ('requested', 'confirmed', 'checked-in')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """Prefix and six signs without a separator, such as TRS7K4M2W."""
    kind: Mapped[ReservationKind] = mapped_column(text_enum(ReservationKind, "kind"))
    state: Mapped[State] = mapped_column(text_enum(State, "state"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(server_default="0")
    """Rises with each change that calendars must hear of (RFC 5545 SEQUENCE)."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    """When it was last moved or cancelled."""
    cancelled_at: Mapped[datetime | None]


class Claim(Base):
    """A half-open stretch `[starts_at, ends_at)` of one resource. The database refuses two that overlap."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at AND ends_at - starts_at <= interval '1 day'", name="length"),
        CheckConstraint("isfinite(starts_at) AND isfinite(ends_at)", name="finite"),
        # The guard. resource_id as a range needs no btree_gist; tests and /readyz check that it stands.
        ExcludeConstraint(
            (text("int4range(resource_id, resource_id, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at, '[)')"), "&&"),
            where=text("released_at IS NULL"),
            using="gist",
            name="ex_claim_overlap",
        ),
        # Reads use plain comparisons on this, never the range index.
        Index("ix_claim_resource", "resource_id", "starts_at", postgresql_where=text("released_at IS NULL")),
        Index("ix_claim_reservation", "reservation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id", ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
