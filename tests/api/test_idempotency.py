"""A POST sent twice is done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import func, select, text

from portal import jobs
from portal.api.jobs import forget_keys
from portal.api.models import IdempotencyKey
from portal.resources.models import Claim, Reservation
from tests.api.conftest import NOW, Caller, House, at, problem


def bookings(house: House) -> int:
    house.session.rollback()
    return house.session.scalar(select(func.count()).select_from(Reservation)) or 0


def keys(house: House) -> list[str]:
    house.session.rollback()
    return list(house.session.scalars(select(IdempotencyKey.key)))


def test_the_same_request_twice(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    first, second = (caller.book(house.desk, at(10), at(11), key="a key") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.data == first.data
    assert second.headers["Location"] == first.headers["Location"]
    assert second.content_type == first.content_type
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert bookings(house) == 1


def test_written_differently_it_is_the_same_request(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    first = caller.book(house.desk, at(10), at(11), key="k")
    body = f'{{ "ends_at":"{at(11)}", "starts_at":"{at(10)}", "resource_id":{house.desk.id} }}'
    again = caller(
        "POST", "/bookings", data=body, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert again.data == first.data


def test_without_a_key_it_is_another_request(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    caller.book(house.desk, at(10), at(11))
    problem(caller.book(house.desk, at(10), at(11)), 409, "slot-taken")


@pytest.mark.parametrize("end", [at(12), at(11, 30), at(10, 10)])
def test_the_same_key_with_another_body(end: str, house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    caller.book(house.desk, at(10), at(11), key="k")
    problem(caller.book(house.desk, at(10), end, key="k"), 422, "idempotency-key-reused")
    problem(caller.book(house.other, at(14), at(15), key="k"), 422, "idempotency-key-reused")
    assert bookings(house) == 1


def test_a_key_is_a_persons_own(house: House, api: Callable[..., Caller]) -> None:
    mine = api(house.person).book(house.desk, at(10), at(11), key="k").json
    theirs = api(house.rival).book(house.other, at(10), at(11), key="k")
    assert theirs.status_code == 201
    assert theirs.json["reference"] != mine["reference"]
    problem(api(house.rival).book(house.desk, at(10), at(11), key="new"), 409, "slot-taken")


def test_a_key_holds_across_tokens_of_one_person(house: House, api: Callable[..., Caller]) -> None:
    first = api(house.person).book(house.desk, at(10), at(11), key="k")
    assert api(house.person).book(house.desk, at(10), at(11), key="k").data == first.data


def test_a_failure_is_not_kept(house: House, api: Callable[..., Caller]) -> None:
    theirs = api(house.rival).book(house.desk, at(10), at(11)).json
    caller = api(house.person)
    problem(caller.book(house.desk, at(10), at(11), key="k"), 409, "slot-taken")
    problem(caller.book(house.desk, at(10), at(9, 30), key="k2"), 422, "rule-order")
    assert keys(house) == []
    api(house.rival)("DELETE", f"/bookings/{theirs['reference']}")
    assert caller.book(house.desk, at(10), at(11), key="k").status_code == 201


def test_repeated_after_it_was_cancelled_it_is_not_done_again(
    house: House, api: Callable[..., Caller]
) -> None:
    caller = api(house.person)
    first = caller.book(house.desk, at(10), at(11), key="k")
    caller("DELETE", first.headers["Location"])
    assert caller.book(house.desk, at(10), at(11), key="k").data == first.data
    assert bookings(house) == 1


def test_repeated_when_its_time_is_over(
    house: House, api: Callable[..., Caller], clock: time_machine.Traveller
) -> None:
    caller = api(house.person)
    first = caller.book(house.desk, at(10), at(11), key="k")
    clock.move_to(NOW + timedelta(hours=5))
    assert caller.book(house.desk, at(10), at(11), key="k").data == first.data


def test_a_key_is_kept_for_a_day(
    house: House, api: Callable[..., Caller], clock: time_machine.Traveller
) -> None:
    caller = api(house.person)
    first = caller.book(house.desk, at(10, days=2), at(11, days=2), key="k")
    clock.move_to(NOW + timedelta(hours=23, minutes=59))
    assert caller.book(house.desk, at(10, days=2), at(11, days=2), key="k").data == first.data
    clock.move_to(NOW + timedelta(hours=24))
    problem(caller.book(house.desk, at(10, days=2), at(11, days=2), key="k"), 409, "slot-taken")
    assert caller.book(house.desk, at(12, days=2), at(13, days=2), key="k").status_code == 201
    assert keys(house) == ["k"]


def test_old_keys_are_forgotten(
    house: House, api: Callable[..., Caller], clock: time_machine.Traveller
) -> None:
    caller = api(house.person)
    caller.book(house.desk, at(10, days=2), at(11, days=2), key="old")
    clock.move_to(NOW + timedelta(hours=12))
    caller.book(house.desk, at(12, days=2), at(13, days=2), key="new")
    clock.move_to(NOW + timedelta(hours=24))
    forget_keys()
    assert keys(house) == ["new"]
    assert forget_keys.__module__ in jobs.MODULES


def test_keys(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.frontdesk)
    for day, key in enumerate(["x", "~!", "a b", "k" * 200, '"quoted"', "0"], start=1):
        with subtests.test(key=key[:20]):
            assert caller.book(house.desk, at(10, days=day), at(11, days=day), key=key).status_code == 201


def test_keys_that_are_none(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    body = {"resource_id": house.desk.id, "starts_at": at(10), "ends_at": at(11)}
    for key in ("", "k" * 201, "é", "a\tb", "\x7f", "kü"):
        with subtests.test(key=ascii(key)[:20]):
            response = caller("POST", "/bookings", body, headers={"Idempotency-Key": key})
            assert list(problem(response, 422, "validation")["errors"]) == ["Idempotency-Key"]
    assert bookings(house) == 0


@pytest.mark.parametrize("who", ["person", "frontdesk"])
def test_ten_at_once_with_one_key_book_once(who: str, house: House, api: Callable[..., Caller]) -> None:
    callers = [api(getattr(house, who)) for _ in range(10)]
    for hour in (10, 11, 12):
        barrier = Barrier(len(callers))

        def send(caller: Caller, hour: int = hour, barrier: Barrier = barrier) -> tuple[int, bytes, bool]:
            barrier.wait()
            response = caller.book(house.desk, at(hour), at(hour + 1), key=f"k{hour}")
            return response.status_code, response.data, "Idempotency-Replayed" in response.headers

        with ThreadPoolExecutor(len(callers)) as pool:
            answers = list(pool.map(send, callers))
        assert {status for status, _, _ in answers} == {201}
        assert len({body for _, body, _ in answers}) == 1
        assert sum(not is_replayed for _, _, is_replayed in answers) == 1
    assert bookings(house) == 3


OVERLAPS = text(
    """
    SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.id < b.id
        AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at AND a.released_at IS NULL AND b.released_at IS NULL
    """
)


def test_ten_at_once_with_ten_bodies_do_one(house: House, api: Callable[..., Caller]) -> None:
    """The key alone keeps them apart: none of these times is in another's way, and staff have no quota."""
    callers = [api(house.frontdesk) for _ in range(10)]
    barrier = Barrier(len(callers))

    def send(number: int) -> int:
        barrier.wait()
        start, end = at(10, days=number), at(11, days=number)
        return callers[number].book(house.desk, start, end, key="k").status_code

    with ThreadPoolExecutor(len(callers)) as pool:
        answers = sorted(pool.map(send, range(10)))
    assert answers == [201] + [422] * 9
    assert bookings(house) == 1
    assert house.session.scalar(OVERLAPS) == 0
    assert house.session.scalar(select(func.count()).select_from(Claim)) == 1
