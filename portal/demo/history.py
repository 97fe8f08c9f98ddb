"""Who came when, by dice: pure, and the same for the same seed, day and moment.

A visit is a booking with all that became of it. Times are whole minutes since 1970. Days are thrown one by one,
each with dice of its own. Nobody sits in two places at a time, and no two visits of one place overlap.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from portal.demo.people import Guest
from portal.demo.places import Spot
from portal.resources.calendar import Place, SiteCalendar
from portal.resources.models import ResourceKind, State

BUSY_HOURS = {
    8: 0.7,
    9: 1.1,
    10: 1.2,
    11: 1.0,
    12: 0.6,
    13: 0.8,
    14: 1.2,
    15: 1.5,
    16: 1.2,
    17: 0.8,
    18: 0.9,
    19: 0.7,
}
BUSY_DAYS = (0.9, 1.05, 1.15, 1.05, 0.8, 1.0, 1.0)
"""From Monday. On average 1, like the hours."""
LENGTHS = {60: 2, 90: 2, 120: 4, 150: 2, 180: 3, 240: 2}
"""Minutes, and how often."""
USUAL_LENGTH = sum(length * often for length, often in LENGTHS.items()) / sum(LENGTHS.values())
SLOT, LATE, DAY = 30, 15, 1440
"""Minutes."""
QUOTAS = {ResourceKind.DESK: (360, 1200), ResourceKind.ROOM: (240, 600)}
"""Minutes a day and a week, as the rules of `places` say."""
CANCELLED, NO_SHOW, WALK_IN = 0.10, 0.08, 0.06
PAST_FILL, TODAY_FILL, COMING_FILL, FAR_FILL = 0.36, 0.44, (0.38, 0.26), 0.05
"""Share of the open time that is taken: before, today, from tomorrow to the 14th day, and after that."""
COMING_DAYS = 14


class Visit(NamedTuple):
    resource_id: int
    person_id: int
    starts: int
    ends: int
    created: int
    state: State
    is_walk_in: bool = False
    checked_in: int | None = None
    checked_out: int | None = None
    released: int | None = None
    """When the time was given back; it counts for nobody from then on."""


class Stretch(NamedTuple):
    starts: int
    ends: int
    spot: Spot


class Crowd:
    """Picks who comes, the keen more often than others, within the quotas and never in two places."""

    def __init__(self, guests: Sequence[Guest]) -> None:
        self.guests = [guest for guest in guests if guest.is_confirmed]
        self.newcomers = [guest for guest in guests if not guest.is_confirmed]
        self.weights = list(accumulate(guest.keenness for guest in self.guests))
        self.week: tuple[int, int] | None = None
        self.week_minutes: dict[int, int] = {}
        self.begin_day(date.min)

    def begin_day(self, day: date) -> None:
        self.busy_until: dict[int, int] = {}
        self.day_minutes: dict[int, int] = {}
        if day.isocalendar()[:2] != self.week:
            self.week = day.isocalendar()[:2]
            self.week_minutes = {}

    def pick(self, dice: Random, stretch: Stretch, created: int) -> Guest | None:
        """Somebody who was registered at `created`; stretches of a day must come in order of their start."""
        if not self.guests:
            return None
        for guest in dice.choices(self.guests, cum_weights=self.weights, k=12):
            if guest.since <= created and self._has_time(guest.id, stretch):
                return guest
        return None

    def take(self, guest: Guest, stretch: Stretch) -> None:
        length = stretch.ends - stretch.starts
        self.busy_until[guest.id] = stretch.ends
        self.day_minutes[guest.id] = self.day_minutes.get(guest.id, 0) + length
        self.week_minutes[guest.id] = self.week_minutes.get(guest.id, 0) + length

    def _has_time(self, person_id: int, stretch: Stretch) -> bool:
        length = stretch.ends - stretch.starts
        day, week = QUOTAS[stretch.spot.kind]
        return (
            self.busy_until.get(person_id, 0) <= stretch.starts
            and self.day_minutes.get(person_id, 0) + length <= day
            and self.week_minutes.get(person_id, 0) + length <= week
        )


def living_days(
    seed: int, calendar: SiteCalendar, spots: Sequence[Spot], crowd: Crowd, first: date, last: date, at: int
) -> list[Visit]:
    """Everyday life from `first` to `last`, seen from the minute `at`."""
    today = calendar.moment(at).date()
    visits: list[Visit] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        dice = Random(f"{seed} {day}")
        crowd.begin_day(day)
        for stretch in day_stretches(dice, calendar, spots, day, _fill(day, today)):
            visit = _visit(dice, crowd, stretch, at)
            if visit:
                visits.append(visit)
    return visits


def day_stretches(
    dice: Random, calendar: SiteCalendar, spots: Sequence[Spot], day: date, fill: float
) -> list[Stretch]:
    """Disjoint stretches of each spot on the slot grid within its hours, about `fill` of them, by start."""
    lengths, often = list(LENGTHS), list(LENGTHS.values())
    stretches = []
    midnight = calendar.midnight(day)
    for spot in spots:
        for opens, closes in calendar.open_on(day, Place(spot.id, spot.zone_id, spot.floor_id)):
            minute = opens
            while minute + SLOT <= closes:
                busy = BUSY_HOURS.get((minute - midnight) // 60, 1.0) * BUSY_DAYS[day.weekday()]
                if dice.random() < _beginning(min(fill * busy * spot.liking, 0.9)):
                    ends = min(minute + dice.choices(lengths, often)[0], closes)
                    stretches.append(Stretch(minute, ends, spot))
                    minute = ends
                else:
                    minute += SLOT
    return sorted(stretches, key=lambda stretch: (stretch.starts, stretch.spot.name))


def past_visit(dice: Random, stretch: Stretch, person_id: int, created: int, *, is_walk_in: bool) -> Visit:
    """What became of a booking that is over."""
    starts, ends, spot = stretch
    visit = Visit(spot.id, person_id, starts, ends, created, State.COMPLETED, is_walk_in)
    die = dice.random()
    if not is_walk_in and die < CANCELLED and created < starts - 90:
        return visit._replace(state=State.CANCELLED, released=dice.randrange(created + 1, starts - 60))
    if not is_walk_in and CANCELLED < die < CANCELLED + NO_SHOW:
        return visit._replace(state=State.NO_SHOW, released=starts + LATE)
    checked_in = starts if is_walk_in else max(starts + dice.randrange(-10, LATE), created)
    checked_out = ends - dice.randrange(0, (ends - starts) // 3) if dice.random() < 0.4 else None
    return visit._replace(checked_in=checked_in, checked_out=checked_out)


def _visit(dice: Random, crowd: Crowd, stretch: Stretch, at: int) -> Visit | None:
    """Who takes a stretch, and how it stands at the minute `at`; None when nobody can."""
    is_walk_in = stretch.starts <= at and dice.random() < WALK_IN
    lead = dice.randrange(1, 10) if is_walk_in else round(min(dice.expovariate(1 / (2 * DAY)), 14 * DAY)) + 30
    created = stretch.starts - lead
    if created >= at:
        created = at - dice.randrange(20, 4 * DAY)
    if stretch.starts > at and crowd.newcomers and dice.random() < 0.04:
        guest: Guest | None = crowd.newcomers.pop()
    else:
        guest = crowd.pick(dice, stretch, created)
    if guest is None:
        return None
    created = max(created, guest.since + 2)
    crowd.take(guest, stretch)
    if stretch.ends <= at:
        return past_visit(dice, stretch, guest.id, created, is_walk_in=is_walk_in)
    if stretch.starts > at:
        return _coming(dice, stretch, guest, created, at)
    return _present(dice, stretch, guest.id, created, at, is_walk_in=is_walk_in)


def _present(
    dice: Random, stretch: Stretch, person_id: int, created: int, at: int, *, is_walk_in: bool
) -> Visit:
    """Begun and not over: most are here, some have left, some are late, some never came."""
    visit = past_visit(dice, stretch, person_id, created, is_walk_in=is_walk_in)
    is_in_time = at < stretch.starts + LATE
    if visit.state == State.CANCELLED or (visit.state == State.NO_SHOW and not is_in_time):
        return visit
    is_late = is_in_time and not is_walk_in and dice.random() < 0.5
    if is_late or visit.checked_in is None or visit.checked_in > at:
        return visit._replace(state=State.CONFIRMED, checked_in=None, checked_out=None, released=None)
    if visit.checked_out is not None and visit.checked_out <= at:
        return visit
    return visit._replace(state=State.CHECKED_IN, checked_out=None)


def _coming(dice: Random, stretch: Stretch, guest: Guest, created: int, at: int) -> Visit:
    visit = Visit(stretch.spot.id, guest.id, stretch.starts, stretch.ends, created, State.CONFIRMED)
    if stretch.starts - at > DAY and dice.random() < CANCELLED / 2 and created < at - 1:
        return visit._replace(state=State.CANCELLED, released=dice.randrange(created + 1, at))
    if guest.is_confirmed and stretch.starts - at <= 20 and dice.random() < 0.3:  # some are early
        return visit._replace(state=State.CHECKED_IN, checked_in=at - dice.randrange(0, 10))
    return visit


def _beginning(share: float) -> float:
    """The chance that a visit begins in a free slot, so that in the long run `share` of the time is taken."""
    return 1 / (1 + USUAL_LENGTH / SLOT * (1 - share) / share)


def _fill(day: date, today: date) -> float:
    ahead = (day - today).days
    if ahead <= 0:
        return PAST_FILL if ahead else TODAY_FILL
    if ahead > COMING_DAYS:
        return FAR_FILL
    begin, end = COMING_FILL
    return begin + (end - begin) * (ahead - 1) / (COMING_DAYS - 1)
