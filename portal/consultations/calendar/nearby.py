"""Times to which a consultant may move an appointment, or at which they may book for somebody.

By the hours they work and what is claimed, as for everybody; notice, horizon and limits of a day or week are theirs to
go beyond.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from portal.consultations.appointments.choosing import STAFF_LIMITS
from portal.consultations.finding.queries import Offer, TopicRow, offer_of
from portal.consultations.finding.slots import is_over, is_worked
from portal.consultations.topics.models import Mode
from portal.db import Reader

AROUND_DAYS = 7
"""How far before and after a wanted time others are looked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The free times of some days, on which of them the consultant works at all, and which are behind us.

    Moments are local.
    """

    days: Sequence[date]
    times: Mapping[date, Sequence[datetime]]
    worked: frozenset[date]
    over: frozenset[date]


def choice(
    reader: Reader,
    consultant_id: int,
    wanted: TopicRow,
    mode: Mode,
    first: date,
    days: int,
    *,
    now: datetime,
    besides: int = 0,
    but: datetime | None = None,
) -> Choice:
    """On the topic's grid, from a local day on. `besides` is the appointment that moves, `but` when it begins now."""
    last = first + timedelta(days=days - 1)
    found = offer_of(
        reader, consultant_id, first - timedelta(days=1), last + timedelta(days=1), besides=besides
    )
    dates = [first + timedelta(days=n) for n in range(days)]
    times: dict[date, list[datetime]] = {day: [] for day in dates}
    for moment in _free(found, consultant_id, wanted, mode, now):
        if moment.date() in times and moment != but:
            times[moment.date()].append(moment)
    return Choice(
        dates,
        times,
        frozenset(day for day in dates if is_worked(found, day, consultant_id)),
        frozenset(day for day in dates if is_over(found, day, consultant_id, now, wanted.length.minutes)),
    )


def nearest(
    reader: Reader,
    consultant_id: int,
    wanted: TopicRow,
    mode: Mode,
    starts_at: datetime,
    *,
    now: datetime,
    limit: int,
    besides: int = 0,
    but: datetime | None = None,
) -> list[datetime]:
    """The free times nearest to one that cannot be had, the earliest first. Local."""
    day = max(starts_at, now).astimezone(UTC).date()
    around = timedelta(days=AROUND_DAYS)
    found = offer_of(reader, consultant_id, day - around, day + around, besides=besides)
    free = [moment for moment in _free(found, consultant_id, wanted, mode, now) if moment != but]
    free.sort(key=lambda moment: (abs(moment - starts_at), moment))
    return sorted(free[:limit])


def _free(
    found: Offer, consultant_id: int, wanted: TopicRow, mode: Mode, now: datetime
) -> Iterable[datetime]:
    schedule = found.schedules.get(consultant_id)
    if schedule is None:
        return []
    unbound = replace(found, schedules={consultant_id: replace(schedule, limits=STAFF_LIMITS)})
    free = unbound.free_times(wanted.length, now=now, modes=[mode])[consultant_id]
    return [found.sites[one.site_id].calendar.moment(one.at) for one in free]
