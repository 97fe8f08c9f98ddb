"""The audit log, newest first, a page at a time. Older pages begin where the last one ended: no counting, no offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from portal.db import Reader

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`actor` did it (None: the portal itself), `person` is whom it is about."""

    id: int
    at: datetime
    verb: str
    actor_id: int | None
    actor: str | None
    person_id: int | None
    person: str | None
    subject_kind: str
    subject_id: int
    reference: str | None
    """Of a reservation."""
    kind: str | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    person_id: int | None = None
    name: str = ""
    """Part of a name, beginning at a word; of who did it or whom it is about."""
    verb: str = ""
    before: int | None = None
    """Only events older than this one."""


_EVENTS = """
    SELECT e.id, e.at, e.verb, e.actor_id, actor.name, e.person_id, person.name, e.subject_kind, e.subject_id,
        reservation.reference, reservation.kind, e.changes
    FROM (SELECT * FROM audit_event e WHERE {conditions} ORDER BY e.id DESC LIMIT :limit) e
    LEFT JOIN person actor ON actor.id = e.actor_id LEFT JOIN person ON person.id = e.person_id
    LEFT JOIN reservation ON e.subject_kind = 'reservation' AND reservation.id = e.subject_id
    ORDER BY e.id DESC
"""
_OF_NAMED = """
    (e.actor_id IN (SELECT id FROM person WHERE ' ' || lower(name) LIKE :name)
     OR e.person_id IN (SELECT id FROM person WHERE ' ' || lower(name) LIKE :name))
"""


def audit_lines(reader: Reader, asked: AuditFilter, limit: int = PAGE) -> tuple[Sequence[AuditLine], bool]:
    """The events asked for, and whether there are older ones. One statement."""
    conditions = {
        "(e.actor_id = :person_id OR e.person_id = :person_id)": asked.person_id is not None,
        _OF_NAMED: bool(asked.name),
        "e.verb = :verb": bool(asked.verb),
        "e.id < :before": asked.before is not None,
    }
    chosen = " AND ".join(condition for condition, holds in conditions.items() if holds) or "true"
    escaped = asked.name.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    parameters = {
        "person_id": asked.person_id,
        "name": f"% {escaped}%",
        "verb": asked.verb,
        "before": asked.before,
        "limit": limit + 1,
    }
    wanted = {name: value for name, value in parameters.items() if f":{name}" in chosen or name == "limit"}
    rows = reader.execute(text(_EVENTS.format(conditions=chosen)), wanted).all()
    return [AuditLine(*row) for row in rows[:limit]], len(rows) > limit
