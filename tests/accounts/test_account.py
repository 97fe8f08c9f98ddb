"""/account and what is changed from there: password, address, number, language."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Credential, Person
from portal.accounts.passwords import fits
from portal.accounts.profile.services import mail_new_address
from portal.accounts.queries import api_caller
from portal.accounts.services import AddressTaken, add_api_token, confirm_person
from portal.accounts.tokens import token_hash
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.permissions import Role
from tests.accounts.conftest import PASSWORD, CountingHasher, Queue
from tests.client import Visitor
from tests.factories import LONG_AGO

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
NEW = "teh tubruk manis sekali"
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
PAGES = ("/account", "/account/password", "/account/email", "/account/phone", "/account/devices")


def fresh(session: Session, person: Person) -> Person:
    session.expire_all()
    return session.get_one(Person, person.id, populate_existing=True)


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_asked_to_sign_in(visitor: Visit, path: str) -> None:
    answer = visitor().get(path)
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=" + path.replace("/", "%2F")


@pytest.mark.parametrize(
    "path",
    [
        "/account/password",
        "/account/email",
        "/account/phone",
        "/account/language",
        "/account/confirm",
        "/account/devices/1/sign-out",
        "/account/devices/sign-out-others",
    ],
)
def test_strangers_change_nothing(visitor: Visit, path: str) -> None:
    assert visitor().submit(path, {"password": NEW, "current": PASSWORD}, page="/sign-in").status_code == 303


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_role_sees_their_own(visitor: Visit, member: Member, path: str, lang: str) -> None:
    for role in Role:
        person = member(roles=[role], phone="+6281234567890")
        page = visitor(person).get(f"{path}?lang={lang}")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/account/language",
        "/account/confirm",
        "/account/devices/1/sign-out",
        "/account/devices/sign-out-others",
    ],
)
def test_get_changes_nothing(visitor: Visit, member: Member, path: str) -> None:
    assert visitor(member()).get(path).status_code in {404, 405}


def test_who_i_am_and_what_i_agreed_to(visitor: Visit, member: Member) -> None:
    person = member(name="Siti Nuraeni", phone="+6281234567890")
    page = visitor(person).get("/account")
    for words in ("Siti Nuraeni", person.email, "0812-3456-7890", "Sudah dipastikan", "Belum dipastikan"):
        assert str(words) in page.text


class TestPassword:
    def change(
        self, client: Visitor, current: str = PASSWORD, password: str = NEW, **more: Any
    ) -> TestResponse:
        fields = {"current": current, "password": password, **more}
        return client.submit("/account/password", fields, page="/account/password")

    def held(self, session: Session, person: Person) -> str:
        session.expire_all()
        return session.scalars(
            select(Credential.password_hash).where(Credential.person_id == person.id)
        ).one()

    def test_a_new_one_ends_other_devices_and_tokens(
        self, visitor: Visit, member: Member, session: Session, queue: Queue
    ) -> None:
        person = member()
        here, there = visitor(person), visitor(person)
        with unit_of_work() as unit:
            token = add_api_token(unit, str(person.email), at=NOW)
        assert self.change(here).location == "/account"
        with reading() as connection:
            assert api_caller(connection, token_hash(token)) is None
        assert fits(NEW, self.held(session, person))
        assert here.get("/account").status_code == 200
        assert there.get("/account").status_code == 302
        assert queue("notifications.mail")[-1]["address"] == person.email

    def test_not_without_the_present_one(
        self, visitor: Visit, member: Member, session: Session, hashing: CountingHasher
    ) -> None:
        person = member()
        answer = self.change(visitor(person), current="not it")
        assert answer.status_code == 422
        assert 'id="current-e"' in answer.text
        assert fits(PASSWORD, self.held(session, person))
        assert hashing.hashed == 0

    def test_guessing_is_slowed(self, visitor: Visit, member: Member, hashing: CountingHasher) -> None:
        """Whoever finds a phone unlocked."""
        with time_machine.travel(NOW, tick=False):
            client = visitor(member())
            answers = [self.change(client, current="not it") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [422] * 6 + [429]
        assert answers[-1].headers["Retry-After"] == "4"
        assert (hashing.hashed, hashing.verified) == (0, 6)

    @pytest.mark.parametrize("password", ["", "short", "password123", "x" * 10_000, "kopi\0 pagi di slawi"])
    def test_bad_input(self, visitor: Visit, member: Member, session: Session, password: str) -> None:
        person = member()
        answer = self.change(visitor(person), password=password)
        assert answer.status_code == 422
        assert 'id="password-e"' in answer.text
        assert fits(PASSWORD, self.held(session, person))

    def test_not_ones_own_name(self, visitor: Visit, member: Member) -> None:
        assert self.change(visitor(member(name="Siti Nuraeni")), password="sitinuraeni1").status_code == 422

    def test_somebody_elses_stays(self, visitor: Visit, member: Member, session: Session) -> None:
        person, other = member(), member()
        self.change(visitor(person), user_id=str(other.id), person_id=str(other.id))
        assert fits(PASSWORD, self.held(session, other))


class TestEmail:
    def change(self, client: Visitor, email: str, current: str = PASSWORD) -> TestResponse:
        return client.submit("/account/email", {"email": email, "current": current}, page="/account/email")

    def link(self, queue: Queue) -> str:
        (job,) = queue("accounts.mail_new_address")
        with unit_of_work() as unit:
            mail_new_address(unit, job["person_id"], job["address"], at=now())
        return str(queue("notifications.mail")[-1]["facts"].get("confirm_path", ""))

    def test_confirmed_at_the_new_and_told_to_the_old(
        self, visitor: Visit, member: Member, session: Session, queue: Queue
    ) -> None:
        person = member(email="old@example.id")
        assert self.change(visitor(person), "new@example.id").location == "/account"
        assert fresh(session, person).email == "old@example.id"
        link = self.link(queue)
        assert queue("notifications.mail")[-1]["address"] == "new@example.id"
        assert "new@example.id" in visitor().get(link).text
        assert fresh(session, person).email == "old@example.id", "looking changes nothing"
        visitor().submit(link, page=link)
        assert fresh(session, person).email == "new@example.id"
        told = queue("notifications.mail")[-1]
        assert (told["address"], told["message_id"] is not None) == ("old@example.id", True)

    def test_somebody_elses_address_tells_nothing(
        self, visitor: Visit, member: Member, session: Session, queue: Queue
    ) -> None:
        owner, person = member(email="owner@example.id"), member()
        client = visitor(person)
        answer = self.change(client, "owner@example.id")
        assert answer.location == "/account"
        assert "owner@example.id" in client.get("/account").text
        assert self.link(queue) == ""
        assert queue("notifications.mail")[-1]["template"] == "accounts/exists"
        assert fresh(session, owner).email == "owner@example.id"

    def test_a_new_password_voids_the_link(
        self, visitor: Visit, member: Member, session: Session, queue: Queue
    ) -> None:
        """Whoever got in and asked for their own address is thrown out whole."""
        person = member()
        client = visitor(person)
        self.change(client, "thief@example.id")
        link = self.link(queue)
        TestPassword().change(client)
        assert visitor().get(link).status_code == 404

    def test_not_without_the_password(self, visitor: Visit, member: Member, queue: Queue) -> None:
        assert self.change(visitor(member()), "new@example.id", current="not it").status_code == 422
        assert queue("accounts.mail_new_address") == []

    @pytest.mark.parametrize(
        "email", ["", "x", "siti@", "x" * 10_000, "a\0@b.id", "siti@example.id\r\nBcc: x@y.id"]
    )
    def test_bad_input(self, visitor: Visit, member: Member, email: str) -> None:
        answer = self.change(visitor(member()), email)
        assert answer.status_code == 422
        assert 'id="email-e"' in answer.text


class TestPhone:
    def change(self, client: Visitor, phone: str, current: str = PASSWORD) -> TestResponse:
        return client.submit("/account/phone", {"phone": phone, "current": current}, page="/account/phone")

    def confirm(self, person: Person, clerk: Person) -> None:
        with unit_of_work() as unit:
            confirm_person(unit, person.id, clerk.id, now())

    def test_a_first_number_is_noted_unconfirmed(
        self, visitor: Visit, member: Member, session: Session
    ) -> None:
        person = member()
        self.change(visitor(person), "62 812 3456 7890")
        assert fresh(session, person).phone == "+6281234567890"
        assert fresh(session, person).phone_confirmed_at is None

    def test_a_confirmed_one_stays_until_the_front_desk_has_seen_them(
        self, visitor: Visit, member: Member, session: Session, queue: Queue
    ) -> None:
        person = member(phone="+6281200000000", phone_confirmed_at=LONG_AGO)
        clerk = member(roles=[Role.FRONTDESK])
        client = visitor(person)
        self.change(client, "0812 3456 7890")
        assert fresh(session, person).phone == "+6281200000000"
        assert "0812-3456-7890" in client.get("/account").text
        assert queue("notifications.mail")[-1]["address"] == person.email, "told where they are reached now"
        self.confirm(person, clerk)
        assert fresh(session, person).phone == "+6281234567890"
        self.confirm(person, clerk)
        assert fresh(session, person).phone == "+6281234567890"

    def test_a_number_of_somebody_else(self, visitor: Visit, member: Member, session: Session) -> None:
        member(by_phone=True, phone="+6281234567890")
        person = member(phone="+6281200000000", phone_confirmed_at=LONG_AGO)
        assert self.change(visitor(person), "0812 3456 7890").location == "/account", (
            "a stranger learns nothing"
        )
        with pytest.raises(AddressTaken):
            self.confirm(person, member(roles=[Role.FRONTDESK]))
        assert fresh(session, person).phone == "+6281200000000"

    def test_the_wish_ends_after_sixty_days(self, visitor: Visit, member: Member, session: Session) -> None:
        person = member(phone="+6281200000000", phone_confirmed_at=LONG_AGO)
        with time_machine.travel(NOW, tick=False):
            assert self.change(visitor(person), "0812 3456 7890").location == "/account"
        with time_machine.travel(NOW + timedelta(days=60), tick=False):
            self.confirm(person, member(roles=[Role.FRONTDESK]))
        assert fresh(session, person).phone == "+6281200000000"

    @pytest.mark.parametrize("phone", ["", "0812", "siti@example.id", "08\x0012", "x" * 10_000, "😀"])
    def test_bad_input(self, visitor: Visit, member: Member, phone: str) -> None:
        answer = self.change(visitor(member()), phone)
        assert answer.status_code == 422
        assert 'id="phone-e"' in answer.text


def test_the_language_of_messages(visitor: Visit, member: Member, session: Session) -> None:
    person = member()
    client = visitor(person)
    client.submit("/account/language", {"language": "en"}, page="/account")
    assert fresh(session, person).language == "en"
    for nonsense in ("xx", "", "id\0"):
        client.submit("/account/language", {"language": nonsense}, page="/account")
        assert fresh(session, person).language == "en"
