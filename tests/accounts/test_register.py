"""/register"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts import entering
from portal.accounts.models import Consent, Credential, Person, RoleGrant
from portal.accounts.queries import CurrentPerson
from portal.accounts.registration.services import mail_confirmation
from portal.audit.models import AuditEvent
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import Role
from tests.accounts.conftest import PASSWORD, CountingHasher, Queue
from tests.client import Visitor
from tests.factories import LONG_AGO

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
Count = Callable[[str], int]

FIELDS = {"name": "Siti Nuraeni", "login": "siti@example.id", "password": PASSWORD, "consent": "y"}


def register(visitor: Visitor, **more: Any) -> TestResponse:
    fields = {key: value for key, value in (FIELDS | more).items() if value is not None}
    return visitor.submit("/register", fields, page="/register")


def test_four_fields_on_one_page(visitor: Visit) -> None:
    page = visitor().get("/register")
    form = page.text[page.text.index("<form") : page.text.index("</form>")]
    assert sorted(re.findall(r'name="(\w+)"', form)) == [
        "consent",
        "csrf_token",
        "login",
        "name",
        "next",
        "password",
    ]
    assert "Belum 17 tahun?" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_by_address(visitor: Visit, session: Session) -> None:
    client = visitor()
    answer = register(client)
    assert (answer.status_code, answer.location) == (303, "/")
    person = session.scalars(select(Person)).one()
    assert (person.name, person.email, person.phone) == ("Siti Nuraeni", "siti@example.id", None)
    assert not person.is_confirmed
    assert person.language == "id"
    assert session.scalars(select(RoleGrant.role)).all() == [Role.ENTREPRENEUR]
    consent = session.scalars(select(Consent)).one()
    assert (consent.purpose, consent.withdrawn_at) == ("bookings", None)
    assert "UU 27/2022 pasal 20 ayat (2) huruf a" in client.get("/account").text
    shown = client.get("/account")
    assert "Siti Nuraeni" in shown.text
    assert "Pastikan alamatmu" in shown.text


def test_by_number_in_english(visitor: Visit, session: Session) -> None:
    client = visitor()
    client.get("/register?lang=en")
    register(client, login="0812 3456 7890")
    person = session.scalars(select(Person)).one()
    assert (person.email, person.phone, person.language) == (None, "+6281234567890", "en")
    assert "Not confirmed yet" in client.get("/account").text


def test_the_audit_log_holds_no_personal_data(visitor: Visit, session: Session) -> None:
    register(visitor())
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.verb for event in events] == ["accounts.sign_in", "accounts.register"]
    assert all("iti" not in str(event.changes) for event in events)


def test_a_stranger_learns_nothing_from_the_answer(
    visitor: Visit, member: Member, hashing: CountingHasher
) -> None:
    """Somebody's confirmed address, somebody's unconfirmed one, nobody's: the same page after the same work."""
    member(email="confirmed@example.id")
    member(email="unconfirmed@example.id", email_confirmed_at=None)
    seen = []
    for login in ("confirmed@example.id", "unconfirmed@example.id", "nobody@example.id"):
        before = (hashing.hashed, hashing.verified)
        client = visitor()
        answer = register(client, login=login)
        work = (hashing.hashed - before[0], hashing.verified - before[1])
        shown = client.get("/account").text.replace(login, "")
        shown = re.sub(r'value="[^"]*"| avatar--\d', "", shown)
        seen.append((answer.status_code, answer.location, work, shown))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2] == (1, 0)


def test_the_same_statements_for_every_address(visitor: Visit, member: Member, app: Flask) -> None:
    from sqlalchemy import event

    from portal.db import db

    member(email="confirmed@example.id")
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    seen = []
    for login in ("confirmed@example.id", "nobody@example.id"):
        client = visitor()
        client.get("/register")
        statements.clear()
        event.listen(db.engine, "before_cursor_execute", note)
        register(client, login=login)
        event.remove(db.engine, "before_cursor_execute", note)
        seen.append(list(statements))
    assert seen[0] == seen[1]


def test_whoever_owns_the_address_hears_of_it(visitor: Visit, member: Member, queue: Queue) -> None:
    owner = member(email="siti@example.id")
    register(visitor(), login="SITI@example.id")
    (job,) = queue("accounts.mail_confirmation")
    with unit_of_work() as unit:
        mail_confirmation(unit, job["person_id"], at=now())
    (mail,) = queue("notifications.mail")
    assert (mail["template"], mail["address"], mail["name"]) == (
        "accounts/exists",
        "siti@example.id",
        owner.name,
    )
    assert "/confirm/" not in str(mail)


def test_a_new_address_gets_a_link(visitor: Visit, queue: Queue, count: Count) -> None:
    register(visitor())
    (job,) = queue("accounts.mail_confirmation")
    with unit_of_work() as unit:
        mail_confirmation(unit, job["person_id"], at=now())
    (mail,) = queue("notifications.mail")
    assert (mail["template"], mail["address"]) == ("accounts/confirm", "siti@example.id")
    assert mail["name"] == "", "a stranger's mailbox is not greeted with what somebody typed"
    assert mail["facts"]["confirm_path"].startswith("/confirm/")
    assert count("message") == 0, "a link with a secret stays out of the inbox"


def test_a_mailbox_is_not_filled(visitor: Visit, queue: Queue) -> None:
    for _ in range(8):
        register(visitor())
    with time_machine.travel(LONG_AGO, tick=False):
        for job in queue("accounts.mail_confirmation"):
            with unit_of_work() as unit:
                mail_confirmation(unit, job["person_id"], at=now())
    assert len(queue("notifications.mail")) == 6


def test_no_mail_for_a_number(visitor: Visit, queue: Queue) -> None:
    register(visitor(), login="0812 3456 7890")
    assert queue("accounts.mail_confirmation") == []


def test_the_choice_is_kept_in_sight_and_booked_on_finishing(visitor: Visit, app: Flask) -> None:
    kept = entering.KeptChoice(
        "Meja A07",
        "Langsung dipesan.",
        "/spaces",
        "Ganti meja",
        "Buat akun dan pesan",
        "Masuk dan pesan",
        "Kembali",
    )
    entered: list[str] = []

    def on_entered(person: CurrentPerson, path: str) -> str:
        entered.append(path)
        return "/bookings/TRS7K4M2W"

    hooks = entering.hooks(app)
    keep: list[Any] = [lambda path: kept if path == "/chosen" else None]
    hooks.keeping.extend(keep)
    hooks.following.append(on_entered)
    try:
        client = visitor()
        page = client.get("/register?next=/chosen")
        assert "Meja A07" in page.text
        assert "Buat akun dan pesan" in page.text
        again = register(client, next="/chosen", name="")
        assert again.status_code == 422
        assert "Meja A07" in again.text
        assert not entered
        assert register(client, next="/chosen").location == "/bookings/TRS7K4M2W"
        assert entered == ["/chosen"]
    finally:
        hooks.keeping.remove(keep[0])
        hooks.following.remove(on_entered)


@pytest.mark.parametrize("target", ["//e", "/\\e", "https://e.example", "/\t/e"])
def test_nobody_is_sent_elsewhere(visitor: Visit, target: str) -> None:
    assert register(visitor(), next=target).location == "/"


def test_a_double_click_makes_one_account(visitor: Visit, app: Flask, count: Count) -> None:
    client = visitor()
    page = client.get("/register")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    cookie = client.get_cookie("session")
    assert cookie is not None

    def click(_: int) -> TestResponse:
        again = Visitor.of(app)
        again.set_cookie("session", cookie.value)
        return again.post("/register", data=FIELDS | {"csrf_token": token[1]})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert count("person") == 1
    assert count("user_session") == 1


@pytest.mark.parametrize("later", [timedelta(minutes=2), timedelta(hours=11)])
def test_the_same_form_later_lets_nobody_in(
    visitor: Visit, app: Flask, count: Count, later: timedelta
) -> None:
    with time_machine.travel(LONG_AGO, tick=False):
        form, again = twice(visitor(), app)
        assert form().status_code == 303
    with time_machine.travel(LONG_AGO + later, tick=False):
        client, answer = again()
        assert answer.status_code == 422
        assert "Formulir ini sudah dikirim" in answer.text
        assert client.get("/account").status_code == 302
    assert count("person") == 1


def test_the_same_form_with_the_old_password_lets_nobody_in(
    visitor: Visit, app: Flask, session: Session
) -> None:
    with time_machine.travel(LONG_AGO, tick=False):
        form, again = twice(visitor(), app)
        assert form().status_code == 303
    session.execute(update(Credential).values(changed_at=LONG_AGO + timedelta(seconds=20)))
    session.commit()
    with time_machine.travel(LONG_AGO + timedelta(seconds=30), tick=False):
        assert again()[1].status_code == 422


def twice(
    client: Visitor, app: Flask
) -> tuple[Callable[[], TestResponse], Callable[[], tuple[Visitor, TestResponse]]]:
    """Sends one form, and the very same from a browser that was left as it was before."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/register").text)
    cookie = client.get_cookie("session")
    assert token is not None
    assert cookie is not None
    data = FIELDS | {"csrf_token": token[1]}

    def again() -> tuple[Visitor, TestResponse]:
        other = Visitor.of(app)
        other.set_cookie("session", cookie.value)
        return other, other.post("/register", data=data)

    return lambda: client.post("/register", data=data), again


def test_two_visitors_with_the_same_words_are_two(visitor: Visit, count: Count) -> None:
    register(visitor())
    register(visitor())
    assert count("person") == 2


def test_many_from_one_address_are_slowed(visitor: Visit, hashing: CountingHasher, count: Count) -> None:
    with time_machine.travel(LONG_AGO, tick=False):
        answers = [register(visitor(), login=f"orang{n}@example.id") for n in range(22)]
        elsewhere = visitor().submit(
            "/register", FIELDS, page="/register", environ_base={"REMOTE_ADDR": "203.0.113.7"}
        )
    assert [answer.status_code for answer in answers] == [303] * 21 + [429]
    assert answers[-1].headers["Retry-After"] == "15"
    assert "15 detik" in answers[-1].text
    assert 'value="orang21@example.id"' in answers[-1].text
    assert elsewhere.status_code == 303
    assert hashing.hashed == 22, "nothing is hashed for who is refused"
    assert count("person") == 22


def test_a_refused_form_costs_no_try(visitor: Visit) -> None:
    client = visitor()
    for _ in range(30):
        register(client, password="short")
    assert register(client).status_code == 303


BAD = [
    ("name", None),
    ("name", ""),
    ("name", "   "),
    ("name", "12345"),
    ("name", "x" * 10_000),
    ("name", "Siti\0Nuraeni"),
    ("name", "Siti\u202einearuN"),
    ("name", "\u200fSiti"),
    ("name", "😀"),
    ("login", None),
    ("login", ""),
    ("login", "siti"),
    ("login", "siti@"),
    ("login", "0812 3456"),
    ("login", "x" * 10_000),
    ("login", "siti\0@example.id"),
    ("login", "siti@example.id\r\nBcc: x@e.example"),
    ("login", "\u202e0812"),
    ("password", None),
    ("password", ""),
    ("password", "short"),
    ("password", "password123"),
    ("password", "sitinuraeni"),
    ("password", "siti@example.id"),
    ("password", "x" * 10_000),
    ("password", "kopi pagi\0di slawi"),
    ("consent", None),
    ("consent", ""),
    ("consent", "false"),
]


@pytest.mark.parametrize(("field", "value"), BAD)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_bad_input(visitor: Visit, count: Count, field: str, value: str | None, lang: str) -> None:
    client = visitor()
    client.get(f"/register?lang={lang}")
    answer = register(client, **{field: value})
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-e">.*?</span></span>', answer.text, re.DOTALL)
    assert error is not None, "the words stand beside the field"
    words = re.sub(r"<[^>]+>", "", error[0].split(">", 1)[1]).split(": ", 1)[1]
    assert answer.text.count(words) >= 2, "and the same ones in the summary"
    kept = "Siti Nuraeni" if field != "name" else "siti@example.id"
    assert f'value="{kept}"' in answer.text
    assert PASSWORD not in answer.text
    assert count("person") == 0


def test_emoji_and_other_scripts_are_fine(visitor: Visit, session: Session) -> None:
    register(visitor(), name="  Siti   محمد 😀 ", password="🌋🍵🐟🎻🚲🪁🦜🧶")
    assert session.scalars(select(Person.name)).one() == "Siti محمد 😀"


def test_markup_is_text(visitor: Visit) -> None:
    client = visitor()
    register(client, name="<script>alert(1)</script> Siti")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Siti" in client.get("/account").text


def test_extra_fields_mean_nothing(visitor: Visit, session: Session) -> None:
    more = {
        "role": "admin",
        "roles": "admin",
        "user_id": "1",
        "id": "999",
        "status": "x",
        "email_confirmed_at": "2026-01-01",
    }
    register(visitor(), **more)
    person = session.scalars(select(Person)).one()
    assert (person.id == 999, person.is_confirmed) == (False, False)
    assert session.scalars(select(RoleGrant.role)).all() == [Role.ENTREPRENEUR]


def test_a_forged_csrf_token(visitor: Visit, count: Count) -> None:
    client = visitor()
    client.get("/register")
    assert client.post("/register", data=FIELDS | {"csrf_token": "forged"}).status_code == 422
    assert client.post("/register", data=FIELDS).status_code == 422
    assert count("person") == 0


def test_get_makes_nothing(visitor: Visit, count: Count) -> None:
    assert visitor().get("/register", query_string=FIELDS).status_code == 200
    assert count("person") == 0


def test_who_is_in_already_goes_on(visitor: Visit, member: Member) -> None:
    assert visitor(member()).get("/register?next=/bookings").location == "/bookings"


def test_nothing_is_half_saved(visitor: Visit, count: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.accounts.registration import services

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the queue is gone")

    monkeypatch.setattr(services, "defer", fail)
    assert register(visitor()).status_code == 500
    assert (count("person"), count("credential"), count("user_session")) == (0, 0, 0)
