"""Consultants, when they are free, and consultations with them, as callers see them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.permissions import Role
from tests.api.conftest import Caller, at, problem
from tests.factories import ConsultantFactory, PersonFactory, SiteFactory, TopicFactory, consultation_room


class Help:
    """A topic with two consultants and one room, on Monday 7 September 2026 at 09.00 WIB."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.site = SiteFactory()
        self.room = consultation_room(self.site)
        self.topic = TopicFactory(confirms_itself=True, buffer_after_minutes=15)
        self.other_topic = TopicFactory(modes=["phone"])
        self.first, self.second = (ConsultantFactory(site=self.site, topics=[self.topic]) for _ in range(2))
        self.person, self.rival = PersonFactory(), PersonFactory()
        self.admin = PersonFactory(roles=[Role.ADMIN])
        session.commit()

    def wanted(self, **values: Any) -> dict[str, Any]:
        return {
            "consultant_id": self.first.id,
            "topic_id": self.topic.id,
            "starts_at": at(10, days=1),
            "mode": "in_person",
        } | values


@pytest.fixture
def help_(house: Any, session: Session) -> Help:
    return Help(session)


def test_who_advises_on_what(help_: Help, api: Callable[..., Caller]) -> None:
    items = api(help_.person).get("/consultants", topic=help_.topic.id).json["items"]
    assert {item["id"] for item in items} == {help_.first.id, help_.second.id}
    assert [topic["id"] for topic in items[0]["topics"]] == [help_.topic.id]
    assert api(help_.person).get("/consultants", topic=help_.other_topic.id).json["items"] == []


def test_each_free_time_is_of_the_topics_length_and_can_be_had(
    help_: Help, api: Callable[..., Caller]
) -> None:
    caller = api(help_.person)
    query = {"topic": help_.topic.id, "from": "2026-09-08", "to": "2026-09-08"}
    items = caller.get("/consultations/availability", **query).json["items"]
    first = next(item for item in items if item["consultant_id"] == help_.first.id)["free"]
    assert first[0] == {"starts_at": at(9, days=1), "ends_at": at(10, days=1)}
    assert first[-1] == {"starts_at": at(15, days=1), "ends_at": at(16, days=1)}
    assert len(first) == 13
    for mode in ("in_person", "video", "phone"):
        starts_at = first.pop()["starts_at"]
        while mode != "in_person" and len(first) % 4:
            starts_at = first.pop()["starts_at"]
        made = caller("POST", "/appointments", help_.wanted(starts_at=starts_at, mode=mode))
        assert made.status_code == 201, made.json
        assert made.json["status"] == "confirmed"


def test_taken_is_a_conflict_with_other_times(help_: Help, api: Callable[..., Caller]) -> None:
    assert api(help_.person)("POST", "/appointments", help_.wanted(mode="video")).status_code == 201
    refused = api(help_.rival)("POST", "/appointments", help_.wanted(mode="video"))
    problem(refused, 409, "slot-taken")
    others = refused.json["alternatives"]
    assert others[0]["consultant_id"] == help_.second.id
    assert others[0]["starts_at"] == at(10, days=1)
    assert all(other["starts_at"] for other in others)


def test_anyone_until_nobody_is_left(help_: Help, api: Callable[..., Caller]) -> None:
    wanted = help_.wanted(consultant_id="any", mode="video")
    first = api(help_.person)("POST", "/appointments", wanted).json
    second = api(help_.rival)("POST", "/appointments", wanted).json
    assert {first["consultant_id"], second["consultant_id"]} == {help_.first.id, help_.second.id}
    third = api(help_.admin)("POST", "/appointments", wanted)
    problem(third, 409, "slot-taken")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"starts_at": at(8, days=-1)}, "rule-past"),
        ({"starts_at": at(3, days=1)}, "rule-hours"),
        ({"starts_at": at(10, 7, days=1)}, "rule-grid"),
        ({"starts_at": at(10, days=90)}, "rule-horizon"),
        ({"starts_at": "9999-12-31T23:00:00+07:00"}, "rule-horizon"),
        ({"starts_at": "0001-01-01T00:00:00+07:00"}, "rule-past"),
        ({"topic_id": 2147483647}, "rule-topic"),
        ({"consultant_id": 2147483647}, "rule-consultant"),
        ({"consultant_id": True}, "validation"),
        ({"consultant_id": "all"}, "validation"),
        ({"mode": "pigeon"}, "validation"),
        ({"starts_at": "2026-09-08T10:00:00"}, "validation"),
    ],
)
def test_against_the_rules(
    help_: Help, api: Callable[..., Caller], values: dict[str, Any], kind: str
) -> None:
    refused = api(help_.person)("POST", "/appointments", help_.wanted(**values))
    problem(refused, 422, kind)


def test_moved_and_cancelled_by_its_people_alone(help_: Help, api: Callable[..., Caller]) -> None:
    caller = api(help_.person)
    made = caller("POST", "/appointments", help_.wanted()).json
    path = f"/appointments/{made['reference']}"
    assert api(help_.rival).get(path).status_code == 404
    assert api(help_.rival)("DELETE", path).status_code == 404
    moved = caller("PATCH", path, {"starts_at": at(13, days=1)})
    assert moved.status_code == 200
    assert (moved.json["starts_at"], moved.json["room_id"]) == (at(13, days=1), help_.room.id)
    assert caller("PATCH", path, {"starts_at": at(3, days=1)}).status_code == 422
    assert caller.get(path).json["starts_at"] == at(13, days=1)
    assert caller("DELETE", path).status_code == 204
    assert caller("DELETE", path).status_code == 204
    assert caller.get(path).json["status"] == "cancelled"


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.CONSULTANT, Role.ADMIN])
def test_colleagues_ask_for_themselves_as_everybody_does(
    help_: Help, api: Callable[..., Caller], session: Session, role: Role
) -> None:
    colleague = PersonFactory(roles=[role])
    help_.topic.confirms_itself = False
    session.commit()
    caller = api(colleague)
    problem(caller("POST", "/appointments", help_.wanted(starts_at=at(10, 5, days=1))), 422, "rule-grid")
    problem(caller("POST", "/appointments", help_.wanted(starts_at=at(10, days=40))), 422, "rule-horizon")
    made = caller("POST", "/appointments", help_.wanted())
    assert (made.status_code, made.json["status"]) == (201, "requested")
    moved = caller("PATCH", f"/appointments/{made.json['reference']}", {"starts_at": at(13, days=1)})
    assert (moved.status_code, moved.json["status"]) == (200, "requested")
    # As for desks, they have no quota of their own.
    other = help_.wanted(starts_at=at(13, days=1), consultant_id=help_.second.id, mode="video")
    assert caller("POST", "/appointments", other).status_code == 201


def test_a_window_the_wrong_way_round(help_: Help, api: Callable[..., Caller]) -> None:
    query = {"topic": help_.topic.id, "from": "2026-09-09", "to": "2026-09-08"}
    refused = api(help_.person).get("/consultations/availability", **query)
    problem(refused, 422, "rule-days-order")
    far = query | {"from": "9999-12-30", "to": "9999-12-31"}
    assert api(help_.person).get("/consultations/availability", **far).json == {"items": []}


@pytest.mark.parametrize("reason", ["a\0b", "\ud800", 5, ["x"], None, "x" * 501])
def test_a_reason_that_cannot_be_kept_moves_nothing(
    help_: Help, api: Callable[..., Caller], reason: object
) -> None:
    caller = api(help_.person)
    made = caller("POST", "/appointments", help_.wanted()).json
    path = f"/appointments/{made['reference']}"
    refused = caller("PATCH", path, {"starts_at": at(13, days=1), "reason": reason})
    problem(refused, 422, "validation")
    assert list(refused.json["errors"]) == ["reason"]
    assert caller.get(path).json["starts_at"] == made["starts_at"]


def test_who_cancels_for_somebody_says_why(help_: Help, api: Callable[..., Caller]) -> None:
    made = api(help_.person)("POST", "/appointments", help_.wanted()).json
    path = f"/appointments/{made['reference']}"
    consultant = api(help_.session.get(Person, help_.first.person_id))
    problem(consultant("DELETE", path), 422, "rule-reason")
    assert consultant("DELETE", f"{path}?reason=Rapat%20dinas").status_code == 204


def test_a_change_of_something_else_moves_nothing_back(help_: Help, api: Callable[..., Caller]) -> None:
    caller = api(help_.person)
    made = caller("POST", "/appointments", help_.wanted()).json
    path = f"/appointments/{made['reference']}"
    caller("PATCH", path, {"starts_at": at(13, days=1)})
    changed = caller("PATCH", path, {"mode": "video"}).json
    assert (changed["starts_at"], changed["mode"], changed["room_id"]) == (at(13, days=1), "video", None)
