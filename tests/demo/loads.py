"""A demonstration for tests: loaded for real, never committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.db import db
from portal.demo.loading import Load, Plan, begin, finish

AT = datetime(2026, 9, 8, 1, 50, tzinfo=UTC)
"""Tuesday, 08.50 in Slawi."""
PASSWORD = "buku-meja-lampu"

DIGEST = text(
    """
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT concat_ws('|', v.reference, v.state, v.starts_at, v.ends_at, v.created_at, v.cancelled_at, v.sequence,
            r.name, p.name, p.email, p.phone, p.birth_date, p.created_at, d.name, c.name, b.checked_in_at,
            b.checked_out_at, b.reminded_at, k.starts_at, k.ends_at, k.released_at) AS line
        FROM reservation v JOIN booking b ON b.id = v.id JOIN claim k ON k.reservation_id = v.id
        JOIN resource r ON r.id = b.resource_id JOIN person p ON p.id = v.person_id
        JOIN person c ON c.id = v.created_by_id LEFT JOIN district d ON d.id = p.district_id
    ) AS lines
    """
)
CONSULTATIONS = text(
    """
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT concat_ws('|', v.state, v.starts_at, v.ends_at, v.created_at, v.changed_at, v.cancelled_at, v.sequence,
            r.name, room.name, p.name, p.email, c.name, t.name, a.mode, a.answers, a.answer_by, a.reason, a.ended_at,
            a.has_lapsed, a.reminded_at, n.private_note, n.advice, n.written_at, o.name, g.stars, g.line, g.given_at,
            (SELECT string_agg(concat_ws('|', k.starts_at, k.ends_at, k.released_at), ';' ORDER BY k.ends_at DESC)
             FROM claim k WHERE k.reservation_id = v.id),
            (SELECT string_agg(concat_ws('|', f.task, f.due_on, f.done_at, f.reminded_at), ';' ORDER BY f.task)
             FROM follow_up f WHERE f.appointment_id = v.id)) AS line
        FROM reservation v JOIN appointment a ON a.id = v.id JOIN resource r ON r.id = a.consultant_id
        JOIN person p ON p.id = v.person_id JOIN person c ON c.id = v.created_by_id JOIN topic t ON t.id = a.topic_id
        LEFT JOIN resource room ON room.id = a.room_id LEFT JOIN case_note n ON n.id = v.id
        LEFT JOIN outcome o ON o.id = n.outcome_id LEFT JOIN rating g ON g.id = v.id
    ) AS lines
    """
)
"""Without references: who asks through the services is given one by chance."""
_TWICE = """
    SELECT count(*) FROM (
        SELECT starts_at, max(ends_at) OVER (PARTITION BY who ORDER BY starts_at, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
        FROM ({who}) AS held
    ) AS each WHERE starts_at < busy_until
    """
OVERLAPS = {
    "resource": _TWICE.format(
        who="SELECT id, resource_id AS who, starts_at, ends_at FROM claim WHERE released_at IS NULL"
    ),
    "person at a desk": _TWICE.format(
        who="SELECT claim.id, person_id AS who, starts_at, ends_at FROM claim JOIN booking b ON b.id = reservation_id"
        " WHERE released_at IS NULL"
    ),
    "person asking": _TWICE.format(
        who="SELECT id, person_id AS who, starts_at, ends_at FROM reservation"
        " WHERE kind = 'appointment' AND state NOT IN ('cancelled', 'declined')"
    ),
}
"""How often somebody or something is in two places at once."""


@contextmanager
def loaded_data(app: Flask, command: Load, at: datetime = AT) -> Iterator[tuple[Session, Plan]]:
    with app.app_context(), Session(db.engine) as session:
        plan = begin(session, command, at=at)
        finish(session, plan, lambda done: None)
        # As the command does: without statistics questions over all claims are planned for an empty table.
        session.execute(text("ANALYZE person, reservation, booking, appointment, claim"))
        yield session, plan
        session.rollback()
