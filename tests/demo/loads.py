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
OVERLAPS = """
    SELECT count(*) FROM claim a JOIN claim b ON a.{same} = b.{same} AND a.id <> b.id
    WHERE a.released_at IS NULL AND b.released_at IS NULL AND b.starts_at >= a.starts_at AND b.starts_at < a.ends_at
"""


@contextmanager
def loaded_data(app: Flask, command: Load, at: datetime = AT) -> Iterator[tuple[Session, Plan]]:
    with app.app_context(), Session(db.engine) as session:
        plan = begin(session, command, at=at)
        finish(session, plan, lambda done: None)
        yield session, plan
        session.rollback()
