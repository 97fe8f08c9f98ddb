"""What happens to consultations by itself: a request that nobody answers lapses; the reminder the day before.

Each job looks for what seems due, then settles it one by one, each in a transaction of its own. The services look
once more under their locks, so that two workers at the same consultation do no harm.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session
from structlog import get_logger

from portal.clock import now
from portal.consultations.appointments.services import lapse, remind
from portal.db import reading, unit_of_work
from portal.jobs import job

BATCH = 200
log = get_logger("portal.jobs")

_TO_LAPSE = text(
    """
    SELECT a.id FROM appointment a JOIN reservation v ON v.id = a.id
    WHERE a.answer_by <= :at AND v.state = 'requested' AND a.id > :after ORDER BY a.id LIMIT :limit
    """
)
"""`ix_appointment_waiting` holds nothing but what waits."""

_TO_REMIND = text(
    """
    SELECT v.id
    FROM reservation v JOIN appointment a ON a.id = v.id JOIN site ON site.id = v.site_id
    CROSS JOIN LATERAL (SELECT
        (date_trunc('day', v.starts_at AT TIME ZONE site.time_zone) - interval '8 hours') AT TIME ZONE site.time_zone AS due_at,
        CAST(CAST(:at AS timestamptz) AT TIME ZONE site.time_zone AS time) AS clock) AS local
    WHERE v.state = 'confirmed' AND a.reminded_at IS NULL
      AND v.ends_at > :at AND v.ends_at < :at + interval '3 days' AND v.starts_at > :at + interval '1 hour'
      AND local.due_at <= :at AND local.clock >= '06:00' AND local.clock < '21:00'
      AND coalesce(v.changed_at, v.created_at) < local.due_at
      AND v.id > :after ORDER BY v.id LIMIT :limit
    """
)
"""From 16.00 local on the day before, in the local daytime. Who asked or moved after that has just heard of it."""


@job("consultations.lapse", every="* * * * *")
def lapse_unanswered() -> None:
    at = now()
    _settle("consultations.lapse", _TO_LAPSE, at, lambda session, id_: lapse(session, id_, at=at))


@job("consultations.remind", every="*/10 * * * *")
def remind_of_tomorrow() -> None:
    at = now()
    _settle("consultations.remind", _TO_REMIND, at, lambda session, id_: remind(session, id_, at=at))


def _settle(name: str, due: TextClause, at: datetime, one: Callable[[Session, int], object]) -> None:
    """One that fails is left to the next round and keeps nobody else waiting."""
    for id_ in _due(due, at):
        try:
            with unit_of_work() as session:
                one(session, id_)
        except Exception:
            log.exception("job failed for one consultation", task=name, reservation=id_)


def _due(statement: TextClause, at: datetime) -> Iterator[int]:
    """In order of id; the connection is back before the caller goes on."""
    after = 0
    while True:
        with reading() as connection:
            ids = list(connection.scalars(statement, {"at": at, "after": after, "limit": BATCH}))
        yield from ids
        if len(ids) < BATCH:
            return
        after = ids[-1]
