"""Who was advised by whom and when, by dice: pure, and the same for the same seed, day, consultant and moment.

Times are whole minutes since 1970. Each consultant's day has dice of its own. No two consultations of one consultant,
person or room overlap, and none lies outside the consultant's hours or beside what is held already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from portal.consultations.finding.free_times import Length, Schedule, site_closures, worked_at
from portal.consultations.finding.queries import Room, TopicRow
from portal.consultations.topics.models import Mode
from portal.demo.consultations.clients import Clients
from portal.demo.consultations.fates import Consultation, fate
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import Stretch, covers, difference, intersection

DAY = 1440
PAST_FILL, TODAY_FILL, COMING_FILL, FAR_FILL, PACKED_FILL = (0.08, 0.3), 0.6, (0.7, 0.5), 0.06, 0.97
"""Share of the hours that is taken: a year ago and lately, today, from tomorrow to the 14th day, after that; and where
somebody wants very many."""
COMING_DAYS = 14
KEENEST_MODE = (4, 3, 2)
"""How often each of a topic's modes is chosen, the usual one first."""
SOONEST = 150
"""Minutes between asking and the beginning, at least."""
BY_FRONT_DESK = 0.07


@dataclass(frozen=True, slots=True)
class Adviser:
    id: int
    person_id: int
    name: str
    schedule: Schedule
    topics: tuple[TopicRow, ...]
    is_account: bool
    """Whoever tries the portal answers and closes for this one."""
    taken: Mapping[date, Sequence[Stretch[int]]]
    """Schedule.taken by local day."""
    counts: Mapping[date, int]
    """Appointments held already in the week of each Monday."""


@dataclass(frozen=True, slots=True)
class House:
    """Where and among whom it happens, over the days it was read for."""

    site_id: int
    calendar: SiteCalendar
    advisers: Sequence[Adviser]
    rooms: Sequence[Room]
    rooms_taken: Mapping[tuple[int, date], Sequence[Stretch[int]]]

    def closed(self, adviser: Adviser) -> list[Stretch[int]]:
        return [*adviser.schedule.absences, *site_closures(self.calendar)]

    def free_rooms(self, day: date) -> dict[int, list[Stretch[int]]]:
        return {
            room.id: difference(
                self.calendar.open_on(day, room.place), self.rooms_taken.get((room.id, day), ())
            )
            for room in self.rooms
        }


@dataclass(slots=True)
class _Today:
    """What is still to be had of one day."""

    day: date
    ahead: int
    """Days after the day of the moment."""
    at: int
    fill: float
    is_packed: bool
    rooms: dict[int, list[Stretch[int]]] = field(default_factory=dict)

    def room_for(self, wanted: Stretch[int]) -> int | None:
        """In days to come one room is always left to whoever tries the portal."""
        free = [room_id for room_id, stretches in self.rooms.items() if covers(stretches, wanted)]
        if len(free) <= (self.ahead > 0):
            return None
        self.rooms[free[0]] = difference(self.rooms[free[0]], [wanted])
        return free[0]


def consultations(
    seed: int,
    house: House,
    clients: Clients,
    clerk_id: int,
    first: date,
    last: date,
    at: int,
    *,
    is_packed: bool = False,
) -> list[Consultation]:
    """From `first` to `last`, seen from the minute `at`, by day and consultant."""
    today = house.calendar.moment(at).date()
    weeks: dict[tuple[int, date], int] = {}
    found: list[Consultation] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        ahead = (day - today).days
        fill = PACKED_FILL if is_packed else _fill(ahead)
        now = _Today(day, ahead, at, fill, is_packed, house.free_rooms(day))
        clients.begin_day(day)
        monday = day - timedelta(days=day.weekday())
        for adviser in house.advisers:
            dice = Random(f"{seed} {day} {adviser.name}")
            week = (adviser.id, monday)
            held = weeks.get(week, adviser.counts.get(monday, 0))
            most = min(adviser.schedule.limits.week - held, adviser.schedule.limits.day)
            of_day = _day_of(dice, house, adviser, now, clients, clerk_id, most)
            weeks[week] = held + len(of_day)
            found.extend(of_day)
    return found


def _day_of(
    dice: Random, house: House, adviser: Adviser, now: _Today, clients: Clients, clerk_id: int, most: int
) -> list[Consultation]:
    if not adviser.topics:
        return []
    work = worked_at(adviser.schedule, house.site_id, house.calendar, now.day)
    if not work:
        return []
    taken = list(adviser.taken.get(now.day, ()))
    most -= len(taken)
    midnight = house.calendar.midnight(now.day)
    found: list[Consultation] = []
    for opens, closes in difference(work, house.closed(adviser)):
        minute = opens
        while minute < closes and len(found) < most:
            topic = _topic(dice, adviser)
            length = topic.length
            minute += (midnight - minute) % length.step
            claimed = (minute - length.before, minute + length.minutes + length.after)
            fits = minute + length.minutes <= closes and not intersection([claimed], taken)
            one = None
            if dice.random() < _beginning(now.fill, length) and fits:
                one = _one(dice, adviser, topic, minute, now, clients, clerk_id)
            if one is None:
                minute += length.step
                continue
            found.append(one)
            taken.append(claimed)
            minute += length.minutes
    return found


def _one(
    dice: Random, adviser: Adviser, topic: TopicRow, starts: int, now: _Today, clients: Clients, clerk_id: int
) -> Consultation | None:
    length = topic.length
    visible = (starts, starts + length.minutes)
    lead = round(min(dice.expovariate(1 / (4 * DAY)), 25 * DAY)) + SOONEST
    created = starts - lead
    if created >= now.at:
        created = now.at - dice.randrange(20, 4 * DAY)
    guest = clients.pick(dice, adviser.id, visible, created, is_packed=now.is_packed)
    if guest is None:
        return None
    mode, room_id = _meeting(dice, topic, visible, now)
    if mode is None:
        return None
    clients.take(guest, adviser.id, visible)
    by_desk = dice.random() < BY_FRONT_DESK
    draft = Consultation(
        consultant_id=adviser.id,
        adviser_id=adviser.person_id,
        adviser=adviser.name,
        person_id=guest.id,
        created_by_id=clerk_id if by_desk else guest.id,
        topic_id=topic.id,
        mode=mode,
        room_id=room_id,
        starts=starts,
        ends=visible[1],
        claimed=(starts - length.before, visible[1] + length.after),
        created=created,
    )
    waits = not (topic.confirms_itself or by_desk)
    return fate(
        dice, draft, topic, now.at, waits=waits, is_account=adviser.is_account, is_today=now.ahead == 0
    )


def _meeting(
    dice: Random, topic: TopicRow, wanted: Stretch[int], now: _Today
) -> tuple[Mode | None, int | None]:
    """How they meet, and in which room; without a free room they call. None: neither is to be had."""
    mode = dice.choices(topic.modes, KEENEST_MODE[: len(topic.modes)])[0]
    other = next((one for one in topic.modes if one != Mode.IN_PERSON), None)
    if mode != Mode.IN_PERSON:
        return mode, None
    room_id = now.room_for(wanted)
    return (Mode.IN_PERSON, room_id) if room_id is not None else (other, None)


def _topic(dice: Random, adviser: Adviser) -> TopicRow:
    """What stands first is asked about most."""
    return dice.choices(adviser.topics, [1 / place for place in range(1, len(adviser.topics) + 1)])[0]


def _beginning(share: float, length: Length) -> float:
    """The chance that one begins at a free moment of the grid, so that in the long run `share` of the time is taken."""
    return 1 / (1 + length.minutes / length.step * (1 - share) / share)


def _fill(ahead: int) -> float:
    if ahead < 0:
        begin, end = PAST_FILL
        return end - (end - begin) * min(-ahead / 365, 1)
    if ahead == 0:
        return TODAY_FILL
    if ahead > COMING_DAYS:
        return FAR_FILL
    begin, end = COMING_FILL
    return begin + (end - begin) * (ahead - 1) / (COMING_DAYS - 1)


def only(house: House, ids: Sequence[int]) -> House:
    """The same house with these consultants alone."""
    return replace(house, advisers=[one for one in house.advisers if one.id in ids])
