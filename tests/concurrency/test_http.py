"""Real simultaneous requests through two gunicorn hosts over one database."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import ApiToken, Person
from portal.accounts.tokens import new_token, token_hash
from portal.clock import now
from portal.config import Settings
from tests.bookings.house import House
from tests.concurrency.hosts import ask, serving
from tests.concurrency.race import overlaps

RIVALS, SLOTS = 40, 4


@pytest.fixture(scope="module")
def hosts(migrated_app: Flask, settings: Settings) -> Iterator[list[int]]:
    with serving(settings) as one, serving(settings) as other:
        yield [one, other]


@pytest.fixture
def house(session: Session) -> Iterator[House]:
    yield House(session, day_minutes=720, week_minutes=3600)
    assert overlaps() == 0


def token_of(session: Session, person: Person) -> str:
    token = new_token()
    session.add(ApiToken(person_id=person.id, token_hash=token_hash(token), created_at=now()))
    session.commit()
    return token


def moment(hour: int, days: int = 1) -> str:
    today = now().astimezone(ZoneInfo("Asia/Jakarta"))
    day = today.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return day.isoformat()


def slot(house: House, start: int, end: int, days: int = 1, desk: Any = None) -> dict[str, Any]:
    return {
        "resource_id": (desk or house.desk).id,
        "starts_at": moment(start, days),
        "ends_at": moment(end, days),
    }


def all_at_once(requests: list[Any]) -> list[tuple[int, Any]]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return [answer.result() for answer in [pool.submit(request) for request in requests]]


def test_one_slot_forty_rivals_on_two_hosts(session: Session, house: House, hosts: list[int]) -> None:
    tokens = [token_of(session, person) for person in house.people(RIVALS)]
    for n in range(SLOTS):
        body = slot(house, 8 + 2 * n, 10 + 2 * n)
        answers = all_at_once(
            [
                partial(ask, hosts[i % 2], "POST", "/api/v1/bookings", token, body)
                for i, token in enumerate(tokens)
            ]
        )
        assert Counter(status for status, _ in answers) == {201: 1, 409: RIVALS - 1}
        for status, answer in answers:
            if status == 409:
                assert answer["type"].endswith("/slot-taken")


def test_overlapping_and_touching_stretches(session: Session, house: House, hosts: list[int]) -> None:
    """Every hour of a day is asked for alone and together with the next: what stands never overlaps."""
    tokens = [token_of(session, person) for person in house.people(20)]
    bodies = [slot(house, hour, hour + length) for hour in range(8, 18) for length in (1, 2)]
    answers = all_at_once(
        [
            partial(ask, hosts[i % 2], "POST", "/api/v1/bookings", token, body)
            for i, (token, body) in enumerate(zip(tokens, bodies, strict=True))
        ]
    )
    assert set(Counter(status for status, _ in answers)) == {201, 409}


def test_moving_and_cancelling_meanwhile(session: Session, house: House, hosts: list[int]) -> None:
    mine, theirs = token_of(session, house.person), token_of(session, house.rival)
    for day in range(1, 5):
        _, made = ask(hosts[0], "POST", "/api/v1/bookings", mine, slot(house, 10, 12, day))
        where = f"/api/v1/bookings/{made['reference']}"
        later = {"starts_at": moment(14, day), "ends_at": moment(15, day)}
        answers = all_at_once(
            [
                partial(ask, hosts[0], "PATCH", where, mine, later),
                partial(ask, hosts[1], "DELETE", where, mine),
                partial(ask, hosts[1], "POST", "/api/v1/bookings", theirs, slot(house, 14, 15, day)),
                partial(ask, hosts[0], "GET", where, mine),
            ]
        )
        assert all(status in {200, 201, 204, 409, 422} for status, _ in answers), answers
        assert ask(hosts[0], "GET", where, mine)[1]["status"] == "cancelled"


def test_one_key_books_once_however_often_it_is_sent(
    session: Session, house: House, hosts: list[int]
) -> None:
    token = token_of(session, house.person)
    send = partial(ask, method="POST", path="/api/v1/bookings", token=token, body=slot(house, 10, 12))
    answers = all_at_once([partial(send, hosts[i % 2], **{"Idempotency-Key": "once"}) for i in range(12)])
    assert {status for status, _ in answers} == {201}
    assert len({answer["reference"] for _, answer in answers}) == 1


def test_a_quota_is_counted_under_rivals(session: Session, house: House, hosts: list[int]) -> None:
    """Twelve hours a day; fourteen requests of an hour on as many desks, all by one person."""
    token = token_of(session, house.person)
    starts = [datetime.fromisoformat(moment(8)).hour + n % 12 for n in range(12)]
    requests = [
        partial(
            ask, hosts[n % 2], "POST", "/api/v1/bookings", token, slot(house, start, start + 1, desk=desk)
        )
        for n, (start, desk) in enumerate(zip(starts, house.desks(12), strict=True))
    ]
    house.rules.day_minutes = 240
    session.merge(house.rules)
    session.commit()
    answers = all_at_once(requests)
    assert Counter(status for status, _ in answers) == {201: 4, 422: 8}
