"""Moving and cancelling; whose bookings one may, `test_bookings` asks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from portal.notifications.models import Message
from portal.resources.models import Claim, Reservation, State
from tests.api.conftest import NOW, Caller, House, at, count, problem

# Moving


@pytest.fixture
def mine(house: House, api: Callable[..., Caller]) -> str:
    """The address of a booking of desk A01 from 10 to 12."""
    return f"/bookings/{api(house.person).book(house.desk, at(10), at(12)).json['reference']}"


def test_what_is_left_out_stays(mine: str, house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    before = caller.get(mine).json
    assert caller("PATCH", mine, {}).json == before
    shorter = before | {"ends_at": at(11)}
    assert caller("PATCH", mine, {"ends_at": at(11)}).json == shorter
    elsewhere = shorter | {"resource_id": house.other.id}
    assert caller("PATCH", mine, {"resource_id": house.other.id}).json == elsewhere
    moved = caller("PATCH", mine, {"starts_at": at(14), "ends_at": at(15)})
    assert moved.status_code == 200
    assert caller.get(mine).json == moved.json
    assert count(house, Claim) == 1


def test_a_move_over_ones_own_time(mine: str, house: House, api: Callable[..., Caller]) -> None:
    moved = api(house.person)("PATCH", mine, {"starts_at": at(11), "ends_at": at(13)})
    assert moved.json["starts_at"] == at(11)


def test_a_move_to_a_taken_time_keeps_the_old_one(
    mine: str, house: House, api: Callable[..., Caller]
) -> None:
    api(house.rival).book(house.other, at(10), at(12))
    before = api(house.person).get(mine).json
    response = api(house.person)("PATCH", mine, {"resource_id": house.other.id})
    refused = problem(response, 409, "slot-taken")
    assert "A02" in refused["detail"]
    assert refused["alternatives"]
    assert api(house.person).get(mine).json == before


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rule-order", {"starts_at": at(12)}),
        ("rule-past", {"starts_at": at(8)}),
        ("rule-hours", {"starts_at": at(20), "ends_at": at(21)}),
        ("rule-resource", {"resource_id": 2**31 - 1}),
    ],
)
def test_a_move_against_a_rule(
    name: str, change: dict[str, Any], mine: str, house: House, api: Callable[..., Caller]
) -> None:
    before = api(house.person).get(mine).json
    problem(api(house.person)("PATCH", mine, change), 422, name)
    assert api(house.person).get(mine).json == before


def test_a_move_to_another_site_or_kind(mine: str, house: House, api: Callable[..., Caller]) -> None:
    for resource in (house.elsewhere, house.room):
        problem(api(house.person)("PATCH", mine, {"resource_id": resource.id}), 422, "rule-resource")


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"reference": "TRS222222"}, {"person_id": 1}])
def test_what_cannot_be_changed(
    change: dict[str, Any], mine: str, house: House, api: Callable[..., Caller]
) -> None:
    response = api(house.person)("PATCH", mine, change)
    assert list(problem(response, 422, "validation")["errors"]) == list(change)


# Cancelling


def test_cancelling_twice_is_harmless(mine: str, house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    for _ in range(2):
        response = caller("DELETE", mine)
        assert (response.status_code, response.data) == (204, b"")
    assert caller.get(mine).json["status"] == "cancelled"
    assert count(house, Message) == 2
    assert api(house.rival).book(house.desk, at(10), at(12)).status_code == 201


def test_a_cancelled_booking_cannot_be_moved(mine: str, house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    caller("DELETE", mine)
    problem(caller("PATCH", mine, {"ends_at": at(11)}), 409, "state")


def test_too_late(mine: str, house: House, api: Callable[..., Caller], clock: time_machine.Traveller) -> None:
    clock.move_to(NOW + timedelta(minutes=30))
    caller = api(house.person)
    assert "09.00" in problem(caller("DELETE", mine), 422, "rule-too-late")["detail"]
    problem(caller("PATCH", mine, {"ends_at": at(11)}), 422, "rule-too-late")
    assert api(house.frontdesk)("DELETE", mine).status_code == 204


def test_over(mine: str, house: House, api: Callable[..., Caller], clock: time_machine.Traveller) -> None:
    clock.move_to(NOW + timedelta(hours=5))
    problem(api(house.person)("DELETE", mine), 409, "state")


@pytest.mark.parametrize("state", list(State))
def test_every_status(state: State, mine: str, house: House, api: Callable[..., Caller]) -> None:
    house.session.execute(update(Reservation).values(state=state))
    house.session.commit()
    assert api(house.person).get(mine).json["status"] == state.value
