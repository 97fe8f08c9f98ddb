"""What a person holds already that stands against one more consultation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from portal.db import Reader


@dataclass(frozen=True, slots=True)
class Standing:
    coming: int
    """Their reservations of any kind that are still to come."""
    consultations: int
    """Those of them that are consultations."""
    consultations_then: int
    """Consultations they hold at some moment of the wanted time."""


_STANDING = text(
    """
    SELECT count(*) FILTER (WHERE ends_at > :at AND starts_at > :at - interval '1 day') AS coming,
        count(*) FILTER (WHERE kind = 'appointment' AND ends_at > :at) AS consultations,
        count(*) FILTER (WHERE kind = 'appointment' AND starts_at < :ends_at AND ends_at > :starts_at) AS consultations_then
    FROM reservation
    WHERE person_id = :person_id AND id <> :besides AND state IN ('requested', 'confirmed')
      AND starts_at > least(CAST(:at AS timestamptz), :starts_at) - interval '1 day'
    """
)


def standing(
    reader: Reader,
    person_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    at: datetime,
    besides: int = 0,
) -> Standing:
    """Read under the person's lock. `besides` is a consultation being moved."""
    row = reader.execute(
        _STANDING,
        {
            "person_id": person_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "at": at,
            "besides": besides,
        },
    ).one()
    return Standing(row.coming, row.consultations, row.consultations_then)
