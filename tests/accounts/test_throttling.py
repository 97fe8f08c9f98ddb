"""Counting tries: growing waits, forgiveness, many at once."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from portal.accounts.throttling import Charge, Policy, TooManyTries, charge, network_of, refund
from portal.db import reading, unit_of_work

NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
POLICY = Policy("test", free=3, first_wait=2, longest_wait=10, forgiven_after=60)
OTHER = Policy("other", free=1, first_wait=100, longest_wait=100, forgiven_after=60)


def attempt(*charges: Charge, at: datetime = NOW) -> int:
    """Seconds to wait; 0 when it was heard."""
    try:
        with unit_of_work() as session:
            charge(session, charges, at=at)
    except TooManyTries as error:
        return error.seconds
    return 0


def test_waits_grow_up_to_the_longest(app: Flask) -> None:
    one = Charge(POLICY, "siti")
    at, waits = NOW, []
    for _ in range(3):
        assert attempt(one, at=at) == 0
    for _ in range(5):
        assert attempt(one, at=at) == 0
        waits.append(attempt(one, at=at))
        at += timedelta(seconds=waits[-1])
    assert waits == [2, 4, 8, 10, 10]


def test_a_refused_try_makes_the_wait_no_longer(app: Flask) -> None:
    one = Charge(POLICY, "siti")
    for _ in range(4):
        attempt(one)
    assert [attempt(one) for _ in range(20)] == [2] * 20


def test_time_forgives(app: Flask) -> None:
    one = Charge(POLICY, "siti")
    for _ in range(4):
        attempt(one)
    later = NOW + timedelta(seconds=3 * 60)
    assert [attempt(one, at=later) for _ in range(2)] == [0, 0]


def test_time_goes_on_between_tries(app: Flask) -> None:
    """One try in 50 s, where 60 s forgive one: of seven tries five are forgiven."""
    one = Charge(POLICY, "siti")
    for number in range(7):
        assert attempt(one, at=NOW + timedelta(seconds=50 * number)) == 0
    with reading() as connection:
        assert connection.scalar(text("SELECT failures FROM throttle")) == 2


def test_keys_do_not_touch_each_other(app: Flask) -> None:
    for _ in range(5):
        attempt(Charge(POLICY, "siti"))
    assert attempt(Charge(POLICY, "bagus")) == 0


def test_one_that_waits_charges_none(app: Flask) -> None:
    attempt(Charge(OTHER, "network"))
    attempt(Charge(OTHER, "network"))
    assert attempt(Charge(POLICY, "siti"), Charge(OTHER, "network")) == 100
    with reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM throttle WHERE scope = 'test'")) == 0


def test_a_success_is_given_back(app: Flask) -> None:
    one = Charge(POLICY, "siti")
    for _ in range(20):
        assert attempt(one) == 0
        with unit_of_work() as session:
            refund(session, [one])


def test_a_hundred_at_once_count_as_a_hundred(app: Flask) -> None:
    def try_once(_: int) -> int:
        with app.app_context():
            return attempt(Charge(POLICY, "siti"))

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(try_once, range(100)))
    assert waits.count(0) == POLICY.free + 1


def test_a_clock_that_is_a_little_behind_is_not_held_back(app: Flask) -> None:
    one = Charge(POLICY, "siti")
    assert attempt(one) == 0
    assert attempt(one, at=NOW - timedelta(milliseconds=3)) == 0
    with unit_of_work() as session:
        refund(session, [one])
    assert attempt(one, at=NOW - timedelta(milliseconds=3)) == 0


def test_nobodys_address_stands_in_the_table(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what all numbers there are, hashed one after the other, would lead back to."""
    attempt(Charge(POLICY, "+6281234567890"))
    with reading() as connection:
        kept = connection.scalar(text("SELECT key_hash FROM throttle"))
    assert len(kept) == 32
    assert kept != hashlib.sha256(b"+6281234567890").digest()
    before = Charge(POLICY, "siti").key_hash
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], secret_key="y" * 40))
    assert Charge(POLICY, "siti").key_hash != before


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_who_counts_as_one_caller(address: str | None, network: str) -> None:
    assert network_of(address) == network
