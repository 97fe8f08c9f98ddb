"""Until when a consultation may be moved or cancelled, and by whom."""

from datetime import datetime, timedelta

import pytest

from portal.consultations.appointments.deadline import refusal_to_change
from portal.consultations.refusals import NotOpen
from portal.errors import PortalError
from portal.resources.models import COMING, State
from portal.resources.refusals import TooLateToChange
from tests.bookings.house import at

UNTIL, STARTS = at(9), at(10)
"""Of a consultation at 10 that can be changed until an hour before."""
MOMENT = timedelta(microseconds=1)


def why_not(state: State, now: datetime, *, by_staff: bool = False) -> type[PortalError] | None:
    found = refusal_to_change(state, STARTS, UNTIL, at=now, by_staff=by_staff)
    return type(found) if found else None


def test_people_until_the_deadline_of_what_was_agreed_staff_until_it_begins() -> None:
    assert why_not(State.CONFIRMED, UNTIL) is None
    assert why_not(State.CONFIRMED, UNTIL + MOMENT) is TooLateToChange
    assert why_not(State.CONFIRMED, STARTS - MOMENT, by_staff=True) is None
    assert why_not(State.CONFIRMED, STARTS, by_staff=True) is NotOpen


def test_what_nobody_agreed_to_until_it_begins() -> None:
    assert why_not(State.REQUESTED, STARTS - MOMENT) is None
    assert why_not(State.REQUESTED, STARTS) is NotOpen


@pytest.mark.parametrize("state", sorted(set(State) - COMING))
def test_nobody_once_something_has_become_of_it(state: State) -> None:
    assert why_not(state, UNTIL) is NotOpen
    assert why_not(state, UNTIL, by_staff=True) is NotOpen


def test_the_refusal_names_the_local_deadline() -> None:
    found = refusal_to_change(State.CONFIRMED, STARTS, UNTIL, at=STARTS - MOMENT, by_staff=False)
    assert found
    assert found.facts == {"day": UNTIL.date(), "until": UNTIL}
