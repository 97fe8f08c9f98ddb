"""Days of long ago, packed with short visits: for measuring what a portal does when it holds very many bookings."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from portal.demo.history import DAY, SLOT, Stretch, Visit, past_visit
from portal.demo.people import Guest
from portal.demo.places import Spot
from portal.resources.calendar import Place, SiteCalendar
from portal.resources.free_time import Stretch as Minutes

LENGTHS = (30, 60, 60, 90, 120)
FILL = 0.92


def full_days(
    seed: int, calendar: SiteCalendar, spots: Sequence[Spot], guests: Sequence[Guest], last: date, first: date
) -> Iterator[Visit]:
    """Backwards from `last` to `first`: one visit after the other, people in turn and never in two places."""
    people = [guest.id for guest in guests if guest.is_confirmed]
    for offset in range((last - first).days + 1):
        day = last - timedelta(days=offset)
        dice = Random(f"{seed} {day} full")
        busy_until = dict.fromkeys(dice.sample(people, len(people)), 0)
        queue, turn = list(busy_until), 0
        for stretch in _packed(dice, calendar, spots, day):
            for _ in queue:
                person_id = queue[turn]
                turn = (turn + 1) % len(queue)
                if busy_until[person_id] <= stretch.starts:
                    break
            else:
                continue  # everybody is there already
            busy_until[person_id] = stretch.ends
            created = stretch.starts - dice.randrange(1, 3 * DAY)
            yield past_visit(dice, stretch, person_id, created, is_walk_in=False)


def _packed(dice: Random, calendar: SiteCalendar, spots: Sequence[Spot], day: date) -> list[Stretch]:
    hours: dict[int | None, list[Minutes[int]]] = {}
    stretches = []
    for spot in spots:
        if spot.zone_id not in hours:  # in the past nothing within a zone had hours or closures of its own
            hours[spot.zone_id] = calendar.open_on(day, Place(spot.id, spot.zone_id, spot.floor_id))
        for opens, closes in hours[spot.zone_id]:
            minute = opens
            while minute + SLOT <= closes:
                ends = min(minute + dice.choice(LENGTHS), closes)
                if dice.random() < FILL:
                    stretches.append(Stretch(minute, ends, spot))
                minute = ends
    return sorted(stretches, key=lambda stretch: (stretch.starts, stretch.spot.id))
