"""What a consultant does with an appointment: answer, cancel, close; and what others did meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments import services
from portal.consultations.cases.models import CaseNote
from tests.client import Visitor
from tests.consultations.test_appointments import AT, TEN, House, do

Visit = Callable[..., Visitor]
HOUR = timedelta(hours=1)
VERBS = ("confirm", "decline", "cancel", "complete", "no-show", "move")


@pytest.fixture(autouse=True)
def clock(monday_morning: None) -> None:
    """All of it happens on Monday at 08.00."""


@pytest.fixture
def consultant(trasa: House, session: Session, visitor: Visit) -> Visitor:
    return visitor(session.get(Person, trasa.first_person))


def path(arranged: Any, verb: str = "") -> str:
    return f"/calendar/appointments/{arranged.reference}" + (f"/{verb}" if verb else "")


def state(session: Session) -> Any:
    return session.execute(
        text("SELECT v.state, a.reason FROM reservation v JOIN appointment a ON a.id = v.id")
    ).one()


def confirmed(trasa: House) -> Any:
    arranged = trasa.request()
    do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
    return arranged


def test_one_tap_accepts_and_twice_is_the_same(trasa: House, consultant: Visitor, session: Session) -> None:
    arranged = trasa.request()
    for _ in range(2):
        answer = consultant.submit(path(arranged, "confirm") + "?week=2026-09-07", page="/calendar")
        assert answer.status_code == 303
        assert answer.location == "/calendar?week=2026-09-07"
    assert state(session).state == "confirmed"
    sent = session.scalars(
        text("SELECT template FROM message WHERE person_id = :id"), {"id": trasa.person}
    ).all()
    assert sent.count("consultations/confirmed") == 1
    assert "Orangnya diberi tahu." in consultant.get("/calendar").text


def test_declining_takes_a_ready_reason_or_own_words(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    arranged = trasa.request()
    page = consultant.get(path(arranged, "decline")).text
    assert "Saya sakit" in page
    assert "jam yang kosong: besok pukul" in page or "jam yang kosong: hari ini" in page
    refused = consultant.submit(path(arranged, "decline"), {"reason": "  "})
    assert refused.status_code == 422
    assert "Tulis alasannya" in refused.text
    assert state(session).state == "requested"
    too_long = consultant.submit(path(arranged, "decline"), {"ready": "1", "reason": "a" * 501})
    assert too_long.status_code == 422
    assert "a" * 501 in too_long.text
    done = consultant.submit(path(arranged, "decline"), {"ready": "1", "reason": "Maaf, ya"})
    assert done.status_code == 303
    session.rollback()
    assert state(session) == ("declined", "Saya sakit. Maaf, ya")
    again = consultant.submit(path(arranged, "decline"), {"ready": "0"})
    assert again.status_code == 303


def test_cancelling_needs_a_reason(trasa: House, consultant: Visitor, session: Session) -> None:
    arranged = confirmed(trasa)
    assert consultant.get(path(arranged, "cancel")).status_code == 200
    assert consultant.submit(path(arranged, "cancel"), {"reason": ""}).status_code == 422
    for _ in range(2):
        assert consultant.submit(path(arranged, "cancel"), {"reason": "Listrik padam"}).status_code == 303
    assert state(session) == ("cancelled", "Listrik padam")


@pytest.mark.parametrize("verb", ["confirm", "decline", "move"])
def test_who_cancelled_in_the_same_minute_is_named_and_nothing_is_lost(
    trasa: House, consultant: Visitor, session: Session, verb: str
) -> None:
    arranged = trasa.request()
    do(services.cancel, Actor(id=trasa.person), arranged.id, "Anak sakit")
    typed = {"reason": "Bawa KTP, ya", "starts_at": (TEN + 2 * HOUR).isoformat()}
    answer = consultant.submit(path(arranged, verb), typed)
    assert answer.status_code == 409
    name = session.get_one(Person, trasa.person).name
    assert f"{name} membatalkannya hari ini 08.00" in answer.text
    assert "Anak sakit" in answer.text
    if verb != "confirm":
        assert "Bawa KTP, ya" in answer.text


def test_cancelling_what_the_person_has_cancelled_says_so(trasa: House, consultant: Visitor) -> None:
    arranged = confirmed(trasa)
    do(services.cancel, Actor(id=trasa.person), arranged.id)
    answer = consultant.submit(path(arranged, "cancel"), {"reason": "Rapat mendadak"})
    assert answer.status_code == 409
    assert "Rapat mendadak" in answer.text


def test_a_request_that_lapsed_says_so(trasa: House, consultant: Visitor, session: Session) -> None:
    arranged = trasa.request()
    do(services.lapse, arranged.id, at=AT + timedelta(hours=24))
    answer = consultant.submit(path(arranged, "confirm"))
    assert answer.status_code == 409
    assert "permintaannya gugur" in answer.text


def test_closing_takes_place_once_it_has_begun(trasa: House, consultant: Visitor, session: Session) -> None:
    arranged = confirmed(trasa)
    assert consultant.submit(path(arranged, "complete")).status_code == 422
    with time_machine.travel(TEN + HOUR, tick=False):
        assert "jadi datang?" in consultant.get(path(arranged)).text
        for verb, after in (("no-show", "no-show"), ("complete", "completed"), ("complete", "completed")):
            assert consultant.submit(path(arranged, verb)).status_code == 303
            session.rollback()
            assert state(session).state == after
        assert consultant.submit(path(arranged, "cancel"), {"ready": "0"}).status_code == 409


def test_nobody_else_reaches_it(trasa: House, session: Session, visitor: Visit) -> None:
    arranged = trasa.request()
    colleague = visitor(session.get(Person, trasa.second_person))
    for verb in ("", "decline", "cancel", "move"):
        assert colleague.get(path(arranged, verb)).status_code == 404
    for verb in VERBS:
        data = {"reason": "x", "starts_at": (TEN + HOUR).isoformat()}
        assert colleague.submit(path(arranged, verb), data).status_code == 404
    assert visitor(session.get(Person, trasa.person)).get(path(arranged)).status_code == 403
    assert state(session).state == "requested"


def test_the_page_says_who_comes_and_what_was_before(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    person = session.get_one(Person, trasa.person)
    person.phone = "+6281234567890"
    session.commit()
    other = trasa.request(consultant_id=trasa.second, starts_at=TEN - 24 * HOUR)
    do(services.confirm, Actor(id=trasa.second_person, is_staff=True), other.id)
    session.add(CaseNote(id=other.id, private_note="Rahasia rekan", advice="Nasihat rekan", written_at=AT))
    session.commit()
    arranged = trasa.request(answers=({"question": {"id": "Usaha apa?", "en": "Which?"}, "answer": "Kopi"},))
    with time_machine.travel(TEN - HOUR, tick=False):
        page = consultant.get(path(arranged)).text
    assert f"{person.name} menunggu jawaban" in page
    assert 'href="tel:+6281234567890"' in page
    assert 'href="https://wa.me/6281234567890"' in page
    assert "Usaha apa?" in page
    assert "Kopi" in page
    assert session.get_one(Person, trasa.second_person).name in page
    assert "Rahasia rekan" not in page
    assert other.reference not in page
