"""What the front desk and commands do with accounts."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.demo_accounts import DEMO_ACCOUNTS, ensure_demo_accounts
from portal.accounts.models import Credential, Person
from portal.accounts.passwords import fits
from portal.accounts.queries import api_caller
from portal.accounts.services import AddressTaken, NothingToConfirm, UnknownPerson, confirm_person
from portal.accounts.tokens import token_hash
from portal.audit.models import AuditEvent
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.permissions import Role
from tests.accounts.conftest import PASSWORD
from tests.client import Visitor
from tests.factories import LONG_AGO

Member = Callable[..., Person]
Visit = Callable[..., Visitor]


def confirm(person: Person, clerk: Person) -> None:
    with unit_of_work() as unit:
        confirm_person(unit, person.id, clerk.id, now())


def fresh(session: Session, person: Person) -> Person:
    session.expire_all()
    return session.get_one(Person, person.id, populate_existing=True)


@pytest.fixture
def clerk(member: Member) -> Person:
    return member(roles=[Role.FRONTDESK])


class TestConfirmPerson:
    def test_the_number_comes_before_the_address(
        self, member: Member, clerk: Person, session: Session
    ) -> None:
        person = member(unconfirmed=True, phone="+6281234567890")
        confirm(person, clerk)
        seen = fresh(session, person)
        assert (seen.phone_confirmed_at is not None, seen.email_confirmed_at) == (True, None)

    def test_who_has_an_address_alone_is_met_and_the_address_stays_unproved(
        self, member: Member, clerk: Person, session: Session
    ) -> None:
        """Else whoever registers with somebody's address owns it after a word at the desk."""
        person = member(unconfirmed=True)
        confirm(person, clerk)
        seen = fresh(session, person)
        assert (seen.is_confirmed, seen.met_at is not None, seen.email_confirmed_at) == (True, True, None)
        confirm(person, clerk)
        events = session.scalars(select(AuditEvent).where(AuditEvent.person_id == person.id)).all()
        assert [(event.verb, event.actor_id) for event in events] == [("accounts.meet", clerk.id)]

    def test_whose_address_is_theirs_already_shows_their_number(
        self, member: Member, clerk: Person, session: Session
    ) -> None:
        person = member(phone="+6281234567890")
        confirm(person, clerk)
        seen = fresh(session, person)
        assert None not in (seen.met_at, seen.phone_confirmed_at, seen.email_confirmed_at)

    def test_somebody_else_was_first(self, member: Member, clerk: Person, session: Session) -> None:
        member(by_phone=True, phone="+6281234567890")
        person = member(email=None, email_confirmed_at=None, phone="+6281234567890")
        with pytest.raises(AddressTaken):
            confirm(person, clerk)
        assert not fresh(session, person).is_confirmed

    def test_nothing_is_known(self, member: Member, clerk: Person) -> None:
        with pytest.raises(NothingToConfirm):
            confirm(member(email=None, email_confirmed_at=None), clerk)

    def test_nobody(self, clerk: Person) -> None:
        with unit_of_work() as unit, pytest.raises(UnknownPerson):
            confirm_person(unit, 999_999, clerk.id, now())


class TestDemoAccounts:
    def test_made_once_and_confirmed(self, app: Flask, session: Session, visitor: Visit) -> None:
        for _ in range(2):
            with unit_of_work() as unit:
                people = ensure_demo_accounts(unit, PASSWORD, now())
        assert len(people) == len(DEMO_ACCOUNTS) == 7
        assert session.query(Person).count() == 7
        assert all(person.is_confirmed for person in session.scalars(select(Person)))
        client = visitor()
        answer = client.submit(
            "/sign-in", {"login": "frontdesk@demo.example", "password": PASSWORD}, page="/sign-in"
        )
        assert answer.status_code == 303

    def test_another_password_ends_their_sessions(self, app: Flask, session: Session, visitor: Visit) -> None:
        with unit_of_work() as unit:
            people = ensure_demo_accounts(unit, PASSWORD, LONG_AGO)
        person = session.get_one(Person, people["admin@demo.example"])
        client = visitor(person)
        with unit_of_work() as unit:
            ensure_demo_accounts(unit, PASSWORD, now())
        assert client.get("/account").status_code == 200
        with unit_of_work() as unit:
            ensure_demo_accounts(unit, "teh tubruk manis", now())
        assert client.get("/account").status_code == 302
        held = session.scalars(
            select(Credential.password_hash).where(Credential.person_id == person.id)
        ).one()
        assert fits("teh tubruk manis", held)


class TestCommands:
    def test_create(self, app: Flask, session: Session) -> None:
        run = app.test_cli_runner().invoke
        arguments = ["accounts", "create", "siti@example.id", "--role", "manager", "--password-stdin"]
        made = run(args=arguments, input=PASSWORD + "\n")
        assert made.exit_code == 0
        person = session.scalars(select(Person)).one()
        assert (person.email, person.is_confirmed) == ("siti@example.id", True)
        again = run(args=arguments, input=PASSWORD + "\n")
        assert again.exit_code != 0
        assert "already" in again.stderr

    @pytest.mark.parametrize(
        ("arguments", "password"),
        [
            (["siti", "--role", "admin"], PASSWORD),
            (["siti@example.id", "--role", "king"], PASSWORD),
            (["siti@example.id"], PASSWORD),
            (["siti@example.id", "--role", "admin"], "short"),
            (["siti@example.id", "--role", "admin"], ""),
        ],
    )
    def test_what_makes_no_account(
        self, app: Flask, session: Session, arguments: list[str], password: str
    ) -> None:
        run = app.test_cli_runner().invoke
        assert run(args=["accounts", "create", *arguments, "--password-stdin"], input=password).exit_code != 0
        assert session.query(Person).count() == 0

    def test_token_prints_it_and_nothing_else(self, app: Flask, member: Member) -> None:
        person = member(email="siti@example.id")
        made = app.test_cli_runner().invoke(args=["accounts", "token", "Siti@example.id"])
        assert (made.exit_code, made.stderr) == (0, "")
        (token,) = made.stdout.split()
        with reading() as connection:
            caller = api_caller(connection, token_hash(token))
            assert api_caller(connection, token_hash("x")) is None
        assert caller is not None
        assert (caller.id, caller.session_id) == (person.id, None)

    @pytest.mark.parametrize("email", ["nobody@example.id", "unconfirmed@example.id", "x"])
    def test_token_for_nobody(self, app: Flask, member: Member, email: str) -> None:
        member(email="unconfirmed@example.id", email_confirmed_at=None)
        made = app.test_cli_runner().invoke(args=["accounts", "token", email])
        assert made.exit_code != 0
        assert made.stdout == ""
        assert email in made.stderr
