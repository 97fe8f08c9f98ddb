"""/confirm/<token>: looking changes nothing, the button does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.accounts.models import Person, TokenPurpose
from portal.accounts.registration.services import mail_confirmation
from portal.clock import now
from portal.db import unit_of_work
from tests.accounts.conftest import Queue
from tests.client import Visitor

Member = Callable[..., Person]
Visit = Callable[..., Visitor]
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def link_for(person: Person, queue: Queue) -> str:
    with unit_of_work() as unit:
        mail_confirmation(unit, person.id, at=now())
    return str(queue("notifications.mail")[-1]["facts"]["confirm_path"])


def is_confirmed(session: Session, person: Person) -> bool:
    session.expire_all()
    return session.get_one(Person, person.id, populate_existing=True).is_confirmed


def test_opening_it_changes_nothing(visitor: Visit, member: Member, session: Session, queue: Queue) -> None:
    person = member(unconfirmed=True)
    link = link_for(person, queue)
    for _ in range(3):
        page = visitor().get(link)
        assert page.status_code == 200
        assert str(person.email) in page.text
        assert page.headers["Cache-Control"] == "no-store"
    assert visitor().head(link).status_code == 200
    assert not is_confirmed(session, person)


def test_the_button_confirms_on_any_device(
    visitor: Visit, member: Member, session: Session, queue: Queue
) -> None:
    person = member(unconfirmed=True)
    link = link_for(person, queue)
    answer = visitor().submit(link, page=link)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert is_confirmed(session, person)


def test_it_signs_nobody_in(visitor: Visit, member: Member, queue: Queue) -> None:
    client, link = visitor(), link_for(member(unconfirmed=True), queue)
    client.submit(link, page=link)
    assert client.get("/account").status_code == 302


def test_it_works_once(visitor: Visit, member: Member, queue: Queue) -> None:
    link = link_for(member(unconfirmed=True), queue)
    client = visitor()
    client.get(link)
    client.submit(link, page=link)
    assert client.submit(link, page="/sign-in").status_code == 404
    assert visitor().get(link).status_code == 404


def test_it_works_for_seven_days(visitor: Visit, member: Member, session: Session, queue: Queue) -> None:
    person = member(unconfirmed=True)
    with time_machine.travel(NOW, tick=False):
        link = link_for(person, queue)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        assert visitor().get(link).status_code == 404
        assert visitor().submit(link, page="/sign-in").status_code == 404
    assert not is_confirmed(session, person)


def test_the_latest_link_counts(visitor: Visit, member: Member, queue: Queue) -> None:
    person = member(unconfirmed=True)
    first, second = link_for(person, queue), link_for(person, queue)
    assert visitor().get(first).status_code == 404
    assert visitor().get(second).status_code == 200


def test_two_with_one_address_the_first_to_confirm_has_it(
    visitor: Visit, member: Member, session: Session, queue: Queue
) -> None:
    people = [member(email="siti@example.id", email_confirmed_at=None) for _ in range(2)]
    links = [link_for(person, queue) for person in people]
    assert visitor().submit(links[1], page=links[1]).status_code == 303
    refused = visitor().submit(links[0], page=links[0])
    assert refused.status_code == 422
    assert "milik orang lain" in refused.text
    assert [is_confirmed(session, person) for person in people] == [False, True]


def test_an_old_link_does_not_confirm_another_address(
    visitor: Visit, member: Member, session: Session, queue: Queue
) -> None:
    person = member(unconfirmed=True)
    link = link_for(person, queue)
    session.get_one(Person, person.id).email = "other@example.id"
    session.commit()
    assert visitor().submit(link, page=link).status_code == 404
    assert not is_confirmed(session, person)


def test_forged(visitor: Visit, member: Member, session: Session, queue: Queue) -> None:
    person = member(unconfirmed=True)
    link = link_for(person, queue)
    client = visitor()
    client.get(link)
    assert client.post(link, data={"csrf_token": "forged"}).status_code == 422
    assert not is_confirmed(session, person)


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "😀", "..%2f", "'--"])
def test_links_that_never_were(visitor: Visit, token: str) -> None:
    assert visitor().get(f"/confirm/{token}").status_code == 404
    assert visitor().submit(f"/confirm/{token}", page="/sign-in").status_code == 404


def test_a_link_to_reset_confirms_nothing(visitor: Visit, member: Member, session: Session) -> None:
    from portal.accounts.links import new_link

    person = member(unconfirmed=True)
    with unit_of_work() as unit:
        token = new_link(
            unit,
            person.id,
            TokenPurpose.RESET_PASSWORD,
            address=person.email,
            expires_at=now() + timedelta(hours=1),
            at=now(),
        )
    assert visitor().get(f"/confirm/{token}").status_code == 404


def test_the_link_again(visitor: Visit, member: Member, queue: Queue) -> None:
    person = member(unconfirmed=True)
    client = visitor(person)
    assert client.submit("/account/confirm", page="/account").location == "/account"
    assert queue("accounts.mail_confirmation") == [{"person_id": person.id}]
    assert visitor().submit("/account/confirm", page="/sign-in").location.startswith("/sign-in")
