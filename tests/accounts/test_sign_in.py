"""/sign-in"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts import entering
from portal.accounts.models import Person
from portal.accounts.passwords import TRIES, fits, hash_password, is_outdated
from portal.accounts.queries import CurrentPerson, api_caller
from portal.accounts.services import add_api_token
from portal.accounts.tokens import token_hash
from portal.db import reading, unit_of_work
from portal.permissions import Role
from tests.accounts.conftest import PASSWORD, CountingHasher
from tests.client import Visitor
from tests.factories import LONG_AGO, PersonFactory

Member = Callable[..., Person]
Visit = Callable[..., Visitor]


def sign_in(visitor: Visitor, login: str | None, password: str = PASSWORD, **more: Any) -> TestResponse:
    return visitor.submit("/sign-in", {"login": login, "password": password, **more}, page="/sign-in")


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/account").status_code == 200


def test_the_form_has_exactly_these_fields(visitor: Visit) -> None:
    page = visitor().get("/sign-in?next=/bookings")
    form = page.text[page.text.index("<form") : page.text.index("</form>")]
    assert sorted(re.findall(r'name="(\w+)"', form)) == [
        "csrf_token",
        "login",
        "next",
        "password",
        "remember",
    ]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_stranger_is_told_the_same_whoever_they_name(visitor: Visit, member: Member) -> None:
    person = member()
    pages = [
        sign_in(visitor(), login, "not the password") for login in (person.email, "nobody@example.id", "x")
    ]
    assert {page.status_code for page in pages} == {422}
    shown = {re.sub(r'value="[^"]*"', "", page.text) for page in pages}
    assert len(shown) == 1


def test_what_was_typed_stays_but_the_password(visitor: Visit) -> None:
    page = sign_in(visitor(), "siti@example.id", "not the password")
    assert 'value="siti@example.id"' in page.text
    assert "not the password" not in page.text


@pytest.mark.parametrize("people", [0, 1, 5, 7])
def test_the_same_number_of_hashes_for_any_number_of_accounts(
    visitor: Visit, member: Member, hashing: CountingHasher, people: int
) -> None:
    """Several people may have typed the same address; the time taken tells nothing of it."""
    for _ in range(people):
        member(email="siti@example.id", email_confirmed_at=None)
    sign_in(visitor(), "siti@example.id", "not the password")
    assert (hashing.verified, hashing.hashed) == (TRIES, 0)


def test_the_same_number_for_a_right_password(
    visitor: Visit, member: Member, hashing: CountingHasher
) -> None:
    """Else whoever registers with a stranger's address learns whether somebody had it before."""
    member(email="siti@example.id")
    sign_in(visitor(), "siti@example.id")
    assert (hashing.verified, hashing.hashed) == (TRIES, 0)


@pytest.mark.parametrize("login", ["siti@example.id", "  SITI@Example.id "])
def test_by_address(visitor: Visit, member: Member, login: str) -> None:
    member(email="siti@example.id")
    client = visitor()
    answer = sign_in(client, login)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)


@pytest.mark.parametrize("login", ["0812 3456 7890", "+6281234567890", "6281234567890"])
def test_by_number(visitor: Visit, member: Member, login: str) -> None:
    member(by_phone=True, phone="+6281234567890")
    client = visitor()
    sign_in(client, login)
    assert is_in(client)


def test_each_of_several_with_one_name_gets_in(visitor: Visit, member: Member, app: Flask) -> None:
    first = member(email="siti@example.id")
    second = member(
        password_hash=hash_password("teh tubruk manis"), email="siti@example.id", email_confirmed_at=None
    )
    for password, person in ((PASSWORD, first), ("teh tubruk manis", second)):
        client = visitor()
        sign_in(client, "siti@example.id", password)
        assert whose(client) == person.id


def test_many_namesakes_do_not_push_out_the_one_who_confirmed(visitor: Visit, member: Member) -> None:
    other = hash_password("kata sandi orang lain")
    for _ in range(6):
        member(password_hash=other, email="siti@example.id", email_confirmed_at=None)
    owner = member(email="siti@example.id")
    client = visitor()
    sign_in(client, "siti@example.id")
    assert whose(client) == owner.id


def test_strangers_who_register_one_s_number_do_not_lock_one_out(visitor: Visit, member: Member) -> None:
    """Neither those who did before, nor on a device that one uses those who did since."""
    other = hash_password("kata sandi orang lain")
    number = {"by_phone": True, "phone": "+6281234567890", "phone_confirmed_at": None}
    for _ in range(TRIES):
        member(password_hash=other, **number)
    owner = member(**number)
    own = visitor()
    sign_in(own, "081234567890")
    assert whose(own) == owner.id
    own.submit("/sign-out", page="/account")
    for _ in range(TRIES):
        member(password_hash=other, **number)
    sign_in(own, "081234567890")
    assert whose(own) == owner.id


class TestDemonstration:
    """Its accounts let nobody in where the portal is run for real."""

    @pytest.fixture
    def for_real(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        settings = replace(app.config["SETTINGS"], demo=False)
        return lambda: monkeypatch.setitem(app.config, "SETTINGS", settings)

    def test_neither_by_password_nor_by_session(
        self, visitor: Visit, member: Member, for_real: Callable[[], None], hashing: CountingHasher
    ) -> None:
        member(email="admin@demo.example", phone="+6281234567890", phone_confirmed_at=LONG_AGO)
        inside = visitor()
        sign_in(inside, "admin@demo.example")
        assert is_in(inside)
        for_real()
        assert not is_in(inside)
        hashing.verified = 0
        assert sign_in(visitor(), "Admin@demo.example").status_code == 422
        assert hashing.verified == TRIES
        client = visitor()
        sign_in(client, "081234567890")
        assert not is_in(client)

    def test_nor_by_token(
        self, app: Flask, member: Member, session: Session, for_real: Callable[[], None]
    ) -> None:
        member(email="admin@demo.example")
        with unit_of_work() as unit:
            token = add_api_token(unit, "admin@demo.example", at=LONG_AGO)
        with reading() as connection:
            assert api_caller(connection, token_hash(token)) is not None
            for_real()
            assert api_caller(connection, token_hash(token)) is None


def whose(client: Visitor) -> int | None:
    with client.session_transaction() as cookie:
        token = cookie.get("_user_id", "")
    with reading() as connection:
        found = connection.scalar(
            text("SELECT person_id FROM user_session WHERE token_hash = :hash"), {"hash": token_hash(token)}
        )
    return None if found is None else int(found)


def test_somebody_without_a_password_cannot_sign_in(visitor: Visit, session: Session) -> None:
    PersonFactory(email="siti@example.id")
    session.commit()
    assert sign_in(visitor(), "siti@example.id", "x").status_code == 422


def test_every_sign_in_has_a_token_of_its_own(visitor: Visit, member: Member) -> None:
    """No session that somebody planted before is worth anything."""
    person = member()
    client = visitor()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "x" * 43
        cookie["planted"] = "yes"
    sign_in(client, person.email)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert first != "x" * 43
        assert set(cookie) == {"_user_id", "_fresh"}
    again = visitor()
    sign_in(again, person.email)
    with again.session_transaction() as cookie:
        assert cookie["_user_id"] != first


def test_only_a_hash_of_the_token_is_kept(visitor: Visit, member: Member) -> None:
    person = member()
    client = visitor()
    sign_in(client, person.email)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with reading() as connection:
        kept = connection.execute(text("SELECT * FROM user_session")).one()
    assert kept.token_hash == token_hash(token)
    assert token not in str(kept)


def test_remembered_for_sixty_days_else_for_twelve_hours(visitor: Visit, member: Member) -> None:
    person = member()
    begin = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
    for remember, lasts in ((None, timedelta(hours=12)), ("y", timedelta(days=60))):
        client = visitor()
        with time_machine.travel(begin, tick=False):
            answer = sign_in(client, person.email, **({"remember": remember} if remember else {}))
            cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("session="))
            assert ("Expires=" in cookie) is bool(remember)
        with time_machine.travel(begin + lasts - timedelta(seconds=1), tick=False):
            assert is_in(client)
        with time_machine.travel(begin + lasts, tick=False):
            assert not is_in(client)


def test_cookies_are_for_this_portal_alone(visitor: Visit, member: Member) -> None:
    answer = sign_in(visitor(), member().email)
    cookies = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "=" in cookie]
    assert {cookie.split("=")[0] for cookie in cookies} == {"session", "device"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_the_page_that_was_asked_for_comes_next(visitor: Visit, member: Member) -> None:
    client = visitor()
    asked = client.get("/account/devices?x=1")
    assert asked.location == "/sign-in?next=%2Faccount%2Fdevices%3Fx%3D1"
    answer = sign_in(client, member().email, next="/account/devices?x=1")
    assert answer.location == "/account/devices?x=1"


@pytest.mark.parametrize(
    ("role", "page"),
    [(Role.ENTREPRENEUR, "/"), (Role.CONSULTANT, "/calendar"), (Role.FRONTDESK, "/desk"), (Role.ADMIN, "/")],
)
def test_who_asked_for_none_comes_to_their_work(
    visitor: Visit, member: Member, role: Role, page: str
) -> None:
    assert sign_in(visitor(), member(roles=[role]).email).location == page


@pytest.mark.parametrize(
    "target", ["//e", "/\\e", "\\\\e", "https://e.example", "/\t/e", "javascript:alert(1)", "e", "/\n//e"]
)
def test_nobody_is_sent_elsewhere(visitor: Visit, member: Member, target: str) -> None:
    person = member()
    assert sign_in(visitor(), person.email, next=target).location == "/"
    assert visitor(person).get("/sign-in", query_string={"next": target}).location == "/"
    shown = visitor().get("/sign-in", query_string={"next": target})
    assert 'name="next" type="hidden" value=""' in shown.text


def test_who_is_in_already_goes_on(visitor: Visit, member: Member) -> None:
    assert visitor(member()).get("/sign-in?next=/bookings").location == "/bookings"


def test_what_was_sent_without_signing_in_leads_back_to_its_page(visitor: Visit) -> None:
    client = visitor()
    answer = client.submit(
        "/account/language",
        {"language": "en"},
        page="/sign-in",
        headers={"Referer": "http://localhost/account"},
    )
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2Faccount")
    answer = client.submit(
        "/account/language",
        {"language": "en"},
        page="/sign-in",
        headers={"Referer": "http://e.example/account"},
    )
    assert answer.location == "/sign-in"


def test_what_was_chosen_before_follows(visitor: Visit, member: Member, app: Flask) -> None:
    kept = entering.KeptChoice(
        "Meja A07", "Besok.", "/spaces", "Ganti meja", "Buat akun dan pesan", "Masuk dan pesan"
    )
    entered: list[tuple[int, str]] = []

    def on_entered(person: CurrentPerson, path: str) -> str:
        entered.append((person.id, path))
        return "/bookings/TRS7K4M2W"

    hooks = entering.hooks(app)
    keep: list[Any] = [lambda path: kept if path == "/chosen" else None]
    hooks.keeping.extend(keep)
    hooks.following.append(on_entered)
    try:
        client, person = visitor(), member()
        page = client.get("/sign-in?next=/chosen")
        assert "Meja A07" in page.text
        assert "Masuk dan pesan" in page.text
        assert not entered
        answer = sign_in(client, person.email, next="/chosen")
        assert answer.location == "/bookings/TRS7K4M2W"
        assert entered == [(person.id, "/chosen")]
    finally:
        hooks.keeping.remove(keep[0])
        hooks.following.remove(on_entered)


def test_outdated_hashes_are_renewed(visitor: Visit, member: Member, session: Session) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    person = member(password_hash=old)
    client = visitor()
    sign_in(client, person.email)
    assert is_in(client)
    kept = session.scalar(text("SELECT password_hash FROM credential"))
    assert kept != old
    assert not is_outdated(kept)
    assert fits(PASSWORD, kept)


class TestWrongPasswords:
    """Slowed for each account and each address; nobody can be locked out by a stranger."""

    def fail(self, client: Visitor, login: str | None, times: int) -> TestResponse:
        for _ in range(times):
            answer = sign_in(client, login, "not the password")
        return answer

    def test_growing_waits_said_in_words(
        self, visitor: Visit, member: Member, hashing: CountingHasher
    ) -> None:
        person = member()
        with time_machine.travel(LONG_AGO, tick=False):
            answer = self.fail(visitor(), person.email, 6)
            assert answer.status_code == 422
            hashed = hashing.verified
            answer = sign_in(visitor(), person.email)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "2"
        assert "2 detik" in answer.text
        assert hashing.verified == hashed, "nothing is hashed for who is not heard"

    def test_an_unknown_name_waits_just_the_same(self, visitor: Visit) -> None:
        with time_machine.travel(LONG_AGO, tick=False):
            answer = self.fail(visitor(), "nobody@example.id", 7)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")

    def test_a_minute_is_the_most_that_a_stranger_can_cause(self, visitor: Visit, member: Member) -> None:
        person, at = member(), LONG_AGO
        stranger = visitor()
        for n in range(30):
            with time_machine.travel(at, tick=False):
                answer = stranger.submit(
                    "/sign-in",
                    {"login": person.email, "password": "not it"},
                    page="/sign-in",
                    environ_base={"REMOTE_ADDR": f"203.0.113.{n}"},
                )
            wait = int(answer.headers.get("Retry-After", 0))
            assert wait <= 60
            at += timedelta(seconds=wait)
        with time_machine.travel(at + timedelta(seconds=60), tick=False):
            client = visitor()
            sign_in(client, person.email)
            assert is_in(client)

    def test_who_tries_every_second_does_not_keep_others_from_being_heard(
        self, visitor: Visit, member: Member
    ) -> None:
        person, stranger = member(), visitor()
        for second in range(90):
            with time_machine.travel(LONG_AGO + timedelta(seconds=second), tick=False):
                stranger.submit(
                    "/sign-in",
                    {"login": person.email, "password": "not it"},
                    page="/sign-in",
                    environ_base={"REMOTE_ADDR": "203.0.113.7"},
                )
        with time_machine.travel(LONG_AGO + timedelta(seconds=89), tick=False):
            assert sign_in(visitor(), person.email).status_code == 303

    def test_each_network_is_heard_a_few_times_only(self, visitor: Visit, member: Member) -> None:
        person = member()
        with time_machine.travel(LONG_AGO, tick=False):
            self.fail(visitor(), person.email, 7)
            statuses = [
                visitor()
                .submit(
                    "/sign-in",
                    {"login": person.email, "password": "not it"},
                    page="/sign-in",
                    environ_base={"REMOTE_ADDR": "203.0.113.7"},
                )
                .status_code
                for _ in range(5)
            ]
        assert statuses == [422, 422, 422, 429, 429]

    def test_their_own_device_is_not_slowed_by_strangers(self, visitor: Visit, member: Member) -> None:
        person = member()
        own = visitor()
        with time_machine.travel(LONG_AGO, tick=False):
            sign_in(own, person.email)
            own.submit("/sign-out", page="/account")
            assert self.fail(visitor(), person.email, 7).status_code == 429
            assert sign_in(visitor(), person.email).status_code == 429
            assert sign_in(own, person.email).status_code == 303

    def test_a_known_device_helps_against_nobody_else(self, visitor: Visit, member: Member) -> None:
        """Whoever registered with a stranger's address knows one device, and still does not guess faster."""
        owner = member(email="siti@example.id")
        member(
            password_hash=hash_password("sandi si penyerang"),
            email="siti@example.id",
            email_confirmed_at=None,
        )
        attacker = visitor()
        with time_machine.travel(LONG_AGO, tick=False):
            sign_in(attacker, "siti@example.id", "sandi si penyerang")
            attacker.submit("/sign-out", page="/account")
            self.fail(attacker, "siti@example.id", 6)
            answer = sign_in(attacker, "siti@example.id", PASSWORD)
        assert answer.status_code == 422, "the owner's right password is not heard from there now"
        assert whose(attacker) != owner.id

    def test_success_does_not_buy_more_guesses(self, visitor: Visit, member: Member) -> None:
        member(email="siti@example.id")
        member(
            password_hash=hash_password("sandi si penyerang"),
            email="siti@example.id",
            email_confirmed_at=None,
        )
        with time_machine.travel(LONG_AGO, tick=False):
            statuses = []
            for n in range(12):
                password = "sandi si penyerang" if n % 2 else "not it"
                statuses.append(sign_in(visitor(), "siti@example.id", password).status_code)
        assert 429 in statuses

    def test_many_names_from_one_address(self, visitor: Visit) -> None:
        client = visitor()
        with time_machine.travel(LONG_AGO, tick=False):
            answers = [sign_in(client, f"orang{n}@example.id", "not it").status_code for n in range(33)]
        assert answers[:31] == [422] * 31
        assert answers[-1] == 429

    def test_another_name_from_elsewhere_is_heard(self, visitor: Visit, member: Member) -> None:
        person = member()
        with time_machine.travel(LONG_AGO, tick=False):
            self.fail(visitor(), "nobody@example.id", 8)
            assert sign_in(visitor(), person.email).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"login": "", "password": ""},
        {"login": "siti@example.id"},
        {"password": PASSWORD},
        {"login": "x" * 10_000, "password": "x"},
        {"login": "siti\0@example.id", "password": "x"},
        {"login": "siti@example.id", "password": "x\0y"},
        {"login": "siti@example.id", "password": "x" * 10_000},
        {"login": "😀", "password": "😀"},
        {"login": "\u202e\u200f", "password": "\u202e"},
        {"login": "siti@example.id' OR 1=1 --", "password": "x"},
    ],
)
def test_bad_input(visitor: Visit, fields: dict[str, str]) -> None:
    client = visitor()
    answer = client.submit("/sign-in", fields, page="/sign-in")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_forged_or_missing_csrf_token(visitor: Visit, member: Member) -> None:
    person = member()
    client = visitor()
    client.get("/sign-in")
    for token in ("forged", "", None):
        fields = {"login": person.email, "password": PASSWORD} | (
            {} if token is None else {"csrf_token": token}
        )
        assert client.post("/sign-in", data=fields).status_code == 422
    assert not is_in(client)


def test_extra_fields_mean_nothing(visitor: Visit, member: Member) -> None:
    other, person = member(), member()
    client = visitor()
    sign_in(client, person.email, role="admin", user_id=str(other.id), person_id=str(other.id))
    assert whose(client) == person.id
    assert client.get("/admin").status_code in {403, 404}


def test_fifty_thousand_parts(visitor: Visit) -> None:
    client = visitor()
    client.get("/sign-in")
    pairs = "&".join(f"field{n}=x" for n in range(50_000))
    form = client.post("/sign-in", data=pairs, content_type="application/x-www-form-urlencoded")
    assert form.status_code in {400, 413, 422}
    part = '--b\r\nContent-Disposition: form-data; name="field"\r\n\r\nx\r\n'
    parts = client.post(
        "/sign-in", data=part * 50_000 + "--b--", content_type="multipart/form-data; boundary=b"
    )
    assert parts.status_code in {400, 413, 422}


def test_the_device_cookie_signs_nobody_in(visitor: Visit, member: Member) -> None:
    person = member()
    client = visitor()
    sign_in(client, person.email)
    client.delete_cookie("session")
    assert not is_in(client)


def test_a_tampered_device_cookie_is_nothing(visitor: Visit, member: Member) -> None:
    person = member()
    for value in ("[1]", "WzFd.x", "x" * 3000, "\x00", "eyJ9"):
        client = visitor()
        client.set_cookie("device", value)
        assert sign_in(client, person.email).status_code == 303
