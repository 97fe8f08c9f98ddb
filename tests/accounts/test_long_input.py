"""Normalising takes time that grows with the square of what is typed: what is too long is refused before."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.logins import (
    UnreadableEmail,
    UnreadableLogin,
    UnreadablePhone,
    read_email,
    read_login,
    read_phone,
)
from portal.accounts.models import Person
from portal.accounts.names import NameTooLong, read_name
from portal.accounts.password_rules import PasswordTooLong, check_password
from portal.accounts.passwords import LONGEST, fits, hash_password
from portal.accounts.recovery.services import mail_reset
from portal.clock import now
from portal.db import unit_of_work
from tests.accounts.conftest import PASSWORD, Queue
from tests.client import Visitor

MARKS = "a" + "\u0300\u0316" * 100_000
PLACES = [
    ("/register", ("name", "login", "password")),
    ("/sign-in", ("login", "password")),
    ("/forgot", ("login",)),
    ("/forgot/code", ("phone", "code", "password")),
    ("/reset", ("password",)),
    ("/account/password", ("current", "password")),
    ("/account/email", ("current", "email")),
    ("/account/phone", ("current", "phone")),
]
GOOD = {
    "name": "Siti Nuraeni",
    "login": "siti@example.id",
    "email": "siti@example.id",
    "phone": "0812 3456 7890",
    "code": "12345678",
    "password": "teh tubruk manis sekali",
    "current": PASSWORD,
    "consent": "y",
}


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all that is normalised."""
    lengths: list[int] = []
    normalize = unicodedata.normalize

    def count(form: Any, text: str) -> str:
        lengths.append(len(text))
        return normalize(form, text[:1000])

    monkeypatch.setattr(unicodedata, "normalize", count)
    return lengths


@pytest.mark.parametrize(("path", "fields"), PLACES)
def test_marks_without_end(
    app: Flask,
    session: Session,
    visitor: Callable[..., Visitor],
    member: Callable[..., Person],
    queue: Queue,
    normalised: list[int],
    path: str,
    fields: tuple[str, ...],
) -> None:
    person = member()
    client = visitor(person if path.startswith("/account") else None)
    if path == "/reset":
        with unit_of_work() as unit:
            mail_reset(unit, person.email or "", at=now())
        path = str(queue("notifications.mail")[0]["facts"]["reset_path"])
    for field in fields:
        for value in (MARKS, MARKS + "@example.id"):
            answer = client.submit(path, GOOD | {field: value}, page=path)
            assert answer.status_code == 422, field
            assert f'id="{field}-e"' in answer.text
    assert max(normalised, default=0) <= 4 * LONGEST


def test_whoever_asks(normalised: list[int]) -> None:
    password_hash = hash_password(PASSWORD)
    assert not fits(MARKS, password_hash)
    for read, error in (
        (read_name, NameTooLong),
        (read_login, UnreadableLogin),
        (read_email, UnreadableEmail),
        (read_phone, UnreadablePhone),
        (check_password, PasswordTooLong),
    ):
        with pytest.raises(error):
            read(MARKS + "@example.id")
    assert max(normalised) <= 4 * LONGEST


def test_a_password_is_as_long_as_it_reads() -> None:
    """128 characters, also where each is typed as a letter and marks upon it."""
    check_password("nguyễn văn "[:11] + unicodedata.normalize("NFD", "ệ ộ ậ ữ kopi tegal " * 5))
