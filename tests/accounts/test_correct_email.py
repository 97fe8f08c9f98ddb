"""At the front desk: an address that was mistyped, and that nobody has confirmed, is put right."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.recovery.services import ConfirmedAlready, NotForStaff, correct_email, mail_reset
from portal.accounts.registration.services import ask_to_confirm, mail_confirmation
from portal.accounts.services import UnknownPerson
from portal.audit.models import AuditEvent
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import Role
from tests.client import Visitor

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
Queue = Callable[[str], list[dict[str, Any]]]
RIGHT = "siti@gmail.com"


@pytest.fixture
def clerk(member: Member) -> Person:
    return member(roles=[Role.FRONTDESK])


@pytest.fixture
def siti(member: Member) -> Person:
    return member(unconfirmed=True, email="siti@gmial.com")


def correct(person_id: int, by: Person, email: str = RIGHT) -> None:
    with unit_of_work() as unit:
        correct_email(unit, person_id, email, by=by.id, at=now())


def test_the_link_goes_to_the_right_address_and_confirms_it(
    siti: Person, clerk: Person, session: Session, queue: Queue, visitor: Visit
) -> None:
    correct(siti.id, clerk)
    assert queue("accounts.mail_confirmation") == [{"person_id": siti.id}]
    with unit_of_work() as unit:
        mail_confirmation(unit, siti.id, at=now())
    (mail,) = queue("notifications.mail")
    assert mail["address"] == RIGHT
    path = mail["facts"]["confirm_path"]
    assert visitor().submit(path, page=path).status_code == 303
    session.expire_all()
    person = session.get_one(Person, siti.id)
    assert (person.email, person.is_confirmed) == (RIGHT, True)


def test_whoever_reads_the_wrong_mailbox_has_nothing(
    siti: Person, clerk: Person, queue: Queue, visitor: Visit
) -> None:
    with unit_of_work() as unit:
        ask_to_confirm(unit, siti.id)
        mail_confirmation(unit, siti.id, at=now())
        mail_reset(unit, "siti@gmial.com", at=now())
    facts = [mail["facts"] for mail in queue("notifications.mail")]
    paths = [facts[0]["confirm_path"], facts[1]["reset_path"]]
    assert [visitor().get(path).status_code for path in paths] == [200, 200]
    correct(siti.id, clerk)
    assert [visitor().get(path).status_code for path in paths] == [404, 404]


def test_the_record_names_the_field_alone(siti: Person, clerk: Person, session: Session) -> None:
    correct(siti.id, clerk)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "accounts.correct_email")).one()
    assert (event.actor_id, event.person_id, event.changes) == (clerk.id, siti.id, {"fields": ["email"]})


def test_what_is_somebodys_already_is_not_told_at_the_desk(
    siti: Person, clerk: Person, member: Member, queue: Queue
) -> None:
    member(email=RIGHT)
    correct(siti.id, clerk)
    with unit_of_work() as unit:
        mail_confirmation(unit, siti.id, at=now())
    assert [mail["template"] for mail in queue("notifications.mail")] == ["accounts/exists"]


def test_a_confirmed_address_stays(clerk: Person, member: Member, session: Session) -> None:
    owner = member()
    with pytest.raises(ConfirmedAlready):
        correct(owner.id, clerk)
    session.expire_all()
    assert session.get_one(Person, owner.id).email != RIGHT


def test_colleagues_are_for_the_administrator(clerk: Person, member: Member, session: Session) -> None:
    colleague = member(roles=[Role.OFFICIAL], unconfirmed=True)
    with pytest.raises(NotForStaff):
        correct(colleague.id, clerk)
    correct(colleague.id, member(roles=[Role.ADMIN]))
    session.expire_all()
    assert session.get_one(Person, colleague.id).email == RIGHT


def test_nobody(clerk: Person) -> None:
    with pytest.raises(UnknownPerson):
        correct(0, clerk)
