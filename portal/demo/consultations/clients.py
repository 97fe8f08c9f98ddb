"""Who comes for advice: some never do, and many come back to whom they know."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from random import Random

from portal.demo.people import Guest
from portal.resources.free_time import Stretch

COMING_BACK = 0.35
ADVISED = 0.88
"""Share of the people who ever ask for a consultation."""
TRIES = 12
APART_DAYS = 6

Held = Mapping[date, Mapping[int, Sequence[Stretch[int]]]]
"""Consultations that people hold already, by local day and person."""


class Clients:
    def __init__(
        self,
        seed: int,
        guests: Sequence[Guest],
        held: Held | None = None,
        former: Mapping[int, Sequence[int]] | None = None,
    ) -> None:
        dice = Random(f"{seed} clients")
        self.guests = [guest for guest in guests if guest.is_confirmed and dice.random() < ADVISED]
        self.weights = list(accumulate(guest.keenness**0.4 for guest in self.guests))
        self.held = held or {}
        by_id = {guest.id: guest for guest in self.guests}
        self.former: dict[int, list[Guest]] = {
            adviser_id: [by_id[id_] for id_ in ids if id_ in by_id]
            for adviser_id, ids in (former or {}).items()
        }
        self.latest: dict[int, date] = {}
        self.begin_day(date.min)

    def begin_day(self, day: date) -> None:
        self.day = day
        self.busy: dict[int, list[Stretch[int]]] = {
            person_id: list(stretches) for person_id, stretches in self.held.get(day, {}).items()
        }

    def pick(
        self, dice: Random, adviser_id: int, wanted: Stretch[int], created: int, *, is_packed: bool
    ) -> Guest | None:
        """Somebody who was registered by then and free; one consultation a week is enough, unless all is packed."""
        if not self.guests:
            return None
        former = self.former.get(adviser_id)
        for guest in dice.choices(self.guests, cum_weights=self.weights, k=TRIES):
            if former and dice.random() < COMING_BACK:
                guest = dice.choice(former)
            busy = self.busy.get(guest.id, ())
            is_free = all(end <= wanted[0] or wanted[1] <= start for start, end in busy)
            if is_packed and is_free:
                return guest
            is_back = (self.day - self.latest.get(guest.id, date.min)).days >= APART_DAYS
            if not busy and is_back and guest.since <= created:
                return guest
        return None

    def take(self, guest: Guest, adviser_id: int, wanted: Stretch[int]) -> None:
        self.latest[guest.id] = self.day
        self.busy.setdefault(guest.id, []).append(wanted)
        former = self.former.setdefault(adviser_id, [])
        if guest not in former:
            former.append(guest)
