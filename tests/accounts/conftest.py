"""People with passwords, how much hashing a request costs, and what was put into the queue."""

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.models import Person
from portal.accounts.services import set_password
from portal.db import db, reading
from portal.notifications.sealing import SEALED, unseal
from tests.factories import LONG_AGO, PersonFactory

PASSWORD = "kopi pagi di slawi"


REAL_HASHER = passwords._hasher


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with little work, also for the hash that is nobody's."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", hasher.hash("nobody's"))


@pytest.fixture
def member(session: Session, quick_hashing: None) -> Callable[..., Person]:
    """`member(...)`: somebody committed, with PASSWORD."""
    password_hash = passwords.hash_password(PASSWORD)

    def make(password_hash: str = password_hash, **traits: Any) -> Person:
        person: Person = PersonFactory(**traits)
        set_password(session, person.id, password_hash, at=LONG_AGO)
        session.commit()
        return person

    return make


class CountingHasher:
    """argon2 as it is, and how often it was asked."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher = hasher
        self.hashed = self.verified = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return self.hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified += 1
        return self.hasher.verify(password_hash, password)

    def check_needs_rehash(self, password_hash: str) -> bool:
        return self.hasher.check_needs_rehash(password_hash)


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch, quick_hashing: None) -> CountingHasher:
    counting = CountingHasher(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)
    return counting


def _opened(arguments: dict[str, Any]) -> dict[str, Any]:
    facts = arguments.get("facts", {})
    return arguments | {"facts": unseal(facts[SEALED])} if SEALED in facts else arguments


Queue = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def queue(app: Flask) -> Queue:
    """`queue("accounts.mail_reset")`: the arguments of such jobs that wait, the first first."""

    def waiting(task: str) -> list[dict[str, Any]]:
        with reading() as connection:
            rows = connection.execute(
                text("SELECT args FROM procrastinate_jobs WHERE task_name = :task ORDER BY id"),
                {"task": task},
            )
            return [_opened(row.args) for row in rows]

    return waiting


@pytest.fixture
def count(app: Flask) -> Callable[[str], int]:
    """`count("person WHERE …")`: how many rows there are."""

    def rows(what: str) -> int:
        with db.engine.connect() as connection:
            return int(connection.scalar(text(f"SELECT count(*) FROM {what}")))

    return rows
