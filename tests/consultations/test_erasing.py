"""What is left of a consultation, and of a consultant, when their account is deleted."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.entering import hooks
from portal.accounts.erasing.services import erase
from portal.accounts.models import Person
from portal.consultations.appointments import services
from portal.consultations.cases.services import AddFollowUp, add_follow_up
from portal.consultations.consultants.jobs import let_consultant_go
from portal.consultations.consultants.models import Consultant
from portal.consultations.finding.queries import offer
from portal.db import Words, unit_of_work
from portal.files.checks import checked
from portal.files.services import keep
from portal.resources.models import Closure
from tests.consultations.test_appointment_pages import consultant
from tests.consultations.test_appointments import AT, TEN, House, do
from tests.files.made import picture

pytestmark = pytest.mark.usefixtures("monday_morning")


@pytest.fixture
def gone(app: Flask) -> Any:
    def erased(person_id: int) -> None:
        with unit_of_work() as session:
            erase(session, person_id, by=None, at=AT, let_go=hooks(app).on_erased)

    return erased


def all_words(session: Session) -> str:
    """Everything that is kept of messages, appointments and what came of them."""
    found = ""
    for table in (
        "message",
        "appointment",
        "case_note",
        "follow_up",
        "audit_event",
        "consultant",
        "resource",
        "closure",
    ):
        rows = session.scalars(text(f"SELECT to_jsonb(kept)::text FROM {table} kept"))
        found += "\n".join(rows)
    return found


def test_consultants_inboxes_forget_whoever_asked(trasa: House, session: Session, gone: Any) -> None:
    session.get_one(Person, trasa.person).name = "Siti Nuraeni"
    session.commit()
    held = trasa.request()
    command = AddFollowUp(
        actor=consultant(trasa),
        appointment_id=held.id,
        by_consultant=False,
        task="Lunasi utang",
        due_on=TEN.date(),
    )
    do(add_follow_up, command)
    do(services.cancel, consultant(trasa), trasa.request(starts_at=TEN.replace(hour=5)).id, "Ibunya sakit")
    do(
        services.move,
        services.Move(
            actor=consultant(trasa), reservation_id=held.id, starts_at=TEN, consultant_id=trasa.second
        ),
    )
    said = {"Siti Nuraeni", "Lunasi utang", "Ibunya sakit"}
    before = all_words(session)
    assert {word for word in said if word in before} == said
    gone(trasa.person)
    session.expire_all()
    after = all_words(session)
    assert {word for word in said if word in after} == set()
    told = session.execute(
        text("SELECT facts FROM message WHERE person_id = :id"), {"id": trasa.second_person}
    ).scalar_one()
    assert (told["person_name"], told["reason"]) == ("–", "Akunnya dihapus.")


def test_a_consultant_is_not_to_be_had_any_more(trasa: House, session: Session, gone: Any) -> None:
    ratna = session.get_one(Consultant, trasa.first)
    session.get_one(Person, trasa.first_person).name = "Ratna Dewi"
    session.execute(text("UPDATE resource SET name = 'Ratna Dewi' WHERE id = :id"), {"id": trasa.first})
    ratna.about, ratna.video_url = Words("Guru kue kering", "x"), "https://meet.example/ratna"
    ratna.photo_id = keep(session, checked("ratna.jpg", picture()), by_id=trasa.first_person, at=AT)
    session.add(
        Closure(
            resource_id=trasa.first, starts_at=TEN.replace(hour=8), ends_at=None, reason=Words("Umrah", "x")
        )
    )
    session.commit()
    waits, agreed = trasa.request(), trasa.request(starts_at=TEN.replace(hour=5))
    do(services.confirm, consultant(trasa), agreed.id)
    gone(trasa.first_person)
    for _ in range(2):  # a job may come round again
        let_consultant_go(trasa.first)
    session.expire_all()
    assert list(offer(session, trasa.topic_id, TEN.date(), TEN.date()).consultants) == [trasa.second]
    states = text("SELECT state FROM reservation WHERE id = ANY(:ids)")
    assert set(session.scalars(states, {"ids": [waits.id, agreed.id]})) == {"cancelled"}
    assert session.scalar(text("SELECT count(*) FROM claim WHERE released_at IS NULL")) == 0
    assert session.scalar(text("SELECT count(*) FROM stored_file")) == 0
    told = session.scalars(
        text("SELECT facts ->> 'reason' FROM message WHERE template = 'consultations/cancelled'")
    ).all()
    assert told == ["Konsultan ini tidak bertugas di sini lagi."] * 2
    assert (
        session.scalar(text("SELECT count(*) FROM message WHERE person_id = :id"), {"id": trasa.first_person})
        == 0
    )
    for said in ("Guru kue kering", "Umrah"):
        assert said not in all_words(session)
    assert (
        session.scalar(text("SELECT video_url FROM consultant WHERE id = :id"), {"id": trasa.first}) is None
    )
    assert (
        session.scalar(text("SELECT name FROM resource WHERE id = :id"), {"id": trasa.first}) != "Ratna Dewi"
    )


def test_who_is_no_consultant_leaves_none_behind(trasa: House, session: Session, gone: Any) -> None:
    gone(trasa.other)
    jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'consultations.let_consultant_go'")
    assert session.scalar(jobs) == 0
