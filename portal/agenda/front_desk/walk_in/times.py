"""When somebody who stands there can be advised: by the minute with each consultant, later on the topic's grid.

Notice, horizon and limits of a day are the front desk's to go beyond; hours, claims and rooms are not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from portal.consultations.appointments.choosing import STAFF_LIMITS, STAFF_STEP
from portal.consultations.finding.free_times import Beginning, free_times
from portal.consultations.finding.queries import ConsultantRow, Offer, TopicRow, offer
from portal.consultations.finding.slots import Slot, slots
from portal.consultations.topics.models import Mode
from portal.db import Reader

DAYS = 14
LATER = 8
"""Times shown after the soonest."""


@dataclass(frozen=True, slots=True)
class Soon:
    consultant: ConsultantRow
    starts_at: datetime
    """Local."""
    site_name: str


@dataclass(frozen=True, slots=True)
class WalkInTimes:
    soon: Sequence[Soon]
    """The first time with each consultant, the soonest first."""
    later: Sequence[Slot]


def walk_in_times(
    reader: Reader, wanted: TopicRow, mode: Mode, site_ids: Collection[int], *, at: datetime
) -> WalkInTimes:
    """At these sites alone. Three statements."""
    today = at.astimezone(UTC).date()
    found = offer(reader, wanted.id, today, today + timedelta(days=DAYS))
    grid = _free(found, wanted, mode, site_ids, wanted.length.step, at)
    minutes = _free(found, wanted, mode, site_ids, STAFF_STEP, at)
    first = {id_: min(beginnings) for id_, beginnings in minutes.items() if beginnings}
    return WalkInTimes(
        [
            Soon(
                found.consultants[id_],
                found.sites[beginning.site_id].calendar.moment(beginning.at),
                found.sites[beginning.site_id].name,
            )
            for id_, beginning in sorted(first.items(), key=lambda pair: pair[1])
        ],
        slots(found, grid)[:LATER],
    )


def _free(
    found: Offer, wanted: TopicRow, mode: Mode, site_ids: Collection[int], step: int, at: datetime
) -> dict[int, list[Beginning]]:
    calendars = {id_: calendar for id_, calendar in found.calendars.items() if id_ in site_ids}
    length = replace(wanted.length, step=step)
    rooms = found.room_beginnings(length) if mode == Mode.IN_PERSON else None
    return {
        id_: free_times(
            replace(schedule, limits=STAFF_LIMITS), calendars, found.days, length, now=at, rooms=rooms
        )
        for id_, schedule in found.schedules.items()
    }
