"""Follow-ups remind their owners by themselves, in the morning of the day before."""

from datetime import datetime

from sqlalchemy import text
from structlog import get_logger

from portal.clock import now
from portal.consultations.cases.services import remind_of_follow_up
from portal.db import reading, unit_of_work
from portal.jobs import job

BATCH = 200
log = get_logger("portal.jobs")

_DUE = text(
    """
    SELECT f.id
    FROM follow_up f JOIN reservation v ON v.id = f.appointment_id JOIN site ON site.id = v.site_id
    CROSS JOIN LATERAL (SELECT CAST(:at AS timestamptz) AT TIME ZONE site.time_zone AS clock) AS local
    WHERE f.done_at IS NULL AND f.reminded_at IS NULL
      AND f.due_on <= local.clock::date + 1 AND local.clock::time >= '07:00' AND local.clock::time < '20:00'
      AND f.id > :after ORDER BY f.id LIMIT :limit
    """
)


@job("consultations.remind_of_follow_ups", every="*/20 * * * *")
def remind_of_follow_ups() -> None:
    at, after = now(), 0
    while True:
        with reading() as connection:
            ids = list(connection.scalars(_DUE, {"at": at, "after": after, "limit": BATCH}))
        for follow_up_id in ids:
            _remind(follow_up_id, at)
        if len(ids) < BATCH:
            return
        after = ids[-1]


def _remind(follow_up_id: int, at: datetime) -> None:
    """One that fails is left to the next round and keeps nobody else waiting."""
    try:
        with unit_of_work() as session:
            remind_of_follow_up(session, follow_up_id, at=at)
    except Exception:
        log.exception(
            "job failed for one follow-up", task="consultations.remind_of_follow_ups", id=follow_up_id
        )
