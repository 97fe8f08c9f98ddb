"""Visits as rows, by COPY: reservation, booking and claim of each, in batches, under the guard."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.db import driver_connection
from portal.demo.history import DAY, Visit
from portal.demo.places import PREFIX
from portal.resources.claims import ALPHABET
from portal.resources.models import State

BATCH = 20_000
NULL = r"\N"
REFERENCES = len(ALPHABET) ** 6
AHEAD_OF_UTC = 7 * 60
"""Minutes, in WIB."""
REMINDED_BEFORE_MIDNIGHT = 8 * 60
"""Minutes: reminders go out at 16.00 on the day before."""

COLUMNS = {
    "reservation": "id, reference, kind, state, person_id, created_by_id, site_id, starts_at, ends_at, sequence,"
    " created_at, cancelled_at",
    "booking": "id, resource_id, checked_in_at, checked_out_at, reminded_at",
    "claim": "reservation_id, resource_id, person_id, starts_at, ends_at, released_at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all visits share."""

    site_id: int
    clerk_id: int
    """Who let in those that came without a booking."""
    seed: int
    at: int


def write_visits(
    session: Session,
    visits: Iterable[Visit],
    count: int,
    ground: Ground,
    show: Callable[[int], None],
    used: frozenset[str] = frozenset(),
) -> int:
    """Writes the first `count` of them, or as many as there are; `show` hears of each batch. Returns how many.

    `used` are references that are somebody's already.
    """
    session.flush()
    first_id = reserve_ids(session, count)
    references = (one for one in references_of(ground.seed) if one not in used)
    visits, done = iter(visits), 0
    with driver_connection(session).cursor() as cursor:
        while batch := list(islice(visits, min(BATCH, count - done))):
            lines: dict[str, list[str]] = {table: [] for table in COLUMNS}
            for id_, visit in enumerate(batch, start=first_id + done):
                lines["reservation"].append(_reservation(id_, next(references), visit, ground))
                lines["booking"].append(_booking(id_, visit, ground))
                lines["claim"].append(_claim(id_, visit))
            _copy(cursor, lines)
            done += len(batch)
            show(len(batch))
    return done


def references_of(seed: int | str) -> Iterator[str]:
    """All references in an order of the seed's own, none twice: a stride through all numbers of six signs."""
    dice = Random(f"{seed} references")
    number, stride = dice.randrange(REFERENCES), dice.randrange(REFERENCES // 3, REFERENCES // 2)
    if stride % len(ALPHABET) == 0:  # else a shared divisor would end it early
        stride += 1
    for _ in range(REFERENCES):
        number = (number + stride) % REFERENCES
        signs, rest = "", number
        for _ in range(6):
            rest, sign = divmod(rest, len(ALPHABET))
            signs += ALPHABET[sign]
        yield PREFIX + signs


def register_in_time(session: Session) -> None:
    """Who has booked was registered by then."""
    session.execute(
        text(
            """
            UPDATE person SET created_at = first.at
            FROM (SELECT person_id, min(created_at) - interval '2 minutes' AS at
                  FROM reservation GROUP BY person_id) AS first
            WHERE person.id = first.person_id AND first.at < person.created_at
            """
        )
    )


def _reservation(id_: int, reference: str, visit: Visit, ground: Ground) -> str:
    is_cancelled = visit.state == State.CANCELLED
    return (
        f"{id_}\t{reference}\tbooking\t{visit.state.value}\t{visit.person_id}"
        f"\t{ground.clerk_id if visit.is_walk_in else visit.person_id}\t{ground.site_id}"
        f"\t{moment(visit.starts)}\t{moment(visit.ends)}\t{1 if is_cancelled else 0}"
        f"\t{moment(visit.created)}\t{moment(visit.released) if is_cancelled else NULL}\n"
    )


def _booking(id_: int, visit: Visit, ground: Ground) -> str:
    reminded = reminded_before(visit.starts)
    was_open = visit.state != State.CANCELLED or (visit.released or 0) > reminded
    was_reminded = visit.created < reminded <= ground.at and was_open
    return (
        f"{id_}\t{visit.resource_id}\t{moment(visit.checked_in)}\t{moment(visit.checked_out)}"
        f"\t{moment(reminded) if was_reminded else NULL}\n"
    )


def reminded_before(starts: int) -> int:
    """When somebody is told of what begins at this minute."""
    midnight = (starts + AHEAD_OF_UTC) // DAY * DAY - AHEAD_OF_UTC
    return midnight - REMINDED_BEFORE_MIDNIGHT


def _claim(id_: int, visit: Visit) -> str:
    """Who left early gave the rest of their time back."""
    return (
        f"{id_}\t{visit.resource_id}\t{visit.person_id}\t{moment(visit.starts)}"
        f"\t{moment(visit.checked_out or visit.ends)}\t{moment(visit.released)}\n"
    )


@lru_cache(maxsize=50_000)
def moment(minute: int | None) -> str:
    if minute is None:
        return NULL
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).isoformat()


def _copy(cursor: Any, lines: dict[str, list[str]]) -> None:
    for table, columns in COLUMNS.items():
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            copy.write("".join(lines[table]))


def reserve_ids(session: Session, count: int) -> int:
    """The first of `count` ids in a row; nobody else books until this transaction ends."""
    session.execute(text("LOCK TABLE reservation IN SHARE ROW EXCLUSIVE MODE"))
    sequence = "pg_get_serial_sequence('reservation', 'id')"
    first: int = session.execute(text(f"SELECT nextval({sequence})")).scalar_one()
    session.execute(text(f"SELECT setval({sequence}, :last)"), {"last": first + max(count, 1) - 1})
    return first
