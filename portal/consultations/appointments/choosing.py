"""Which consultant, at which site, in which room: decided under the locks of all who may be chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.consultations import refusals
from portal.consultations.finding.free_times import (
    Length,
    Limits,
    Obstacle,
    Schedule,
    appointments_around,
    why_not,
    worked_at,
)
from portal.consultations.finding.queries import ConsultantRow, Offer, Room, SiteFacts, TopicRow, offer
from portal.consultations.topics.models import Mode
from portal.db import Reader
from portal.errors import PortalError
from portal.resources.claims import Part, lock_resources
from portal.resources.free_time import Stretch, covers, epoch_minutes
from portal.resources.refusals import NotOnGrid, TooFar, TooSoon
from portal.resources.rules import earliest_start

STAFF_LIMITS = Limits(day=10_000, week=10_000, notice_minutes=0, horizon_days=365)
STAFF_STEP = 5
"""Minutes. Staff book whoever stands before them, on no grid to speak of."""


@dataclass(frozen=True, slots=True)
class Wish:
    topic: TopicRow
    consultant_id: int | None
    starts_at: datetime
    mode: Mode
    by_staff: bool
    room_id: int | None = None
    """The room it has now, kept where it is free."""

    @property
    def length(self) -> Length:
        return replace(self.topic.length, step=STAFF_STEP) if self.by_staff else self.topic.length


@dataclass(frozen=True, slots=True)
class Chosen:
    consultant: ConsultantRow
    site: SiteFacts
    room: Room | None
    starts_at: datetime
    ends_at: datetime
    parts: tuple[Part, ...]
    """What is claimed: the consultant's time with its buffers, the room's without."""


_CANDIDATES = text(
    """
    WITH candidate AS (
        SELECT c.id FROM consultant c JOIN consultant_topic ct ON ct.consultant_id = c.id
        WHERE ct.topic_id = :topic_id AND (CAST(:consultant_id AS integer) IS NULL OR c.id = :consultant_id)
    )
    SELECT id FROM candidate
    UNION
    SELECT room.id FROM resource room
    WHERE :needs_room AND room.serves_consultations AND room.site_id IN (
        SELECT coalesce(h.at_site_id, r.site_id) FROM candidate JOIN resource r ON r.id = candidate.id
        LEFT JOIN opening_hours h ON h.resource_id = r.id)
    """
)


def lock_candidates(session: Session, wish: Wish, also: Iterable[int]) -> None:
    """Every consultant and room that may be chosen, and what is held already, in the one order.

    Rivals for "anyone" wait for each other here, so that each sees whom the one before has taken.
    """
    found = session.scalars(
        _CANDIDATES,
        {
            "topic_id": wish.topic.id,
            "consultant_id": wish.consultant_id,
            "needs_room": wish.mode == Mode.IN_PERSON,
        },
    )
    lock_resources(session, [*found, *also])


def choose(reader: Reader, wish: Wish, *, at: datetime, besides: int = 0) -> Chosen:
    """The consultant who is free with the fewest appointments that week, then that day; among equals the first.

    Raises: NoSuchConsultant, the reason why a wished one cannot, or the nearest miss among all.
    """
    if wish.starts_at.second or wish.starts_at.microsecond:
        raise NotOnGrid(slot_minutes=wish.length.step)
    around = wish.starts_at.astimezone(UTC).date()
    first, last = around - timedelta(days=1), around + timedelta(days=1)
    found = offer(reader, wish.topic.id, first, last, consultant_id=wish.consultant_id, besides=besides)
    if not found.consultants:
        raise refusals.NoSuchConsultant()
    rooms = found.room_beginnings(wish.length) if wish.mode == Mode.IN_PERSON else None
    start = epoch_minutes(wish.starts_at)
    schedules = {
        id_: replace(schedule, limits=STAFF_LIMITS) if wish.by_staff else schedule
        for id_, schedule in found.schedules.items()
    }
    obstacles = {
        id_: why_not(schedule, found.calendars, start, wish.length, now=at, rooms=rooms)
        for id_, schedule in schedules.items()
    }
    free = [id_ for id_, obstacle in obstacles.items() if obstacle is None]
    if not free:
        raise _refusal(found, schedules, obstacles, wish, at)
    chosen = min(free, key=lambda id_: (*_busy(found, schedules[id_], start), id_))
    return _arrange(found, schedules[chosen], found.consultants[chosen], start, rooms, wish)


def _busy(found: Offer, schedule: Schedule, start: int) -> tuple[int, int]:
    """Appointments that week and that day."""
    calendars = found.calendars
    calendar = next(calendars[row.site_id] for row in schedule.weekly if row.site_id in calendars)
    day, week = appointments_around(schedule, calendar, calendar.moment(start).date())
    return week, day


def _arrange(
    found: Offer,
    schedule: Schedule,
    consultant: ConsultantRow,
    start: int,
    rooms: Mapping[int, Sequence[Stretch[int]]] | None,
    wish: Wish,
) -> Chosen:
    site = next(site for site in found.sites.values() if _is_at(schedule, site, start, wish.length, rooms))
    room = None
    if rooms is not None:
        free = found.free_rooms(site.id, start, wish.length)
        room = next((one for one in free if one.id == wish.room_id), free[0])
    length = wish.length
    ends_at = wish.starts_at + timedelta(minutes=length.minutes)
    own = Part(
        consultant.id,
        wish.starts_at - timedelta(minutes=length.before),
        ends_at + timedelta(minutes=length.after),
    )
    parts = (own, Part(room.id, wish.starts_at, ends_at)) if room else (own,)
    return Chosen(consultant, site, room, wish.starts_at, ends_at, parts)


def _is_at(
    schedule: Schedule,
    site: SiteFacts,
    start: int,
    length: Length,
    rooms: Mapping[int, Sequence[Stretch[int]]] | None,
) -> bool:
    day = site.calendar.moment(start).date()
    works = covers(worked_at(schedule, site.id, site.calendar, day), (start, start + length.minutes))
    return works and (rooms is None or any(first <= start < end for first, end in rooms.get(site.id, ())))


def _refusal(
    found: Offer,
    schedules: Mapping[int, Schedule],
    obstacles: Mapping[int, Obstacle | None],
    wish: Wish,
    at: datetime,
) -> PortalError:
    """Of several the nearest miss: who is taken then tells more than who does not work."""
    id_, obstacle = max(((id_, one) for id_, one in obstacles.items() if one), key=lambda pair: pair[1].value)
    name, limits = found.consultants[id_].name, schedules[id_].limits
    is_one = wish.consultant_id is not None
    if obstacle is Obstacle.TOO_FAR:
        return TooFar(days=limits.horizon_days, last=at.date() + timedelta(days=limits.horizon_days))
    if obstacle is Obstacle.TOO_SOON:
        return TooSoon(
            minutes=max(limits.notice_minutes, earliest_start(limits.notice_minutes, at) - epoch_minutes(at))
        )
    if obstacle is Obstacle.OFF_GRID:
        return NotOnGrid(slot_minutes=wish.length.step)
    if obstacle is Obstacle.NO_ROOM:
        return refusals.NoRoomFree(name=name)
    if obstacle is Obstacle.TAKEN:
        return refusals.ConsultantTaken(name=name) if is_one else refusals.NobodyFree(name=name)
    if obstacle is Obstacle.FULL:
        return refusals.ConsultantFull(name=name)
    if obstacle is Obstacle.AWAY:
        return refusals.Away(name=name)
    return refusals.NotWorking(name=name) if is_one else refusals.NobodyWorking()
