"""Other times at which a topic can be had: the next, and those nearest to a wanted one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.consultations.finding.free_times import free_times
from portal.consultations.finding.queries import Offer, TopicRow, advising, offer, offer_of_all, topic
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


def nearest(
    reader: Reader,
    topic_id: int,
    consultant_id: int | None,
    mode: Mode,
    starts_at: datetime,
    *,
    now: datetime,
    limit: int = 4,
) -> list[Soon]:
    """What else can be had instead of a wanted time: the same time with others, then the same consultant near it."""
    wanted = topic(reader, topic_id)
    if wanted is None:
        return []
    day = max(starts_at, now).astimezone(UTC).date()
    first, last = day - timedelta(days=2), day + timedelta(days=5)
    found = offer(reader, topic_id, first, last)
    start = int(starts_at.timestamp() // 60)
    free = found.free_times(wanted.length, now=now, modes=[mode])

    def soon(id_: int, at: int) -> Soon:
        return Soon(id_, found.consultants[id_].name, datetime.fromtimestamp(at * 60, UTC))

    then = [
        soon(id_, start)
        for id_, beginnings in free.items()
        if id_ != consultant_id and any(beginning.at == start for beginning in beginnings)
    ]
    near = sorted(
        (abs(beginning.at - start), beginning.at, id_)
        for id_, beginnings in free.items()
        if consultant_id is None or id_ == consultant_id
        for beginning in beginnings
        if beginning.at != start
    )
    kept: dict[int, Soon] = {}
    for _, at, id_ in near:
        kept.setdefault(at, soon(id_, at))
    return [*then[: limit // 2], *list(kept.values())[: limit - len(then[: limit // 2])]]


def soonest_of_topics(reader: Reader, wanted: Sequence[TopicRow], *, now: datetime) -> dict[int, datetime]:
    """By topic the local moment of the first free time with anyone, in the topic's usual way; in four statements."""
    today = now.astimezone(UTC).date()
    found = offer_of_all(reader, today, today + timedelta(days=DAYS))
    return first_of_topics(found, wanted, advising(reader), now=now)


def first_of_topics(
    found: Offer, wanted: Sequence[TopicRow], who: Mapping[int, Collection[int]], *, now: datetime
) -> dict[int, datetime]:
    """The same, of an offer in which whoever advises on a topic by `who` may stand."""
    calendars, days = found.calendars, found.days
    first: dict[int, datetime] = {}
    # Most topics can be had within a day or two: what lies further is looked at for the others alone.
    for some in (days[:2], days[2:5], days[5:]):
        for one in wanted:
            if one.id in first:
                continue
            rooms = found.room_beginnings(one.length) if one.modes[0] == Mode.IN_PERSON else None
            beginnings = [
                beginning
                for id_ in who.get(one.id, ())
                if id_ in found.schedules
                for beginning in free_times(
                    found.schedules[id_], calendars, some, one.length, now=now, rooms=rooms
                )
            ]
            if beginnings:
                soon = min(beginnings)
                first[one.id] = calendars[soon.site_id].moment(soon.at)
    return first
