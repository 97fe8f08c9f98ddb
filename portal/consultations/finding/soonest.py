"""The next times at which a topic can be had."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.consultations.finding.queries import offer, topic
from portal.consultations.topics.models import Mode
from portal.db import Reader

DAYS = 14
"""How far ahead is looked."""


@dataclass(frozen=True, slots=True)
class Soon:
    consultant_id: int
    consultant_name: str
    starts_at: datetime
    """Aware UTC."""


def soonest(
    reader: Reader, topic_id: int, consultant_id: int | None, mode: Mode, *, now: datetime, limit: int
) -> list[Soon]:
    """The first free times, one for each moment, with one consultant or (None) with whoever is free."""
    wanted = topic(reader, topic_id)
    if wanted is None:
        return []
    today = now.astimezone(UTC).date()
    found = offer(reader, topic_id, today, today + timedelta(days=DAYS), consultant_id=consultant_id)
    free = found.free_times(wanted.length, now=now, modes=[mode])
    first: dict[int, int] = {}
    for id_, beginnings in free.items():
        for beginning in beginnings:
            first.setdefault(beginning.at, id_)
    return [
        Soon(first[at], found.consultants[first[at]].name, datetime.fromtimestamp(at * 60, UTC))
        for at in sorted(first)[:limit]
    ]
