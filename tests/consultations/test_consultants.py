"""Who advises: made, kept, left out, by the administrator; their own profile by themselves."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.permissions import Role
from tests.client import Visitor
from tests.consultations.test_hours import Office
from tests.factories import PersonFactory, ResourceFactory, SiteFactory, consultation_room

PROFILE = {
    "about_id": "Sepuluh tahun di pasar ekspor",
    "about_en": "",
    "languages": ["id", "jv"],
    "video_url": "https://meet.google.com/abc-defg-hij",
}
LIMITS = {
    "day_limit": "5",
    "week_limit": "15",
    "notice_minutes": "60",
    "horizon_days": "20",
    "is_active": "y",
}


class Room:
    def __init__(self, session: Session, visitor: Callable[..., Visitor]) -> None:
        self.session, self.office = session, Office(session)
        admin = PersonFactory(roles=[Role.ADMIN])
        self.dewi = PersonFactory(name="Dewi Anggraini")
        session.commit()
        self.admin = visitor(admin)
        self.ratna = visitor(session.get_one(Person, self.office.person_id))
        self.page = f"/admin/consultants/{self.office.id}"
        self.new = f"/admin/consultants/new?person={self.dewi.id}"

    def fields(self, **more: Any) -> dict[str, Any]:
        place = {"name": "Dewi", "site_id": str(self.office.here), "topic_ids": [str(self.office.topic_id)]}
        return PROFILE | LIMITS | place | more

    def save(self, fields: dict[str, Any], page: str, who: Visitor | None = None) -> TestResponse:
        who = who or self.admin
        seen = re.search(r'name="seen" value="(\w*)"', who.get(page).text)
        return who.submit(page, {"seen": seen[1] if seen else ""} | fields, page=page)

    def row(self, consultant_id: int | None = None) -> Any:
        self.session.rollback()
        return self.session.execute(
            text(
                "SELECT c.*, r.name, r.is_active, r.site_id FROM consultant c JOIN resource r USING (id) WHERE id = :id"
            ),
            {"id": consultant_id or self.office.id},
        ).one()


@pytest.fixture
def room(session: Session, visitor: Callable[..., Visitor]) -> Room:
    return Room(session, visitor)


def picture() -> tuple[BytesIO, str]:
    kept = BytesIO()
    Image.new("RGB", (40, 50), "teal").save(kept, "PNG")
    kept.seek(0)
    return kept, "wajah.png"


@pytest.mark.parametrize("typed", ["dewi ang", "DEWI", "email"])
def test_somebody_is_found_and_made_a_consultant(
    room: Room, visitor: Callable[..., Visitor], typed: str
) -> None:
    asked = room.dewi.email if typed == "email" else typed
    found = room.admin.get("/admin/consultants", query_string={"q": asked})
    assert f"person={room.dewi.id}" in found.text
    answer = room.save(room.fields(), room.new)
    assert answer.status_code == 303
    made = re.fullmatch(r".*/admin/consultants/(\d+)/hours", answer.headers["Location"])
    assert made
    row = room.row(int(made[1]))
    assert (row.person_id, row.name, row.languages, row.day_limit) == (room.dewi.id, "Dewi", ["id", "jv"], 5)
    assert visitor(room.dewi).get("/calendar/hours").status_code == 200
    assert room.save(room.fields(), room.new).status_code == 409


def test_two_of_one_name_need_telling_apart(room: Room) -> None:
    answer = room.save(room.fields(name=room.row().name), room.new)
    assert answer.status_code == 422
    assert 'id="name-e"' in answer.text
    assert room.session.scalar(text("SELECT count(*) FROM consultant")) == 2


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": ""}, "name"),
        ({"site_id": "4000000"}, "site_id"),
        ({"site_id": "x"}, "site_id"),
        ({"topic_ids": ["4000000"]}, "topic_ids"),
        ({"languages": []}, "languages"),
        ({"languages": ["tlh"]}, "languages"),
        ({"video_url": "javascript:alert(1)"}, "video_url"),
        ({"video_url": "http://meet.example.id"}, "video_url"),
        ({"video_url": "https://[x"}, "video_url"),
        ({"day_limit": "0"}, "day_limit"),
        ({"day_limit": "9", "week_limit": "8"}, "week_limit"),
        ({"horizon_days": "366"}, "horizon_days"),
        ({"about_id": "x" * 1001}, "about_id"),
        ({"about_id": "a\0b"}, "about_id"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(room: Room, fields: dict[str, Any], where: str) -> None:
    before = room.row()
    answer = room.save(room.fields(**fields), room.page)
    assert answer.status_code == 422
    assert f'href="#{where}' in answer.text
    assert room.row() == before


def test_a_consultant_left_out_keeps_what_was_promised(room: Room) -> None:
    room.office.ask()
    later = "UPDATE {} SET starts_at = starts_at + interval '1 year', ends_at = ends_at + interval '1 year'"
    for table in ("reservation", "claim"):
        room.session.execute(text(later.format(table)))
    room.session.commit()
    fields = room.fields()
    del fields["is_active"]
    assert room.save(fields, room.page).status_code == 303
    assert not room.row().is_active
    assert room.session.scalar(text("SELECT state FROM reservation")) == "confirmed"
    assert "1 janji akan datang" in room.admin.get(room.page).text
    assert "Sedang tidak ditawarkan" in room.ratna.get("/calendar/hours").text


def test_a_profile_is_the_consultants_own(room: Room) -> None:
    before = room.row()
    tried = PROFILE | LIMITS | {"name": "Ratu", "is_active": "", "day_limit": "50", "topic_ids": []}
    assert room.save(tried, "/calendar/profile", room.ratna).status_code == 303
    after = room.row()
    assert after.about["id"] == PROFILE["about_id"]
    assert (after.name, after.day_limit, after.is_active) == (before.name, before.day_limit, True)
    assert (
        room.session.scalar(
            text("SELECT count(*) FROM consultant_topic WHERE consultant_id = :id"), {"id": after.id}
        )
        == 1
    )
    event = room.session.execute(
        text("SELECT actor_id, changes FROM audit_event WHERE verb LIKE '%consultant'")
    ).one()
    assert event.actor_id == room.office.person_id
    assert "ekspor" not in str(event.changes)


def test_administrator_and_consultant_at_once_lose_nothing(room: Room) -> None:
    seen = re.search(r'name="seen" value="(\w+)"', room.ratna.get("/calendar/profile").text)
    assert seen
    assert room.save(room.fields(about_id="Dari admin"), room.page).status_code == 303
    mine = PROFILE | {"about_id": "Dari saya", "seen": seen[1]}
    answer = room.ratna.submit("/calendar/profile", mine, page="/calendar/profile")
    assert answer.status_code == 409
    assert room.row().about["id"] == "Dari admin"
    assert "Dari saya" in answer.text
    again = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert again
    done = room.ratna.submit("/calendar/profile", mine | {"seen": again[1]}, page="/calendar/profile")
    assert done.status_code == 303
    assert room.row().about["id"] == "Dari saya"


def test_a_photo_is_put_in_replaced_and_taken_away(room: Room) -> None:
    photo = "/calendar/profile/photo"
    assert room.ratna.get(photo).status_code == 404
    assert room.save(PROFILE | {"photo": picture()}, "/calendar/profile", room.ratna).status_code == 303
    assert room.ratna.get(photo).mimetype == "image/png"
    assert room.admin.get(f"{room.page}/photo").status_code == 200
    assert room.save(PROFILE | {"photo": picture()}, "/calendar/profile", room.ratna).status_code == 303
    assert room.session.scalar(text("SELECT count(*) FROM stored_file")) == 1
    bad = room.save(
        PROFILE | {"photo": (BytesIO(b"#!/bin/sh"), "wajah.png")}, "/calendar/profile", room.ratna
    )
    assert bad.status_code == 422
    assert room.save(PROFILE | {"no_photo": "y"}, "/calendar/profile", room.ratna).status_code == 303
    room.session.rollback()
    assert room.session.scalar(text("SELECT count(*) FROM stored_file")) == 0


def test_rooms_that_serve_consultations(room: Room) -> None:
    site = SiteFactory()
    first, second = consultation_room(site).id, ResourceFactory(site=site, room=True).id
    room.session.commit()
    page = "/admin/consultants/rooms"
    assert room.admin.submit(page, {"room": [str(second), "4000000", "x"]}, page=page).status_code == 303
    room.session.rollback()
    serving = room.session.scalars(text("SELECT id FROM resource WHERE serves_consultations")).all()
    assert serving == [second]
    assert room.session.scalars(text("SELECT subject_id FROM audit_event ORDER BY id")).all() == [
        first,
        second,
    ]


@pytest.mark.parametrize("path", ["/admin/consultants", "/admin/consultants/rooms", "/admin/consultants/new"])
def test_administrators_alone(room: Room, path: str) -> None:
    assert room.ratna.get(path).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/admin/consultants/4000000",
        "/admin/consultants/new?person=4000000",
        "/admin/consultants/new?person=x",
        "/admin/consultants/new?person=99999999999999",
        "/admin/consultants/4000000/photo",
    ],
)
def test_who_is_not_there(room: Room, path: str) -> None:
    assert room.admin.get(path).status_code == 404
    assert room.admin.get("/calendar/profile").status_code == 403
