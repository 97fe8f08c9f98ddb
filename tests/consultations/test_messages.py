"""What both sides of a consultation read, in the inbox and by mail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments import services
from portal.consultations.appointments.services import Move
from portal.notifications.models import Message
from portal.notifications.services import as_json
from portal.notifications.wording import worded
from tests.client import Visitor
from tests.consultations.facts import CONSULTATION
from tests.consultations.test_appointments import AT, TEN, House, do
from tests.factories import PersonFactory
from tests.notifications.test_send import FACTS

pytestmark = pytest.mark.usefixtures("monday_morning")


def consultant(trasa: House) -> Actor:
    return Actor(id=trasa.first_person, is_staff=True)


def told(session: Session, person_id: int) -> list[str]:
    session.rollback()
    rows = session.scalars(
        select(Message.template).where(Message.person_id == person_id).order_by(Message.id)
    )
    return [template.removeprefix("consultations/") for template in rows]


def said(template: str, language: str = "id", **changes: Any) -> str:
    facts = {
        name: as_json(value) for name, value in (FACTS | CONSULTATION | {"reason": ""} | changes).items()
    }
    return worded(f"consultations/{template}", facts, language=language, name="Siti").text


def test_the_life_of_a_consultation_as_both_inboxes_tell_it(
    trasa: House, session: Session, visitor: Callable[..., Visitor]
) -> None:
    first = trasa.request()
    do(services.decline, consultant(trasa), first.id, "Rapat dinas")
    second = trasa.request()
    do(services.confirm, consultant(trasa), second.id)
    own = Move(actor=Actor(id=trasa.person), reservation_id=second.id, starts_at=TEN + timedelta(hours=1))
    do(services.move, own)
    do(services.confirm, consultant(trasa), second.id)
    do(services.remind, second.id)
    do(services.cancel, Actor(id=trasa.person), second.id)
    third = trasa.request(starts_at=TEN + timedelta(days=1))
    do(services.lapse, third.id, at=TEN)
    fourth = trasa.request()
    do(services.confirm, consultant(trasa), fourth.id)
    do(services.mark_no_show, consultant(trasa), fourth.id, at=TEN)
    do(services.complete, consultant(trasa), fourth.id, at=TEN)
    assert told(session, trasa.person) == [
        "requested", "declined", "requested", "confirmed", "moved", "confirmed", "reminder", "cancelled",
        "requested", "lapsed", "requested", "confirmed", "missed", "held",
    ]  # fmt: skip
    assert told(session, trasa.first_person) == [
        "asked_for_consultant", "asked_for_consultant", "booked_for_consultant", "moved_for_consultant",
        "booked_for_consultant", "cancelled_for_consultant", "asked_for_consultant", "lapsed_for_consultant",
        "asked_for_consultant", "booked_for_consultant",
    ]  # fmt: skip
    for person_id in (trasa.person, trasa.first_person):
        page = visitor(session.get_one(Person, person_id)).get("/inbox")
        assert page.status_code == 200
        assert "{" not in page.text.split("<main")[1].split("</main>")[0]


def test_whose_appointment_it_was_hears_that_it_went_to_a_colleague(trasa: House, session: Session) -> None:
    arranged = trasa.request()
    command = Move(
        actor=Actor(id=trasa.person),
        reservation_id=arranged.id,
        starts_at=TEN,
        consultant_id=trasa.second,
    )
    do(services.move, command)
    assert told(session, trasa.first_person) == ["asked_for_consultant", "given_away_for_consultant"]


def test_the_mail_holds_the_signed_link_and_the_inbox_does_not(trasa: House, session: Session) -> None:
    trasa.request()
    facts = session.scalar(text("SELECT facts::text FROM message WHERE template = 'consultations/requested'"))
    assert "link" not in facts
    assert "http://portal.test/consultations/link/abc" in said(
        "requested", signed_path="/consultations/link/abc"
    )


def test_the_reminder_names_what_an_empty_hour_costs(app: Flask) -> None:
    assert "7 orang lain menunggu giliran" in said("reminder", waiting=7)
    few = said("reminder", waiting=0)
    assert "satu orang lain menunggu sepekan lagi" in few
    assert "Saat ini" not in few
    assert "makes somebody else wait a week longer" in said("reminder", "en", waiting=1)


@pytest.mark.parametrize("template", ["declined", "cancelled", "lapsed"])
def test_a_refusal_names_other_times_and_the_way_to_them(app: Flask, template: str) -> None:
    words = said(template, reason="Rapat dinas")
    assert words.count("pukul") >= 3
    assert "http://portal.test/consultations/topics/1" in words
    if template != "lapsed":
        assert "Rapat dinas" in words


def test_without_other_times_the_way_remains(app: Flask) -> None:
    facts = {name: value for name, value in (FACTS | CONSULTATION).items() if not name.startswith("other_")}
    kept = {name: as_json(value) for name, value in (facts | {"reason": "Sakit"}).items()}
    words = worded("consultations/declined", kept, language="id", name="Siti").text
    assert "http://portal.test/consultations/topics/1" in words
    assert "Jam kosong" not in words


def test_a_video_link_is_told_once_it_is_agreed(app: Flask) -> None:
    facts = {"mode": "video", "video_url": "https://meet.example/ratna", "room_name": "", "floor_name": ""}
    assert "meet.example" not in said("requested", **facts)
    assert "meet.example" in said("confirmed", **facts, state="confirmed")


def test_an_unconfirmed_address_gets_a_few_mails_whatever_they_are_about(
    trasa: House, session: Session
) -> None:
    """Neither with consultations alone, nor by adding them to bookings."""
    newcomer = PersonFactory(unconfirmed=True)
    earlier = Message(person_id=newcomer.id, template="bookings/confirmed", facts={}, created_at=AT)
    session.add(earlier)
    session.commit()
    for _ in range(3):
        held = trasa.request(actor=Actor(id=newcomer.id), person_id=newcomer.id)
        do(services.cancel, Actor(id=newcomer.id), held.id)
    mailed = session.scalar(
        text(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail' AND args ->> 'address' = :email"
        ),
        {"email": newcomer.email},
    )
    assert (len(told(session, newcomer.id)), mailed) == (7, 2)


def test_who_moves_to_and_fro_fills_the_consultants_inbox_but_not_their_mailbox(
    trasa: House, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.consultations.appointments.flooding.MOST_MAILS", 3)
    email = session.scalar(select(Person.email).where(Person.id == trasa.first_person))
    mails = text(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail' AND args ->> 'address' = :email"
    )
    restless = Actor(id=trasa.person)
    first = trasa.request()
    for hours in range(1, 6):
        own = Move(actor=restless, reservation_id=first.id, starts_at=TEN + timedelta(hours=hours % 2))
        do(services.move, own)
    assert len(told(session, trasa.first_person)) == 6
    assert session.scalar(mails, {"email": email}) == 3
    trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=TEN + timedelta(days=1))
    assert session.scalar(mails, {"email": email}) == 4, "others are heard as before"
    later = Move(actor=restless, reservation_id=first.id, starts_at=TEN + timedelta(hours=3))
    do(services.move, later, at=AT + timedelta(hours=2))
    assert session.scalar(mails, {"email": email}) == 5, "after a while they are too"
