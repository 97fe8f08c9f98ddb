from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import now
from portal.notifications.models import Message
from portal.notifications.services import as_json
from tests.client import Visitor
from tests.factories import PersonFactory
from tests.notifications.test_send import FACTS

Visit = Callable[..., Visitor]


def message(session: Session, person: Any, *, minutes_ago: int = 0, read: bool = False, **facts: Any) -> int:
    at = now() - timedelta(minutes=minutes_ago)
    kept = {name: as_json(value) for name, value in {**FACTS, **facts}.items()}
    row = Message(
        person_id=person.id,
        template="bookings/confirmed",
        facts=kept,
        created_at=at,
        read_at=at if read else None,
    )
    session.add(row)
    session.commit()
    return row.id


@pytest.fixture
def person(session: Session) -> Any:
    made: Any = PersonFactory()
    session.commit()
    return made


@pytest.mark.parametrize("path", ["/inbox", "/inbox?page=2"])
def test_a_stranger_signs_in_first(visitor: Visit, path: str) -> None:
    assert visitor().get(path).headers["Location"].startswith("/sign-in?next=")


def test_a_stranger_changes_nothing(session: Session, visitor: Visit, person: Any) -> None:
    number = message(session, person)
    for path in (f"/inbox/{number}/open", "/inbox/read"):
        visitor().submit(path)
    assert session.scalar(select(Message.read_at)) is None


def test_somebody_else_sees_and_opens_nothing(session: Session, visitor: Visit, person: Any) -> None:
    number = message(session, person)
    other: Any = PersonFactory()
    session.commit()
    stranger = visitor(other)
    assert "A07" not in stranger.get("/inbox").text
    assert stranger.submit(f"/inbox/{number}/open").headers["Location"] == "/inbox"
    stranger.submit("/inbox/read")
    assert session.scalar(select(Message.read_at)) is None


def test_an_empty_inbox_says_where_to_go(visitor: Visit, person: Any) -> None:
    page = visitor(person).get("/inbox").text
    assert "Belum ada pesan" in page
    assert 'href="/spaces"' in page


def test_unread_messages_are_counted_and_marked(session: Session, visitor: Visit, person: Any) -> None:
    message(session, person, minutes_ago=2, read=True, resource_name="B01")
    message(session, person, minutes_ago=1)
    page = visitor(person).get("/inbox").text
    assert "1 pesan belum kamu baca" in page
    assert page.count("Belum dibaca") == 1
    assert page.index("Meja A07 jadi milikmu") < page.index("Meja B01 jadi milikmu")
    assert 'href="/bookings/TRS7K4M2W"' in page


def test_looking_changes_nothing_but_opening_marks_read_and_leads_on(
    session: Session, visitor: Visit, person: Any
) -> None:
    number = message(session, person)
    owner = visitor(person)
    owner.get("/inbox")
    assert session.scalar(select(Message.read_at)) is None
    assert owner.get(f"/inbox/{number}/open").status_code == 405
    response = owner.submit(f"/inbox/{number}/open", page="/inbox")
    assert (response.status_code, response.headers["Location"]) == (303, "/bookings/TRS7K4M2W")
    session.rollback()
    first = session.scalar(select(Message.read_at))
    assert first is not None
    owner.submit(f"/inbox/{number}/open", page="/inbox")
    session.rollback()
    assert session.scalar(select(Message.read_at)) == first


def test_a_forged_form_marks_nothing(session: Session, visitor: Visit, person: Any) -> None:
    number = message(session, person)
    answer = visitor(person).post(f"/inbox/{number}/open", data={"csrf_token": "forged"})
    assert answer.status_code == 422
    assert session.scalar(select(Message.read_at)) is None


def test_all_at_once(session: Session, visitor: Visit, person: Any) -> None:
    for minutes in range(3):
        message(session, person, minutes_ago=minutes)
    owner = visitor(person)
    assert owner.submit("/inbox/read", page="/inbox").headers["Location"] == "/inbox"
    assert "Semua pesan sudah dibaca" in owner.get("/inbox").text


def test_old_messages_are_on_further_pages(session: Session, visitor: Visit, person: Any) -> None:
    for minutes in range(21):
        message(session, person, minutes_ago=minutes, resource_name=f"R{minutes:02d}")
    owner = visitor(person)
    first, second = owner.get("/inbox").text, owner.get("/inbox?page=2").text
    assert "R19" in first
    assert "R20" not in first
    assert "R20" in second
    assert "R19" not in second


@pytest.mark.parametrize("number", ["0", "-1", "3", "99999999999999999999"])
def test_pages_that_are_not_there(visitor: Visit, person: Any, number: str) -> None:
    assert visitor(person).get(f"/inbox?page={number}").status_code == 404


def test_a_senseless_page_is_the_first(visitor: Visit, person: Any) -> None:
    assert visitor(person).get("/inbox?page=x").status_code == 200


def test_messages_speak_the_language_of_the_page(session: Session, visitor: Visit, person: Any) -> None:
    message(session, person)
    page = visitor(person).get("/inbox?lang=en").text
    assert "Desk A07 is yours: Tuesday 10 September, 10:00–12:00" in page
    assert "Garden zone" in page
