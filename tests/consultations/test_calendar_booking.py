"""Booking for somebody, and keeping time free."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from tests.client import Visitor
from tests.consultations.test_appointments import AT, TEN, House
from tests.factories import PersonFactory, TopicFactory, words

Visit = Callable[..., Visitor]
HOUR = timedelta(hours=1)
START = "/calendar/new?starts_at=2026-09-08T10:00:00%2B07:00"
PHONE = "0812 3456 7890"


@pytest.fixture(autouse=True)
def clock(monday_morning: None) -> None:
    """All of it happens on Monday at 08.00."""


@pytest.fixture
def consultant(trasa: House, session: Session, visitor: Visit) -> Visitor:
    return visitor(session.get(Person, trasa.first_person))


def typed(trasa: House, **more: Any) -> dict[str, Any]:
    usual = {"topic_id": trasa.topic_id, "mode": "video", "day": "2026-09-08", "clock": "10:00"}
    return usual | more


def booked(session: Session) -> list[Any]:
    session.rollback()
    return list(
        session.execute(
            text("SELECT v.state, v.starts_at, v.person_id, v.reference FROM reservation v ORDER BY v.id")
        )
    )


def test_a_tap_on_the_week_fills_in_day_and_time(trasa: House, consultant: Visitor) -> None:
    page = consultant.get(START).text
    assert 'value="2026-09-08"' in page
    assert 'value="10:00"' in page
    assert re.search(rf'value="{trasa.topic_id}"[^>]* checked|checked[^>]* value="{trasa.topic_id}"', page)
    assert "/calendar/block?starts_at=" in page
    form = page[page.index('<form method="post" action="/calendar/new"') :]
    assert 'name="csrf_token"' in form[: form.index("</form>")]
    assert (
        consultant.get("/calendar/new?starts_at=x&person_id=999999999&topic_id=a&clock=99:99").status_code
        == 200
    )


def test_somebody_known_is_found_by_name_number_address_or_reference(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    siti = PersonFactory(name="Siti Nuraeni", by_phone=True, phone="+6281298765432")
    session.commit()
    reference = trasa.request(
        actor=Actor(id=siti.id), person_id=siti.id, consultant_id=trasa.second
    ).reference
    for wanted in ("siti nur", "9876-5432", "0812 9876", reference.lower()):
        page = consultant.get("/calendar/new", query_string={"q": wanted, "day": "2026-09-08"}).text
        assert f"person_id={siti.id}" in page, wanted
        assert "nomor berakhiran 5432" in page
        assert "81298765432" not in page, "no more than tells two people apart"
    other = session.get_one(Person, trasa.other)
    assert f"person_id={trasa.other}" in consultant.get("/calendar/new", query_string={"q": other.email}).text
    for nobody in ("si", "zzzzzz", "%%%", "\0\0\0\0"):
        assert "person_id=" not in consultant.get("/calendar/new", query_string={"q": nobody}).text


def test_for_somebody_known_it_is_agreed_at_once_and_once(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    chosen = consultant.get(f"{START}&person_id={trasa.other}").text
    assert session.get_one(Person, trasa.other).name in chosen
    assert "Atau orang baru" not in chosen
    places = [
        consultant.submit("/calendar/new", typed(trasa, person_id=trasa.other), page=START).location
        for _ in range(2)
    ]
    (row,) = booked(session)
    assert (row.state, row.starts_at, row.person_id) == ("confirmed", TEN, trasa.other)
    assert places == [f"/calendar/appointments/{row.reference}"] * 2


def test_for_somebody_new_a_person_is_noted_once(trasa: House, consultant: Visitor, session: Session) -> None:
    new = {"name": "Joko  Purnomo", "phone": PHONE, "consent": "y"}
    for _ in range(2):
        answer = consultant.submit("/calendar/new", typed(trasa, **new), page=START)
        assert answer.status_code == 303
    people = session.scalars(text("SELECT phone FROM person WHERE name = 'Joko Purnomo'")).all()
    assert people == ["+6281234567890"]
    assert len(booked(session)) == 1
    assert session.scalar(text("SELECT count(*) FROM consent")) == 1
    assert "8123-4567-890" in consultant.get(answer.location).text.replace("0812-3456-7890", "8123-4567-890")


def test_what_is_missing_is_said_field_by_field(trasa: House, consultant: Visitor, session: Session) -> None:
    answer = consultant.submit("/calendar/new", {"name": " ", "phone": "12"}, page=START)
    assert answer.status_code == 422
    for said in ("Ketik namanya.", "Tanyakan dulu", "Pilih topiknya.", "Pilih cara", "Pilih hari"):
        assert said in answer.text
    strange = typed(trasa, person_id="1e9", topic_id="999", mode="telepathy", name="Joko", phone=PHONE)
    assert consultant.submit("/calendar/new", strange, page=START).status_code == 422
    assert consultant.submit("/calendar/new", typed(trasa, person_id="99999"), page=START).status_code == 422
    assert not booked(session)


def test_a_number_that_is_somebodys_leads_to_them(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    siti = PersonFactory(name="Siti Nuraeni", by_phone=True, phone="+6281234567890")
    session.commit()
    new = {"name": "Joko", "phone": PHONE, "consent": "y"}
    answer = consultant.submit("/calendar/new", typed(trasa, **new), page=START)
    assert answer.status_code == 422
    assert "Itu nomor Siti Nuraeni." in answer.text
    assert f"person_id={siti.id}" in answer.text
    assert not booked(session)


def test_a_tapped_gap_suggests_what_fits_into_it(trasa: House, consultant: Visitor, session: Session) -> None:
    short = TopicFactory(name=words("Singkat", "Short"), minutes=30, position=9)
    session.execute(
        text("INSERT INTO consultant_topic (consultant_id, topic_id) VALUES (:who, :topic)"),
        {"who": trasa.first, "topic": short.id},
    )
    session.commit()
    for ends, topic_id in (("10:30", short.id), ("11:00", trasa.topic_id), ("10:10", trasa.topic_id)):
        page = consultant.get(f"{START}&ends_at=2026-09-08T{ends}:00%2B07:00").text
        checked = re.search(r'<input checked[^>]*name="topic_id"[^>]*value="(\d+)"', page)
        assert checked
        assert int(checked[1]) == topic_id


def test_the_time_can_still_be_kept_free_after_a_search(consultant: Visitor) -> None:
    page = consultant.get("/calendar/new?day=2026-09-08&clock=10:00&q=Joko").text
    assert "/calendar/block?starts_at=2026-09-08T10:00:00%2B07:00" in page.replace("%3A", ":")


def test_a_taken_time_leaves_nobody_behind_and_offers_others(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    trasa.request()
    new = {"name": "Joko Purnomo", "phone": PHONE, "consent": "y"}
    answer = consultant.submit("/calendar/new", typed(trasa, **new), page=START)
    assert answer.status_code == 409
    assert f"Sudah ada {session.get_one(Person, trasa.person).name}" in answer.text
    assert "Joko Purnomo" in answer.text
    offered = re.findall(r'name="starts_at" value="([^"]+)"', answer.text)
    assert offered == ["2026-09-08T09:00:00+07:00", "2026-09-08T11:00:00+07:00", "2026-09-08T11:30:00+07:00"]
    assert not session.scalar(text("SELECT count(*) FROM person WHERE name = 'Joko Purnomo'"))
    taken = typed(trasa, starts_at=offered[1], **new)
    assert consultant.submit("/calendar/new", taken, page=START).status_code == 303
    assert booked(session)[1].starts_at == TEN + HOUR


def test_only_ones_own_topics(trasa: House, consultant: Visitor, session: Session) -> None:
    foreign = House(session)
    answer = consultant.submit(
        "/calendar/new", typed(trasa, topic_id=foreign.topic_id, person_id=trasa.other), page=START
    )
    assert answer.status_code == 422


def test_blocked_time_is_drawn_and_can_be_given_back(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    form = consultant.get(
        "/calendar/block?starts_at=2026-09-08T13:00:00%2B07:00&ends_at=2026-09-08T15:00:00%2B07:00"
    )
    assert 'value="13:00"' in form.text
    assert 'value="15:00"' in form.text
    block = {"day": "2026-09-08", "opens": "13:00", "closes": "15:00", "reason": "Rapat dinas"}
    for _ in range(2):
        assert consultant.submit("/calendar/block", block).location == "/calendar?day=2026-09-08"
    session.rollback()
    (closure,) = session.scalars(text("SELECT id FROM closure")).all()
    assert "Rapat dinas" in consultant.get("/calendar").text
    page = consultant.get(f"/calendar/block/{closure}").text
    assert "Selasa 8 September, 13.00–15.00" in page
    assert consultant.submit(f"/calendar/block/{closure}/delete").status_code == 303
    session.rollback()
    assert not session.scalar(text("SELECT count(*) FROM closure"))
    assert consultant.get(f"/calendar/block/{closure}").status_code == 404


def test_blocking_over_an_appointment_says_so(trasa: House, consultant: Visitor) -> None:
    trasa.request()
    block = {"day": "2026-09-08", "opens": "09:00", "closes": "12:00"}
    consultant.submit("/calendar/block", block)
    assert "1 janji di dalamnya tetap berlaku" in consultant.get("/calendar").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": "15:00", "closes": "13:00"},
        {"opens": "13:00", "closes": "13:00"},
        {"opens": "", "closes": "13:00"},
        {"opens": "25:00"},
        {"day": "2026-02-30"},
        {"day": "2026-09-06"},
        {"day": "9999-09-06"},
        {"day": ""},
        {"opens": "06:00", "closes": "07:00", "day": "2026-09-07"},
        {"reason": "a" * 201},
        {"reason": "a\0"},
    ],
)
def test_nonsense_is_not_blocked(
    trasa: House, consultant: Visitor, session: Session, wrong: dict[str, str]
) -> None:
    block = {"day": "2026-09-08", "opens": "12:00", "closes": "15:00", "reason": ""} | wrong
    assert consultant.submit("/calendar/block", block).status_code == 422
    session.rollback()
    assert not session.scalar(text("SELECT count(*) FROM closure"))


def test_a_colleagues_block_is_theirs(
    trasa: House, consultant: Visitor, session: Session, visitor: Visit
) -> None:
    consultant.submit("/calendar/block", {"day": "2026-09-08", "opens": "12:00", "closes": "15:00"})
    session.rollback()
    closure = session.scalar(text("SELECT id FROM closure"))
    colleague = visitor(session.get(Person, trasa.second_person))
    assert colleague.get(f"/calendar/block/{closure}").status_code == 404
    assert colleague.submit(f"/calendar/block/{closure}/delete").status_code == 404
    with time_machine.travel(AT + timedelta(days=2), tick=False):
        assert "Waktu ini sudah lewat." in consultant.get(f"/calendar/block/{closure}").text
