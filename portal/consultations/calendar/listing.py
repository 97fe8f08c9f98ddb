"""A consultant's consultations that have begun: those of which nobody has said yet what came of them come first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from portal.clock import LocalTimes
from portal.db import Reader, Words


@dataclass(frozen=True, slots=True)
class CaseRow(LocalTimes):
    """One of a consultant's consultations that has begun."""

    reference: str
    state: str
    starts_at: datetime
    time_zone: str
    person_id: int
    person_name: str
    topic: Words
    outcome: Words | None
    is_open: bool
    """Nobody has said yet what came of it."""


_OPEN = "(v.state IN ('confirmed', 'completed') AND n.outcome_id IS NULL)"
_BEGUN = """
    FROM appointment a JOIN reservation v ON v.id = a.id LEFT JOIN case_note n ON n.id = a.id
    WHERE a.consultant_id = :consultant_id AND v.starts_at <= :at AND v.state IN ('confirmed', 'completed', 'no-show')
"""
_CASES = text(
    f"""
    SELECT v.reference, v.state, v.starts_at, site.time_zone, v.person_id, person.name AS person_name, topic.name AS topic,
        outcome.name AS outcome, page.is_open
    FROM (
        SELECT v.id, {_OPEN} AS is_open {_BEGUN}
        ORDER BY is_open DESC, v.starts_at DESC, v.id DESC LIMIT :limit OFFSET :offset
    ) page
    JOIN reservation v ON v.id = page.id JOIN appointment a ON a.id = page.id JOIN topic ON topic.id = a.topic_id
    JOIN person ON person.id = v.person_id JOIN site ON site.id = v.site_id
    LEFT JOIN case_note n ON n.id = page.id LEFT JOIN outcome ON outcome.id = n.outcome_id
    ORDER BY page.is_open DESC, v.starts_at DESC, v.id DESC
    """  # noqa: S608 (constants)
)
_COUNTS = text(f"SELECT count(*), count(*) FILTER (WHERE {_OPEN}) {_BEGUN}")


def cases(reader: Reader, consultant_id: int, *, at: datetime, limit: int, offset: int) -> list[CaseRow]:
    """Those whose outcome is missing first, then the latest first."""
    parameters = {"consultant_id": consultant_id, "at": at, "limit": limit, "offset": offset}
    return [
        CaseRow(
            row.reference,
            row.state,
            row.starts_at,
            row.time_zone,
            row.person_id,
            row.person_name,
            Words(**row.topic),
            Words(**row.outcome) if row.outcome else None,
            row.is_open,
        )
        for row in reader.execute(_CASES, parameters)
    ]


def case_counts(reader: Reader, consultant_id: int, *, at: datetime) -> tuple[int, int]:
    """How many there are, and of how many the outcome is missing."""
    row = reader.execute(_COUNTS, {"consultant_id": consultant_id, "at": at}).one()
    return row[0], row[1]
