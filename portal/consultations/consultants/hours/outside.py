"""Which appointments lie outside the hours as they are now. Pure: changed hours never touch what was promised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from portal.consultations.finding.free_times import Obstacle, Schedule, site_closures, worked_at
from portal.consultations.topics.models import Mode
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import covers, epoch_minutes, intersection


class Promised(Protocol):
    @property
    def site_id(self) -> int: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


P = TypeVar("P", bound=Promised)


@dataclass(frozen=True, slots=True)
class Outside(Generic[P]):
    appointment: P
    why: Obstacle
    """NOT_WORKING or AWAY."""


def outside(
    schedule: Schedule, calendars: Mapping[int, SiteCalendar], appointments: Iterable[P]
) -> list[Outside[P]]:
    """Those whose time people see is not wholly worked any more, or lies in time off or a closure of the place."""
    found = []
    for appointment in appointments:
        why = _why(schedule, calendars, appointment)
        if why is not None:
            found.append(Outside(appointment, why))
    return found


def _why(schedule: Schedule, calendars: Mapping[int, SiteCalendar], appointment: Promised) -> Obstacle | None:
    """Who meets is expected where it was agreed; who calls may be anywhere."""
    at_sites = [appointment.site_id] if appointment.mode == Mode.IN_PERSON else list(calendars)
    found = [_why_at(schedule, calendars, site_id, appointment) for site_id in at_sites]
    if not found:
        return Obstacle.NOT_WORKING
    return None if None in found else max((why for why in found if why), key=lambda why: why.value)


def _why_at(
    schedule: Schedule, calendars: Mapping[int, SiteCalendar], site_id: int, appointment: Promised
) -> Obstacle | None:
    calendar = calendars.get(site_id)
    if calendar is None:
        return Obstacle.NOT_WORKING
    seen = (epoch_minutes(appointment.starts_at), epoch_minutes(appointment.ends_at))
    day = calendar.moment(seen[0]).date()
    if not covers(worked_at(schedule, site_id, calendar, day), seen):
        return Obstacle.NOT_WORKING
    away = [*schedule.absences, *site_closures(calendar)]
    return Obstacle.AWAY if intersection([seen], away) else None
