"""Free times as people choose among them: by moment, by day, by consultant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from portal.consultations.finding.free_times import Beginning, site_closures, worked_at
from portal.consultations.finding.queries import Offer
from portal.resources.free_time import difference, epoch_minutes


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which somebody can be had."""

    starts_at: datetime
    """Local, where it takes place."""
    consultant_ids: tuple[int, ...]
    site_ids: tuple[int, ...]


def slots(
    found: Offer, free: Mapping[int, Sequence[Beginning]], consultant_id: int | None = None
) -> list[Slot]:
    """Every moment once, in order; with one consultant or (None) with all."""
    who: dict[int, list[int]] = {}
    where: dict[int, dict[int, None]] = {}
    for id_, beginnings in free.items():
        if consultant_id is None or id_ == consultant_id:
            for beginning in beginnings:
                who.setdefault(beginning.at, []).append(id_)
                where.setdefault(beginning.at, {})[beginning.site_id] = None
    return sorted(
        (
            Slot(found.sites[next(iter(where[at]))].calendar.moment(at), tuple(ids), tuple(where[at]))
            for at, ids in who.items()
        ),
        key=attrgetter("starts_at"),
    )


def is_worked(found: Offer, day: date, consultant_id: int | None = None) -> bool:
    """Whether anybody is there on a day, holidays, closures and time off considered."""
    return any(True for _ in _worked(found, day, consultant_id))


def is_over(found: Offer, day: date, consultant_id: int | None, at: datetime, minutes: int) -> bool:
    """Whether what is left of a day's hours is less than `minutes` everywhere, whoever has claimed what."""
    at_minute = epoch_minutes(at)
    return not any(
        end - max(start, at_minute) >= minutes for start, end in _worked(found, day, consultant_id)
    )


def _worked(found: Offer, day: date, consultant_id: int | None) -> Iterator[tuple[int, int]]:
    for id_, schedule in found.schedules.items():
        if consultant_id is None or id_ == consultant_id:
            for site_id, calendar in found.calendars.items():
                yield from difference(
                    worked_at(schedule, site_id, calendar, day),
                    [*schedule.absences, *site_closures(calendar)],
                )
