"""/account/devices and /sign-out: a copied cookie is worthless once its device is signed out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from portal.accounts.models import Person, UserSession
from portal.accounts.sessions.devices import device_name
from portal.accounts.sweeping import sweep
from portal.db import db, unit_of_work
from portal.permissions import Role
from tests.client import Visitor

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
Count = Callable[[str], int]
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def copy_of(app: Flask, client: Visitor) -> Visitor:
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief = Visitor.of(app)
    thief.set_cookie("session", cookie.value)
    return thief


def session_ids(session: Session, person: Person) -> list[int]:
    rows = session.scalars(
        text("SELECT id FROM user_session WHERE person_id = :id ORDER BY id"), {"id": person.id}
    )
    return list(rows)


def test_a_copied_cookie_is_worthless_after_signing_out(visitor: Visit, member: Member, app: Flask) -> None:
    client = visitor(member())
    thief = copy_of(app, client)
    assert thief.get("/account").status_code == 200
    answer = client.submit("/sign-out", page="/account")
    assert (answer.status_code, answer.location) == (303, "/")
    assert thief.get("/account").status_code == 302
    assert client.get("/account").status_code == 302


def test_signing_out_is_a_post(visitor: Visit, member: Member) -> None:
    client = visitor(member())
    assert client.get("/sign-out").status_code in {404, 405}
    assert client.post("/sign-out").status_code == 422, "without its token it is somebody else's doing"
    assert client.get("/account").status_code == 200


def test_signing_out_twice_or_without_being_in(visitor: Visit, member: Member) -> None:
    assert visitor().submit("/sign-out", page="/sign-in").status_code == 303


def test_each_device_can_be_signed_out(visitor: Visit, member: Member, session: Session) -> None:
    person = member()
    here, there = visitor(person), visitor(person)
    first, second = session_ids(session, person)
    page = here.get("/account/devices")
    assert "2 perangkat" in page.text
    assert page.text.count(f"/account/devices/{first}/sign-out") == 0, "this one has its own button elsewhere"
    here.submit(f"/account/devices/{second}/sign-out", page="/account/devices")
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_everywhere_else(visitor: Visit, member: Member, count: Count) -> None:
    person, other = member(), member()
    here, *there = (visitor(person) for _ in range(4))
    stranger = visitor(other)
    here.submit("/account/devices/sign-out-others", page="/account/devices")
    assert [client.get("/account").status_code for client in there] == [302] * 3
    assert here.get("/account").status_code == 200
    assert stranger.get("/account").status_code == 200


@pytest.mark.parametrize("role", [Role.ENTREPRENEUR, Role.FRONTDESK, Role.ADMIN])
def test_nobody_signs_out_somebody_else(visitor: Visit, member: Member, session: Session, role: Role) -> None:
    person, other = member(), member(roles=[role])
    client = visitor(person)
    (session_id,) = session_ids(session, person)
    visitor(other).submit(f"/account/devices/{session_id}/sign-out", page="/account/devices")
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("session_id", ["0", "-1", str(10**30), "true", "x", "999999"])
def test_devices_that_are_none(visitor: Visit, member: Member, session_id: str) -> None:
    answer = visitor(member()).submit(f"/account/devices/{session_id}/sign-out", page="/account/devices")
    assert answer.status_code in {303, 404}


def test_a_revoked_role_ends_at_once(visitor: Visit, member: Member, session: Session) -> None:
    person = member(roles=[Role.FRONTDESK])
    client = visitor(person)
    assert client.get("/account").status_code == 200
    session.execute(text("DELETE FROM role_grant"))
    session.commit()
    assert client.get("/account").status_code == 403


def test_last_seen_is_written_at_most_every_quarter_of_an_hour(
    visitor: Visit, member: Member, session: Session
) -> None:
    with time_machine.travel(NOW, tick=False):
        person = member()
        client = visitor(person)
    for minutes, seen in ((14, 0), (15, 15), (29, 15), (31, 31)):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get("/account/devices")
        session.rollback()
        kept = session.scalar(text("SELECT last_seen_at FROM user_session"))
        assert kept == NOW + timedelta(minutes=seen)


def test_the_person_costs_one_statement(visitor: Visit, member: Member) -> None:
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    for roles in ([Role.ENTREPRENEUR], list(Role)):
        client = visitor(member(roles=roles))
        client.get("/accessibility")
        statements.clear()
        event.listen(db.engine, "before_cursor_execute", note)
        client.get("/accessibility")
        event.remove(db.engine, "before_cursor_execute", note)
        assert len(statements) == 1, statements


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\0" * 43, "😀" * 43, 5, None, ["x"]])
def test_forged_tokens(visitor: Visit, token: object) -> None:
    client = visitor()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert client.get("/account").status_code == 302


def test_what_has_run_out_is_swept_away(member: Member, session: Session, count: Count) -> None:
    person = member()
    for days in (-1, 1):
        session.add(
            UserSession(
                person_id=person.id,
                token_hash=str(days).encode(),
                device="",
                created_at=NOW,
                last_seen_at=NOW,
                expires_at=NOW + timedelta(days=days),
            )
        )
    session.commit()
    with unit_of_work() as unit:
        sweep(unit, at=NOW)
    assert count("user_session") == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13; RMX3085) AppleWebKit/537.36 Chrome/125.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 12) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36",
            "Samsung Internet · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
            "Firefox · Windows",
        ),
        ("curl/8.5", ""),
        ("", ""),
        ("<script>" * 1000, ""),
    ],
)
def test_what_a_device_is_called(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
