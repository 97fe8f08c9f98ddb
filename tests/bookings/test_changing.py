"""Until when a booking may be moved or cancelled, and by whom."""

from datetime import datetime, timedelta

import pytest

from portal.bookings.changing import refusal_to_change
from portal.bookings.refusals import AlreadyOver
from portal.errors import PortalError
from portal.resources.models import COMING, State
from portal.resources.refusals import TooLateToChange
from tests.bookings.house import at

UNTIL, ENDS = at(9), at(12)
"""Of a booking from 10 to 12 that can be changed until an hour before."""
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize("state", [State.REQUESTED, State.CONFIRMED])
def test_people_until_the_deadline_staff_until_the_end(state: State) -> None:
    assert why_not(state, UNTIL) is None
    assert why_not(state, UNTIL + MOMENT) is TooLateToChange
    assert why_not(state, ENDS - MOMENT, by_staff=True) is None
    assert why_not(state, ENDS, by_staff=True) is AlreadyOver


@pytest.mark.parametrize("state", sorted(set(State) - COMING))
def test_nobody_once_something_has_become_of_it(state: State) -> None:
    assert why_not(state, UNTIL) is AlreadyOver
    assert why_not(state, UNTIL, by_staff=True) is AlreadyOver


def test_the_refusal_names_the_local_deadline() -> None:
    found = refusal_to_change(State.CONFIRMED, ENDS, UNTIL, at=ENDS - MOMENT, by_staff=False)
    assert found
    assert found.facts == {"day": UNTIL.date(), "until": UNTIL}


def why_not(state: State, now: datetime, *, by_staff: bool = False) -> type[PortalError] | None:
    found = refusal_to_change(state, ENDS, UNTIL, at=now, by_staff=by_staff)
    return type(found) if found else None
