"""What happens to bookings by itself: the reminder, the release of who does not come, the end.

Each job looks for bookings that seem due, then settles them one by one, each in a transaction of its own. The
services look once more under their locks, so that two workers at the same booking do no harm.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session
from structlog import get_logger

from portal.bookings.visits.services import complete, mark_no_show, remind
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.jobs import job

BATCH = 200
log = get_logger("portal.jobs")

# Each looks among what is still open and ends within a few days (`ix_reservation_open`), never at history.
_TO_REMIND = text(
    """
    SELECT v.id, 0 AS late_minutes
    FROM reservation v JOIN booking b ON b.id = v.id JOIN site ON site.id = v.site_id
    CROSS JOIN LATERAL (SELECT
        (date_trunc('day', v.starts_at AT TIME ZONE site.time_zone) - interval '8 hours') AT TIME ZONE site.time_zone AS due_at,
        CAST(CAST(:at AS timestamptz) AT TIME ZONE site.time_zone AS time) AS clock) AS local
    WHERE v.state IN ('requested', 'confirmed') AND b.reminded_at IS NULL
      AND v.ends_at > :at AND v.ends_at < :at + interval '3 days' AND v.starts_at > :at + interval '1 hour'
      AND local.due_at <= :at AND local.clock >= '06:00' AND local.clock < '21:00'
      AND coalesce(v.changed_at, v.created_at) < local.due_at
      AND v.id > :after ORDER BY v.id LIMIT :limit
    """
)
"""From 16.00 local on the day before, in the local daytime. Who booked or moved after that has just heard of it."""

_NOT_COME = text(
    """
    SELECT v.id, rules.late_minutes
    FROM reservation v JOIN booking b ON b.id = v.id JOIN resource r ON r.id = b.resource_id
    JOIN booking_rules rules ON rules.id = r.rules_id
    WHERE v.state IN ('requested', 'confirmed') AND v.ends_at < :at + interval '1 day' AND v.starts_at <= :at
      AND v.starts_at + make_interval(mins => rules.late_minutes) <= :at
      AND v.id > :after ORDER BY v.id LIMIT :limit
    """
)

_OVER = text(
    """
    SELECT v.id, 0 AS late_minutes
    FROM reservation v JOIN booking b ON b.id = v.id
    WHERE v.state = 'checked-in' AND v.ends_at <= :at
      AND v.id > :after ORDER BY v.id LIMIT :limit
    """
)


@job("bookings.remind", every="*/10 * * * *")
def remind_of_tomorrow() -> None:
    at = now()
    _settle("bookings.remind", _TO_REMIND, at, lambda session, id_, _: remind(session, id_, at=at))


@job("bookings.release", every="* * * * *")
def release_not_come() -> None:
    at = now()
    _settle(
        "bookings.release",
        _NOT_COME,
        at,
        lambda session, id_, late: mark_no_show(session, id_, late_minutes=late, at=at),
    )


@job("bookings.complete", every="*/5 * * * *")
def complete_over() -> None:
    at = now()
    _settle("bookings.complete", _OVER, at, lambda session, id_, _: complete(session, id_, at=at))


def _settle(name: str, due: TextClause, at: datetime, one: Callable[[Session, int, int], object]) -> None:
    """One that fails is left to the next round and keeps nobody else waiting."""
    for id_, late_minutes in _due(due, at):
        try:
            with unit_of_work() as session:
                one(session, id_, late_minutes)
        except Exception:
            log.exception("job failed for one booking", task=name, reservation=id_)


def _due(statement: TextClause, at: datetime) -> Iterator[tuple[int, int]]:
    """(id, late minutes) in order of id; the connection is back before the caller goes on."""
    after = 0
    while True:
        with reading() as connection:
            rows = connection.execute(statement, {"at": at, "after": after, "limit": BATCH}).all()
        yield from ((id_, late_minutes) for id_, late_minutes in rows)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]
