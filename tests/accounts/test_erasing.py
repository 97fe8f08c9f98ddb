"""/account/delete, `flask accounts erase`, and accounts that nobody ever used."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import jobs
from portal.accounts.entering import hooks
from portal.accounts.erasing.services import NOBODY, UNUSED_FOR, WorksHere, erase, erase_unused
from portal.accounts.models import Consent, Person, Sex
from portal.accounts.services import add_api_token
from portal.audit.models import AuditEvent
from portal.audit.services import record
from portal.clock import now
from portal.db import unit_of_work
from portal.notifications.services import Recipient, send
from portal.permissions import Role
from tests.accounts.conftest import PASSWORD, Queue
from tests.bookings.house import NOW, House, at
from tests.client import Visitor
from tests.factories import LONG_AGO

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
Count = Callable[[str], int]


def delete(client: Visitor, password: str = PASSWORD) -> int:
    return client.submit("/account/delete", {"current": password}, page="/account/delete").status_code


def fresh(session: Session, person: Person) -> Person:
    session.expire_all()
    return session.get_one(Person, person.id, populate_existing=True)


class TestOneself:
    def test_nothing_is_left_by_which_one_could_be_known(
        self, app: Flask, visitor: Visit, member: Member, session: Session, count: Count
    ) -> None:
        person = member(phone="+6281234567890", phone_confirmed_at=LONG_AGO, sex=Sex.FEMALE, school="SMK 1")
        basis = {"purpose": "bookings", "legal_basis": "x", "text_version": "1"}
        session.add(Consent(person_id=person.id, given_at=LONG_AGO, **basis))
        session.commit()
        with unit_of_work() as unit:
            add_api_token(unit, str(person.email), at=LONG_AGO)
            send(unit, Recipient(person.id, "id", "x", None), "accounts/password_changed", {}, at=LONG_AGO)
        here, there = visitor(person), visitor(person)
        assert "/account/delete" in here.get("/account").text
        assert delete(here) == 303
        assert here.get("/account").status_code == there.get("/account").status_code == 302
        seen = fresh(session, person)
        assert (seen.name, seen.email, seen.phone, seen.sex, seen.school) == (NOBODY, None, None, None, None)
        assert not seen.is_confirmed
        for table in ("credential", "user_session", "api_token", "role_grant", "message"):
            assert count(f"{table} WHERE person_id = {person.id}") == 0, table
        assert session.scalars(select(Consent.withdrawn_at)).one() is not None
        event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "accounts.erase")).one()
        assert (event.actor_id, event.person_id, event.changes) == (person.id, person.id, {})

    def test_not_by_looking_nor_without_the_password(
        self, visitor: Visit, member: Member, session: Session
    ) -> None:
        person = member()
        client = visitor(person)
        assert client.get("/account/delete").status_code == 200
        assert delete(client, "not the password") == 422
        assert delete(client, "") == 422
        assert client.post("/account/delete", data={"current": PASSWORD}).status_code in {400, 422}
        assert fresh(session, person).email is not None
        assert visitor().get("/account/delete").status_code == 302

    def test_colleagues_ask_an_administrator(self, visitor: Visit, member: Member, session: Session) -> None:
        admin = member(roles=[Role.ADMIN])
        assert delete(visitor(admin)) == 422
        assert fresh(session, admin).email is not None
        with unit_of_work() as unit, pytest.raises(WorksHere):
            erase(unit, admin.id, by=admin.id, at=now(), let_go=lambda *_: None)

    def test_the_address_can_register_anew(self, visitor: Visit, member: Member, session: Session) -> None:
        person = member(email="siti@example.id")
        assert delete(visitor(person)) == 303
        assert member(email="siti@example.id").is_confirmed


def test_coming_bookings_are_cancelled_and_past_ones_stay(
    app: Flask, session: Session, queue: Queue, count: Count
) -> None:
    house = House(session)
    past = house.book(at(10), at(11))
    coming = [
        house.book(at(10, days=2), at(11, days=2), resource=house.other),
        house.book(at(10, days=1), at(11, days=1), resource=house.desk),
    ]
    mails = len(queue("notifications.mail"))
    with unit_of_work() as unit:
        later = NOW + timedelta(hours=4)
        erase(unit, house.person.id, by=house.staff.id, at=later, let_go=hooks(app).on_erased)
    assert [house.state(one).value for one in (past, *coming)] == ["confirmed", "cancelled", "cancelled"]
    assert count(f"claim WHERE released_at IS NULL AND person_id = {house.person.id}") == 1
    assert len(queue("notifications.mail")) == mails, "nobody is left to be written to"
    assert count("message") == 0


class TestCommand:
    @pytest.mark.parametrize("login", ["Siti@example.id", "0812 3456 7890"])
    def test_by_address_or_number(self, app: Flask, member: Member, session: Session, login: str) -> None:
        person = member(email="siti@example.id", phone="+6281234567890", phone_confirmed_at=LONG_AGO)
        member(email="siti@example.id", email_confirmed_at=None)
        done = app.test_cli_runner().invoke(args=["accounts", "erase", login, "--yes"])
        assert done.exit_code == 0
        assert "siti" not in done.stdout
        assert fresh(session, person).name == NOBODY

    def test_asks_first(self, app: Flask, member: Member, session: Session) -> None:
        person = member(email="siti@example.id")
        done = app.test_cli_runner().invoke(args=["accounts", "erase", "siti@example.id"], input="n\n")
        assert done.exit_code != 0
        assert fresh(session, person).name != NOBODY

    def test_not_when_it_may_be_somebody_else(self, app: Flask, member: Member, session: Session) -> None:
        people = [member(email="siti@example.id", email_confirmed_at=None) for _ in range(2)]
        for login in ("siti@example.id", "nobody@example.id", "x"):
            assert app.test_cli_runner().invoke(args=["accounts", "erase", login, "--yes"]).exit_code != 0
        assert all(fresh(session, person).email for person in people)


class TestUnused:
    BEFORE = NOW - UNUSED_FOR - timedelta(days=1)

    def sweep(self) -> None:
        with time_machine.travel(NOW, tick=False):
            jobs.sweep_out()

    def test_what_nobody_confirmed_or_used(self, app: Flask, member: Member, session: Session) -> None:
        old = {"created_at": self.BEFORE, "email_confirmed_at": None}
        unused = member(**old)
        kept = [
            member(created_at=self.BEFORE),
            member(created_at=NOW - timedelta(days=29), email_confirmed_at=None),
            member(**old),
            member(**old),
        ]
        with unit_of_work() as unit:
            record(
                unit, "bookings.book", ("reservation", 1), at=self.BEFORE, actor_id=None, person_id=kept[2].id
            )
            record(unit, "accounts.sign_in", ("user_session", 1), at=NOW, actor_id=None, person_id=kept[3].id)
        self.sweep()
        assert fresh(session, unused).name == NOBODY
        assert all(fresh(session, person).name != NOBODY for person in kept)
        with unit_of_work() as unit:
            assert erase_unused(unit, at=NOW, let_go=lambda *_: None) == 0

    def test_who_is_signed_in_stays(
        self, app: Flask, member: Member, visitor: Visit, session: Session
    ) -> None:
        person = member(created_at=self.BEFORE, email_confirmed_at=None)
        with time_machine.travel(NOW, tick=False):
            visitor(person)
        self.sweep()
        assert fresh(session, person).name != NOBODY
