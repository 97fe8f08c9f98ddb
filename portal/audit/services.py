"""record(): who did what to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session
from structlog.contextvars import get_contextvars

from portal.audit.models import AuditEvent

_KEEP = insert(AuditEvent.__table__)  # type: ignore[arg-type]  # the table: nothing has to become an object


def record(
    session: Session,
    verb: str,
    subject: tuple[str, int],
    *,
    at: datetime,
    actor_id: int | None,
    person_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Writes one event into the session's own transaction.

    `subject` is a table's name and the id of a row. `changes` may hold before and after of times, states and
    scores, but of personal data only the names of the fields: erasure must stay possible.
    """
    session.execute(
        _KEEP,
        {
            "at": at,
            "actor_id": actor_id,
            "verb": verb,
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "person_id": person_id,
            "changes": dict(changes or {}),
            "request_id": get_contextvars().get("request_id"),
        },
    )
