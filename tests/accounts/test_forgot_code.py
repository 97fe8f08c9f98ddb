"""/forgot/code: eight digits from the front desk, for who has only a phone number."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import AccountToken, Credential, Person
from portal.accounts.passwords import fits
from portal.accounts.recovery.services import GetsLink, NotForStaff, front_desk_code
from portal.accounts.services import NothingToConfirm, UnknownPerson
from portal.accounts.tokens import token_hash
from portal.audit.models import AuditEvent
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import Role
from tests.accounts.conftest import CountingHasher
from tests.client import Visitor

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
NEW = "teh tubruk manis sekali"
PHONE = "+6281234567890"
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


@pytest.fixture
def clerk(member: Member) -> Person:
    return member(roles=[Role.FRONTDESK])


@pytest.fixture
def siti(member: Member) -> Person:
    return member(by_phone=True, phone=PHONE)


def code_for(person: Person, clerk: Person) -> str:
    with unit_of_work() as unit:
        return front_desk_code(unit, person.id, clerk.id, now())


def use(
    visitor: Visitor,
    code: str,
    phone: str = "0812 3456 7890",
    password: str = NEW,
    network: str = "127.0.0.1",
) -> TestResponse:
    fields = {"phone": phone, "code": code, "password": password}
    return visitor.submit("/forgot/code", fields, page="/forgot/code", environ_base={"REMOTE_ADDR": network})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_a_code_sets_a_new_password(visitor: Visit, siti: Person, clerk: Person, session: Session) -> None:
    elsewhere = visitor(siti)
    code = code_for(siti, clerk)
    assert len(code) == 8
    assert code.isdigit()
    client = visitor()
    assert use(client, f"{code[:4]} {code[4:]}").status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert fits(
        NEW, session.scalars(select(Credential.password_hash).where(Credential.person_id == siti.id)).one()
    )


def test_it_works_once(visitor: Visit, siti: Person, clerk: Person) -> None:
    code = code_for(siti, clerk)
    assert use(visitor(), code).status_code == 303
    assert use(visitor(), code).status_code == 422


def test_it_works_for_fifteen_minutes(visitor: Visit, siti: Person, clerk: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        code = code_for(siti, clerk)
    with time_machine.travel(NOW + timedelta(minutes=15), tick=False):
        assert use(visitor(), code).status_code == 422


def test_five_tries(visitor: Visit, siti: Person, clerk: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        code = code_for(siti, clerk)
        for _ in range(5):
            assert use(visitor(), wrong(code)).status_code == 422
        for _ in range(2):
            assert use(visitor(), code).status_code == 422, "five tries are all"
        assert use(visitor(), code_for(siti, clerk)).status_code == 303, "a new code brings new tries"


def test_strangers_elsewhere_do_not_use_up_the_tries(visitor: Visit, siti: Person, clerk: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        code = code_for(siti, clerk)
        for _ in range(7):
            use(visitor(), wrong(code), network="203.0.113.7")
        assert use(visitor(), code, network="203.0.113.7").status_code == 422
        assert use(visitor(), code).status_code == 303


def test_the_same_answer_for_every_number(
    visitor: Visit, siti: Person, clerk: Person, hashing: CountingHasher
) -> None:
    code = code_for(siti, clerk)
    answers = [use(visitor(), wrong(code)), use(visitor(), code, phone="0813 1111 2222")]
    words = [answer.text[answer.text.index('id="code-e"') :][:300] for answer in answers]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert words[0] == words[1]
    assert (hashing.hashed, hashing.verified) == (0, 0)


def test_the_latest_code_counts(visitor: Visit, siti: Person, clerk: Person) -> None:
    first, second = code_for(siti, clerk), code_for(siti, clerk)
    if first != second:
        assert use(visitor(), first).status_code == 422
    assert use(visitor(), second).status_code == 303


def test_of_two_with_one_number_the_code_tells_who(
    visitor: Visit, siti: Person, member: Member, clerk: Person, session: Session
) -> None:
    other = member(email=None, email_confirmed_at=None, phone=PHONE)
    use(visitor(), code_for(other, clerk))
    held = dict(session.execute(select(Credential.person_id, Credential.password_hash)).all())
    assert fits(NEW, held[other.id])
    assert not fits(NEW, held[siti.id])


def test_the_front_desk_cannot_become_a_colleague(member: Member, clerk: Person) -> None:
    admin = member(roles=[Role.ADMIN], phone="+6281311112222")
    with pytest.raises(NotForStaff):
        code_for(admin, clerk)
    colleague = member(roles=[Role.FRONTDESK], phone="+6281311113333")
    assert code_for(colleague, admin)


def test_without_a_number_there_is_no_code(member: Member, clerk: Person) -> None:
    with pytest.raises(NothingToConfirm):
        code_for(member(unconfirmed=True), clerk)


def test_a_mistyped_address_leaves_the_code(visitor: Visit, member: Member, clerk: Person) -> None:
    person = member(by_phone=True, phone=PHONE, email="sitti@example.id")
    assert use(visitor(), code_for(person, clerk)).status_code == 303


def test_whose_address_is_confirmed_gets_a_link_and_no_clerk_their_account(
    member: Member, clerk: Person
) -> None:
    person = member(phone=PHONE)
    with pytest.raises(GetsLink):
        code_for(person, clerk)
    assert code_for(person, member(roles=[Role.ADMIN]))


def test_nobody(clerk: Person) -> None:
    with unit_of_work() as unit, pytest.raises(UnknownPerson):
        front_desk_code(unit, 999_999, clerk.id, now())


def test_the_code_is_kept_nowhere(siti: Person, clerk: Person, session: Session) -> None:
    code = code_for(siti, clerk)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "accounts.front_desk_code")).one()
    assert (event.actor_id, event.person_id) == (clerk.id, siti.id)
    assert code not in str(event.changes)
    kept = session.scalars(select(AccountToken.token_hash)).one()
    assert kept not in {token_hash(words) for words in (code, f"code:{siti.id}:{code}")}, (
        "guessed in a minute"
    )


def test_many_from_one_address_are_slowed(visitor: Visit) -> None:
    client = visitor()
    with time_machine.travel(NOW, tick=False):
        answers = [use(client, "12345678", phone=f"0812 3456 {n:04}") for n in range(23)]
    assert answers[20].status_code == 422
    assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (429, "15")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", ""),
        ("phone", "0812"),
        ("phone", "siti@example.id"),
        ("phone", "0812\x003456"),
        ("code", ""),
        ("code", "1234"),
        ("code", "123456789"),
        ("code", "١٢٣٤٥٦٧٨"),
        ("code", "1234567\0"),
        ("code", "x" * 10_000),
        ("password", ""),
        ("password", "short"),
        ("password", "081234567890"),
        ("password", "x" * 10_000),
    ],
)
def test_bad_input(visitor: Visit, field: str, value: str) -> None:
    answer = use(visitor(), **({"code": "12345678"} | {field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
