"""/forgot and /reset/<token>"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.logins import Login
from portal.accounts.models import ApiToken, Credential, Person
from portal.accounts.passwords import fits
from portal.accounts.recovery.services import front_desk_code, mail_reset, try_code
from portal.accounts.services import add_api_token
from portal.accounts.sessions.services import SignIn, begin_sign_in
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import Role
from tests.accounts.conftest import PASSWORD, CountingHasher, Queue
from tests.client import Visitor
from tests.factories import LONG_AGO, PersonFactory

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
Count = Callable[[str], int]
NEW = "teh tubruk manis sekali"
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def ask(visitor: Visitor, login: str | None) -> TestResponse:
    return visitor.submit("/forgot", {"login": login}, page="/forgot")


def reset_link(queue: Queue, login: str) -> str | None:
    """Runs the job; the path in the mail that it sent."""
    before = len(queue("notifications.mail"))
    with unit_of_work() as unit:
        mail_reset(unit, login, at=now())
    mails = queue("notifications.mail")[before:]
    return str(mails[0]["facts"]["reset_path"]) if mails else None


def password_of(session: Session, person: Person) -> str:
    session.expire_all()
    return session.scalars(select(Credential.password_hash).where(Credential.person_id == person.id)).one()


def test_the_same_answer_and_the_same_work_for_every_name(
    visitor: Visit, member: Member, queue: Queue, hashing: CountingHasher
) -> None:
    person = member()
    answers = [ask(visitor(), login) for login in (person.email, "nobody@example.id", "other@example.id")]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/forgot/sent?by=mail")}
    assert len(queue("accounts.mail_reset")) == 3, "whose it is, a job finds out"
    assert (hashing.hashed, hashing.verified) == (0, 0)


def test_a_mail_only_to_whose_it_is(visitor: Visit, member: Member, queue: Queue) -> None:
    person = member(email="siti@example.id")
    assert reset_link(queue, "siti@example.id") is not None
    assert queue("notifications.mail")[0]["address"] == person.email
    assert reset_link(queue, "nobody@example.id") is None


def test_by_number_a_mail_to_the_confirmed_address(visitor: Visit, member: Member, queue: Queue) -> None:
    member(email="siti@example.id", phone="+6281234567890", phone_confirmed_at=LONG_AGO)
    answer = ask(visitor(), "0812 3456 7890")
    assert answer.location == "/forgot/sent?by=number"
    assert queue("accounts.mail_reset") == [{"login": "+6281234567890"}]
    assert reset_link(queue, "+6281234567890") is not None
    assert visitor().get(answer.location).status_code == 200


def test_somebody_elses_unconfirmed_number_leads_to_no_mail(member: Member, queue: Queue) -> None:
    member(email="siti@example.id", phone="+6281234567890")
    assert reset_link(queue, "+6281234567890") is None


def test_a_mistyped_address_does_not_give_the_account_away(member: Member, queue: Queue) -> None:
    member(
        email="typo@example.id", email_confirmed_at=None, phone="+6281234567890", phone_confirmed_at=LONG_AGO
    )
    assert reset_link(queue, "typo@example.id") is None


def test_the_owner_comes_before_namesakes(member: Member, queue: Queue, session: Session) -> None:
    owner = member(email="siti@example.id")
    member(email="siti@example.id", email_confirmed_at=None)
    reset_link(queue, "siti@example.id")
    assert session.scalar(text("SELECT person_id FROM account_token")) == owner.id


def test_opening_the_link_changes_nothing(
    visitor: Visit, member: Member, queue: Queue, session: Session
) -> None:
    person = member()
    link = reset_link(queue, person.email or "")
    page = visitor().get(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert fits(PASSWORD, password_of(session, person))
    assert visitor().get(link).status_code == 200


def test_a_new_password_ends_everything_else(
    visitor: Visit, member: Member, queue: Queue, session: Session
) -> None:
    person = member()
    elsewhere = visitor(person)
    with unit_of_work() as unit:
        add_api_token(unit, person.email or "", at=now())
    link = reset_link(queue, person.email or "") or ""
    client = visitor()
    answer = client.submit(link, {"password": NEW}, page=link)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert fits(NEW, password_of(session, person))
    assert session.scalars(select(ApiToken.revoked_at)).one() is not None
    mail = queue("notifications.mail")[-1]
    assert (mail["template"], mail["address"]) == ("accounts/password_changed", person.email)
    assert visitor().get(link).status_code == 404


def test_the_mailbox_shows_whose_the_address_is(
    visitor: Visit, member: Member, queue: Queue, session: Session
) -> None:
    person = member(unconfirmed=True)
    link = reset_link(queue, person.email or "") or ""
    visitor().submit(link, {"password": NEW}, page=link)
    session.expire_all()
    assert session.get_one(Person, person.id, populate_existing=True).email_confirmed_at is not None


def test_somebody_without_an_account_gets_one(visitor: Visit, session: Session, queue: Queue) -> None:
    person = PersonFactory()
    session.commit()
    link = reset_link(queue, person.email) or ""
    assert visitor().submit(link, {"password": NEW}, page=link).status_code == 303
    assert fits(NEW, password_of(session, person))


def test_it_works_for_an_hour(visitor: Visit, member: Member, queue: Queue) -> None:
    person = member()
    with time_machine.travel(NOW, tick=False):
        link = reset_link(queue, person.email or "") or ""
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        assert visitor().get(link).status_code == 200
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert visitor().get(link).status_code == 404
        assert visitor().submit(link, {"password": NEW}, page="/sign-in").status_code == 404


def test_a_weak_password_keeps_the_link(visitor: Visit, member: Member, queue: Queue) -> None:
    person = member()
    link = reset_link(queue, person.email or "") or ""
    for weak in ("", "short", "password123", person.email, "x" * 10_000, "kopi\0pagi di slawi"):
        answer = visitor().submit(link, {"password": weak}, page=link)
        assert answer.status_code == 422
        assert 'id="password-e"' in answer.text
    assert visitor().get(link).status_code == 200


def test_nothing_is_hashed_for_a_dead_link(visitor: Visit, hashing: CountingHasher) -> None:
    assert visitor().submit("/reset/" + "x" * 43, {"password": NEW}, page="/sign-in").status_code == 404
    assert hashing.hashed == 0


def test_strangers_cannot_stop_it(visitor: Visit, member: Member, queue: Queue) -> None:
    """Neither wrong passwords nor many requests void what was mailed before."""
    person = member()
    with time_machine.travel(NOW, tick=False):
        for _ in range(10):
            visitor().submit("/sign-in", {"login": person.email, "password": "not it"}, page="/sign-in")
        links: Any = [reset_link(queue, person.email or "") for _ in range(8)]
        assert links[4:] == [None] * 4, "no more mails for now"
        assert [visitor().get(link).status_code for link in links[:4]] == [200] * 4
        assert visitor().submit(links[0], {"password": NEW}, page=links[0]).status_code == 303
        assert [visitor().get(link).status_code for link in links[:4]] == [404] * 4


def test_a_stranger_who_asks_does_not_void_a_code(member: Member, queue: Queue, session: Session) -> None:
    person = member(unconfirmed=True, phone="+6281234567890")
    desk = PersonFactory(roles=[Role.FRONTDESK])
    session.commit()
    with unit_of_work() as unit:
        code = front_desk_code(unit, person.id, desk.id, now())
    assert reset_link(queue, person.email or "") is not None
    with unit_of_work() as unit:
        assert try_code(unit, "+6281234567890", code, "203.0.113.7", at=now()) is not None


def test_of_namesakes_whom_signing_in_finds_first(member: Member, queue: Queue, session: Session) -> None:
    """Confirmed, then met, then the newest."""
    login = Login(email="siti@example.id")
    command = SignIn(login=login, typed="", network="203.0.113.7", known_people=frozenset())
    latest = text("SELECT person_id FROM account_token ORDER BY id DESC LIMIT 1")

    def check(expected: Person) -> None:
        with unit_of_work() as unit:
            assert begin_sign_in(unit, command, at=now()).candidates[0].person_id == expected.id
        reset_link(queue, "siti@example.id")
        assert session.scalar(latest) == expected.id
        session.rollback()

    def namesake(**traits: object) -> Person:
        return member(**{"email": "siti@example.id", "email_confirmed_at": None} | traits)

    namesake()
    check(namesake())
    met = namesake(met_at=LONG_AGO)
    namesake()
    check(met)
    owner = namesake(email_confirmed_at=LONG_AGO)
    namesake(met_at=LONG_AGO)
    check(owner)


def test_many_from_one_address_are_slowed(visitor: Visit) -> None:
    client = visitor()
    with time_machine.travel(NOW, tick=False):
        answers = [ask(client, f"orang{n}@example.id") for n in range(12)]
    assert [answer.status_code for answer in answers] == [303] * 11 + [429]
    assert answers[-1].headers["Retry-After"] == "15"


@pytest.mark.parametrize("login", ["", "x", "0812", "x" * 10_000, "siti\0@example.id", "😀", "\u202e"])
def test_bad_input(visitor: Visit, queue: Queue, login: str) -> None:
    answer = ask(visitor(), login)
    assert answer.status_code == 422
    assert 'id="login-e"' in answer.text
    assert queue("accounts.mail_reset") == []


def test_links_are_built_from_the_portals_own_address(member: Member, queue: Queue, visitor: Visit) -> None:
    """Never from the Host of a request: facts hold paths alone."""
    person = member()
    visitor().submit("/forgot", {"login": person.email}, page="/forgot", headers={"Host": "e.example"})
    reset_link(queue, person.email or "")
    assert "e.example" not in str(queue("notifications.mail"))
    assert re.fullmatch(r"/reset/[\w-]{43}", queue("notifications.mail")[0]["facts"]["reset_path"])
