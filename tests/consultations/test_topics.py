"""`/admin/topics` and `/admin/outcomes`: kept, refused, retired, without touching what was promised."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.consultations.topics.questions import Questions
from portal.permissions import Role
from tests.client import Visitor
from tests.consultations.test_hours import Office
from tests.factories import PersonFactory

NEW = "/admin/topics/new"
TOPIC = {
    "do": "save",
    "name_id": "Sertifikat halal",
    "name_en": "Halal certificate",
    "description_id": "Dari daftar sampai terbit",
    "description_en": "",
    "field": "production",
    "minutes": "45",
    "buffer_before_minutes": "0",
    "buffer_after_minutes": "15",
    "step_minutes": "15",
    "modes": ["in_person", "video"],
    "answer_hours": "24",
    "cancel_minutes": "120",
    "to_bring_id": "KTP\nContoh produk",
    "to_bring_en": "",
    "position": "3",
    "is_active": "y",
}
QUESTIONS = {
    "q0-label_id": "Usahanya apa?",
    "q0-kind": "text",
    "q0-required": "y",
    "q0-active": "y",
    "q4-label_id": "Sudah berapa lama?",
    "q4-label_en": "For how long?",
    "q4-kind": "choice",
    "q4-choices_id": "Baru mulai\r\n1 tahun\r\n",
    "q4-choices_en": "Just begun\n1 year",
    "q4-active": "y",
}


class Room:
    def __init__(self, session: Session, visitor: Callable[..., Visitor]) -> None:
        self.session = session
        person = PersonFactory(roles=[Role.ADMIN])
        session.commit()
        self.admin = visitor(person)

    def save(self, fields: dict[str, Any], page: str = NEW) -> TestResponse:
        seen = re.search(r'name="seen" value="(\w*)"', self.admin.get(page).text)
        return self.admin.submit(page, {"seen": seen[1] if seen else ""} | fields, page=page)

    def topic(self) -> Any:
        self.session.rollback()
        return self.session.execute(text("SELECT * FROM topic ORDER BY id DESC LIMIT 1")).one()

    def questions(self) -> list[Any]:
        self.session.rollback()
        rows = self.session.execute(
            text("SELECT label ->> 'id', kind, is_active FROM intake_question ORDER BY position, id")
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def room(session: Session, visitor: Callable[..., Visitor]) -> Room:
    return Room(session, visitor)


def test_a_topic_is_made_with_its_questions(room: Room) -> None:
    assert room.save(TOPIC | QUESTIONS).status_code == 303
    topic = room.topic()
    assert topic.name == {"id": "Sertifikat halal", "en": "Halal certificate"}
    assert topic.description["en"] == "Dari daftar sampai terbit"
    assert (topic.minutes, topic.step_minutes, topic.modes) == (45, 15, ["in_person", "video"])
    assert not topic.confirms_itself
    assert room.questions() == [("Usahanya apa?", "text", True), ("Sudah berapa lama?", "choice", True)]
    choices = room.session.scalar(text("SELECT choices FROM intake_question WHERE kind = 'choice'"))
    assert choices == [{"id": "Baru mulai", "en": "Just begun"}, {"id": "1 tahun", "en": "1 year"}]
    assert "Sertifikat halal" in room.admin.get("/admin/topics").text


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name_id": ""}, "name_id"),
        ({"name_id": "x" * 81}, "name_id"),
        ({"name_id": "a\0b"}, "name_id"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "99999999999999999999"}, "minutes"),
        ({"minutes": "enam puluh"}, "minutes"),
        ({"buffer_after_minutes": "121"}, "buffer_after_minutes"),
        ({"step_minutes": "7"}, "step_minutes"),
        ({"modes": []}, "modes"),
        ({"modes": ["telepathy"]}, "modes"),
        ({"field": "magic"}, "field"),
        ({"answer_hours": "0"}, "answer_hours"),
        ({"q0-label_id": ""}, "q0-label_id"),
        ({"q4-choices_id": "Satu"}, "q4-choices_id"),
        ({"q4-choices_en": "Only one"}, "q4-choices_en"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(room: Room, fields: dict[str, Any], where: str) -> None:
    answer = room.save(TOPIC | QUESTIONS | fields)
    assert answer.status_code == 422
    assert f'href="#{where}' in answer.text
    assert room.session.scalar(text("SELECT count(*) FROM topic")) == 0


def test_questions_come_go_and_change_places_without_script(room: Room) -> None:
    answer = room.save(TOPIC | QUESTIONS | {"do": "add-question"})
    assert answer.status_code == 200
    assert 'id="q5-label_id"' in answer.text
    questions = Questions.typed(QUESTIONS)
    assert questions.act("up-q4")
    assert [block.number for block in questions.blocks] == [4, 0]
    assert questions.act("down-q4")
    assert questions.act("remove-q0")
    assert [block.number for block in questions.blocks] == [4]
    assert not questions.act("up-q9")
    assert not questions.act("save")


def kept(source: str) -> list[str]:
    return re.findall(r'name="q\d+-kept" value="(\d*)"', source)


def test_a_question_is_retired_not_lost(room: Room) -> None:
    room.save(TOPIC | QUESTIONS)
    page = f"/admin/topics/{room.topic().id}"
    first, second = kept(room.admin.get(page).text)
    changed = {name: value for name, value in QUESTIONS.items() if name.startswith("q4")}
    changed |= {"q4-kept": second, "q4-label_id": "Sejak kapan?"}
    assert room.save(TOPIC | changed, page).status_code == 303
    assert room.questions() == [("Sejak kapan?", "choice", True), ("Usahanya apa?", "text", False)]
    assert kept(room.admin.get(page).text) == [second, first]


def test_questions_of_another_topic_are_not_taken_over(room: Room) -> None:
    room.save(TOPIC | QUESTIONS)
    (first, _) = kept(room.admin.get(f"/admin/topics/{room.topic().id}").text)
    room.save(TOPIC | {"name_id": "Ekspor", "q0-kept": first, "q0-label_id": "Ke mana?", "q0-kind": "text"})
    assert ("Usahanya apa?", "text", True) in room.questions()


def test_two_administrators_lose_nothing_of_each_other(room: Room) -> None:
    room.save(TOPIC)
    page = f"/admin/topics/{room.topic().id}"
    seen = re.search(r'name="seen" value="(\w+)"', room.admin.get(page).text)
    assert seen
    assert room.save(TOPIC | {"minutes": "60"}, page).status_code == 303
    stale = TOPIC | {"minutes": "90", "seen": seen[1]}
    answer = room.admin.submit(page, stale, page=page)
    assert answer.status_code == 409
    assert room.topic().minutes == 60
    again = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert again
    assert room.admin.submit(page, stale | {"seen": again[1]}, page=page).status_code == 303
    assert room.topic().minutes == 90


def test_a_topic_offered_no_more_leaves_what_was_promised(room: Room) -> None:
    office = Office(room.session)
    office.ask()
    page = f"/admin/topics/{office.topic_id}"
    shown = TOPIC | {"name_id": "NIB"}
    del shown["is_active"]
    later = "UPDATE reservation SET starts_at = starts_at + interval '1 year', ends_at = ends_at + interval '1 year'"
    room.session.execute(text(later))
    room.session.commit()
    assert room.save(shown, page).status_code == 303
    assert room.session.scalar(text("SELECT state FROM reservation")) == "confirmed"
    page_text = room.admin.get(page).text
    assert "1 janji akan datang" in page_text
    event = text("SELECT changes FROM audit_event WHERE verb = 'consultations.save-topic'")
    assert room.session.scalar(event)["after"]["is_active"] is False


def test_a_topic_that_is_not_there(room: Room) -> None:
    assert room.admin.get("/admin/topics/4000000").status_code == 404
    assert room.admin.submit("/admin/topics/4000000", TOPIC).status_code == 404


OUTCOMES = "/admin/outcomes"


def outcomes(room: Room) -> list[Any]:
    room.session.rollback()
    rows = room.session.execute(text("SELECT name ->> 'id', is_active FROM outcome ORDER BY position, id"))
    return [tuple(row) for row in rows]


def test_outcomes_are_added_ordered_and_retired(room: Room) -> None:
    assert room.save({"o0-id": "NIB terbit", "o0-at": "20", "o0-on": "y"}, OUTCOMES).status_code == 303
    key = re.search(r'name="o0-key" value="(\d+)"', room.admin.get(OUTCOMES).text)
    assert key
    both = {"o0-key": key[1], "o0-id": "NIB terbit", "o0-en": "Number issued", "o0-at": "20"}
    assert room.save(both | {"o1-id": "Dirujuk", "o1-at": "10", "o1-on": "y"}, OUTCOMES).status_code == 303
    assert outcomes(room) == [("Dirujuk", True), ("NIB terbit", False)]


@pytest.mark.parametrize(
    "fields", [{"o0-key": "", "o0-id": "", "o0-en": "Only English"}, {"o0-id": "x" * 81}]
)
def test_an_outcome_has_a_name(room: Room, fields: dict[str, str]) -> None:
    answer = room.save(fields | {"o0-on": "y"}, OUTCOMES)
    assert answer.status_code == 422
    assert 'id="o0-id-e"' in answer.text
    assert outcomes(room) == []


def test_a_list_that_changed_meanwhile_is_asked_about(room: Room) -> None:
    stale = re.search(r'name="seen" value="(\w*)"', room.admin.get(OUTCOMES).text)
    assert stale
    room.save({"o0-id": "NIB terbit", "o0-on": "y"}, OUTCOMES)
    fields = {"o0-id": "Dirujuk", "o0-on": "y", "seen": stale[1]}
    assert room.admin.submit(OUTCOMES, fields, page=OUTCOMES).status_code == 409
    assert outcomes(room) == [("NIB terbit", True)]


@pytest.mark.parametrize("path", ["/admin/topics", NEW, OUTCOMES])
def test_administrators_alone(room: Room, visitor: Callable[..., Visitor], path: str) -> None:
    consultant = PersonFactory(roles=[Role.CONSULTANT])
    room.session.commit()
    assert visitor(consultant).get(path).status_code == 403
    assert visitor().get(path).status_code == 302
