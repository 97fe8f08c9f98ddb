"""What stands in a person's calendar, in as many statements whatever it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from portal.agenda.follow_ups import Task, open_follow_ups
from portal.bookings.queries import BOOKING, BookingRow, booking_row
from portal.consultations.appointments.queries import (
    ADVISES,
    APPOINTMENT,
    AppointmentRow,
    appointment_row,
)
from portal.db import Reader

PAST = timedelta(days=60)
"""How long what is over stays."""
GONE = timedelta(days=30)
"""How long what was cancelled is still named, for calendars that look seldom."""


@dataclass(frozen=True, slots=True)
class Owner:
    id: int
    language: str
    generation: int


@dataclass(frozen=True, slots=True)
class Contents:
    bookings: Sequence[BookingRow]
    appointments: Sequence[AppointmentRow]
    follow_ups: Sequence[Task]


_OWNER = text(
    """
    SELECT person.id, person.language, coalesce(feed.generation, 0)
    FROM person LEFT JOIN calendar_feed feed ON feed.person_id = person.id WHERE person.id = :person_id
    """
)
_BOOKINGS = text(
    BOOKING
    + """ WHERE v.person_id = :person_id AND v.starts_at > :since
        AND (v.state <> 'cancelled' OR v.cancelled_at > :gone_since) ORDER BY v.starts_at, v.id"""
)
# A consultant's own are found by what they still hold, and by what ended lately: history costs nothing.
_APPOINTMENTS = text(
    f"""{APPOINTMENT} WHERE v.id IN (
        SELECT id FROM reservation WHERE person_id = :person_id AND kind = 'appointment' AND starts_at > :since
        UNION
        SELECT claim.reservation_id FROM consultant me JOIN claim ON claim.resource_id = me.id
        WHERE me.person_id = :person_id AND claim.released_at IS NULL AND claim.starts_at > :since
        UNION
        SELECT ended.id FROM consultant me JOIN appointment ended ON ended.consultant_id = me.id
        WHERE me.person_id = :person_id AND ended.ended_at > :gone_since
    ) AND (v.person_id = :person_id OR {ADVISES}) AND v.starts_at > :since
      AND (v.state NOT IN ('cancelled', 'declined') OR a.ended_at > :gone_since)
    ORDER BY v.starts_at, v.id"""  # noqa: S608 (constants)
)


def owner(reader: Reader, person_id: int) -> Owner | None:
    row = reader.execute(_OWNER, {"person_id": person_id}).one_or_none()
    return None if row is None else Owner(*row)


def generation(reader: Reader, person_id: int) -> int:
    """Of the address that is good now."""
    found = owner(reader, person_id)
    return found.generation if found else 0


def contents(reader: Reader, person_id: int, *, at: datetime) -> Contents:
    parameters = {"person_id": person_id, "since": at - PAST, "gone_since": at - GONE}
    return Contents(
        [booking_row(row) for row in reader.execute(_BOOKINGS, parameters)],
        [appointment_row(row) for row in reader.execute(_APPOINTMENTS, parameters)],
        open_follow_ups(reader, person_id),
    )
