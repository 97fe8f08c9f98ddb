"""What is coming for somebody. One statement for each kind, whatever it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from portal.agenda.follow_ups import Task, open_follow_ups
from portal.bookings.queries import BookingRow, coming_bookings
from portal.consultations.appointments.queries import (
    ADVISES,
    APPOINTMENT,
    AppointmentRow,
    appointment_row,
    coming_appointments,
)
from portal.db import Reader


@dataclass(frozen=True, slots=True)
class Coming:
    bookings: Sequence[BookingRow]
    appointments: Sequence[AppointmentRow]
    advising: Sequence[AppointmentRow]
    """Those in which this person is the consultant."""
    follow_ups: Sequence[Task]


_ADVISING = text(
    f"""{APPOINTMENT} WHERE c.person_id = :person_id AND {ADVISES}
      AND v.state IN ('requested', 'confirmed') AND v.ends_at > :at
      AND v.id IN (SELECT claim.reservation_id FROM consultant me JOIN claim ON claim.resource_id = me.id
        WHERE me.person_id = :person_id AND claim.released_at IS NULL AND claim.starts_at > :at - interval '1 day')
      ORDER BY v.starts_at, v.id"""  # noqa: S608 (constants)
)


def coming(reader: Reader, person_id: int, *, at: datetime) -> Coming:
    advising = reader.execute(_ADVISING, {"person_id": person_id, "at": at})
    return Coming(
        coming_bookings(reader, person_id, at=at),
        [
            row
            for row in coming_appointments(reader, person_id, at=at)
            if row.consultant_person_id != person_id
        ],
        [appointment_row(row) for row in advising],
        open_follow_ups(reader, person_id),
    )
