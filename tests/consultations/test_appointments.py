"""A consultation from the request to its end, through the services."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations import refusals
from portal.consultations.appointments import services
from portal.consultations.appointments.services import Move, Request
from portal.consultations.finding.free_times import Length
from portal.consultations.finding.queries import offer
from portal.consultations.topics.models import Mode
from portal.db import unit_of_work
from portal.resources.models import State
from portal.resources.refusals import SlotTaken
from tests.factories import (
    ConsultantFactory,
    OpeningHoursFactory,
    PersonFactory,
    SiteFactory,
    TopicFactory,
    consultation_room,
)

AT = datetime(2026, 9, 7, 1, tzinfo=UTC)
"""A Monday, 08.00 WIB."""
TEN = datetime(2026, 9, 8, 3, tzinfo=UTC)
"""Tuesday 10.00 WIB."""


class House:
    """One site with a consultation room, two consultants on one topic, two entrepreneurs."""

    def __init__(self, session: Session, **topic: Any) -> None:
        site = SiteFactory()
        self.site_id = site.id
        self.room_id = consultation_room(site).id
        topic_ = TopicFactory(**topic)
        self.topic_id = topic_.id
        first, second = (ConsultantFactory(site=site, topics=[topic_]) for _ in range(2))
        self.first, self.second = first.id, second.id
        self.first_person, self.second_person = first.person_id, second.person_id
        self.person, self.other = PersonFactory().id, PersonFactory().id
        session.commit()

    def request(self, **values: Any) -> Any:
        command = {
            "actor": Actor(id=self.person),
            "person_id": self.person,
            "topic_id": self.topic_id,
            "consultant_id": self.first,
            "starts_at": TEN,
            "mode": Mode.VIDEO,
        } | values
        with unit_of_work() as session:
            return services.request(session, Request(**command), at=AT)


@pytest.fixture
def house(session: Session) -> Callable[..., House]:
    return lambda **topic: House(session, **topic)


def do(verb: Callable[..., Any], *arguments: Any, at: datetime = AT) -> Any:
    with unit_of_work() as session:
        return verb(session, *arguments, at=at)


def test_a_request_holds_the_time_until_it_is_answered(house: Callable[..., House], session: Session) -> None:
    trasa = house()
    arranged = trasa.request()
    assert arranged.state == State.REQUESTED
    with pytest.raises(SlotTaken):
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other)
    do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
    assert session.scalar(text("SELECT state FROM reservation")) == "confirmed"


def test_anyone_is_who_has_the_fewest_appointments_that_week(house: Callable[..., House]) -> None:
    trasa = house(confirms_itself=True)
    trasa.request(starts_at=TEN + timedelta(hours=2))
    chosen = trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, consultant_id=None)
    assert chosen.consultant_id == trasa.second
    third = trasa.request(consultant_id=None)
    assert third.consultant_id == trasa.first
    with pytest.raises(refusals.NobodyFree):
        trasa.request(actor=Actor(id=trasa.first_person, is_staff=True), consultant_id=None)


def test_who_meets_in_person_has_a_room_and_takes_it_along(
    house: Callable[..., House], session: Session
) -> None:
    trasa = house(confirms_itself=True)
    arranged = trasa.request(mode=Mode.IN_PERSON)
    assert arranged.room_id == trasa.room_id
    with pytest.raises(refusals.NoRoomFree):
        trasa.request(
            actor=Actor(id=trasa.other), person_id=trasa.other, consultant_id=None, mode=Mode.IN_PERSON
        )
    with unit_of_work() as unit:
        services.move(
            unit,
            Move(
                actor=Actor(id=trasa.person), reservation_id=arranged.id, starts_at=TEN + timedelta(hours=1)
            ),
            at=AT,
        )
    assert (
        session.scalars(text("SELECT starts_at FROM claim ORDER BY id")).all()
        == [TEN + timedelta(hours=1)] * 2
    )
    trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, mode=Mode.IN_PERSON)


def test_a_move_that_cannot_be_had_leaves_the_old_time(house: Callable[..., House], session: Session) -> None:
    trasa = house()
    mine = trasa.request()
    trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=TEN + timedelta(hours=1))
    command = Move(
        actor=Actor(id=trasa.person), reservation_id=mine.id, starts_at=TEN + timedelta(minutes=30)
    )
    with pytest.raises(SlotTaken), unit_of_work() as unit:
        services.move(unit, command, at=AT)
    assert session.scalar(text("SELECT starts_at FROM reservation ORDER BY id LIMIT 1")) == TEN


def test_an_unanswered_request_lapses(house: Callable[..., House], session: Session) -> None:
    trasa = house(answer_hours=2)
    arranged = trasa.request()
    assert do(services.lapse, arranged.id) is False
    assert do(services.lapse, arranged.id, at=AT + timedelta(hours=2)) is True
    assert session.execute(
        text("SELECT state, has_lapsed FROM reservation JOIN appointment USING (id)")
    ).one() == (
        "declined",
        True,
    )
    assert trasa.request().id != arranged.id


def test_declining_needs_a_reason(house: Callable[..., House]) -> None:
    trasa = house()
    arranged = trasa.request()
    actor = Actor(id=trasa.first_person, is_staff=True)
    with pytest.raises(refusals.ReasonMissing):
        do(services.decline, actor, arranged.id, "  ")
    do(services.decline, actor, arranged.id, "Rapat dinas")


def test_nothing_is_held_before_it_begins(house: Callable[..., House]) -> None:
    trasa = house(confirms_itself=True)
    arranged = trasa.request()
    actor = Actor(id=trasa.first_person, is_staff=True)
    with pytest.raises(refusals.NotYetHeld):
        do(services.mark_no_show, actor, arranged.id)
    do(services.mark_no_show, actor, arranged.id, at=TEN + timedelta(minutes=15))
    do(services.complete, actor, arranged.id, at=TEN + timedelta(minutes=30))


class TestPlacesThatAreNoneAnyMore:
    """The consultant's week begins at a second site, about which nothing can be said."""

    @pytest.fixture(params=[{"is_active": False}, {"time_zone": "Asia/Slawi"}], ids=["not in use", "no zone"])
    def trasa(self, request: pytest.FixtureRequest, house: Callable[..., House], session: Session) -> House:
        made = house()
        lost = SiteFactory(**request.param).id
        for consultant_id in (made.first, made.second):
            OpeningHoursFactory(
                resource_id=consultant_id, weekday=0, opens=time(7), closes=time(8), at_site_id=lost
            )
        session.commit()
        return made

    def test_others_are_found_all_the_same(self, trasa: House, session: Session) -> None:
        found = offer(session, trasa.topic_id, TEN.date(), TEN.date())
        free = found.free_times(Length(minutes=60), now=AT, modes=[Mode.IN_PERSON])
        assert {beginning.site_id for beginning in free[trasa.first]} == {trasa.site_id}
        assert trasa.request(consultant_id=None).consultant_id in {trasa.first, trasa.second}


def test_nobody_keeps_every_time_for_themselves(
    house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_COMING", 2)
    trasa = house()
    first = trasa.request()
    trasa.request(starts_at=TEN + timedelta(hours=2))
    third = TEN + timedelta(hours=4)
    with pytest.raises(refusals.EnoughToCome) as refused:
        trasa.request(starts_at=third)
    assert refused.value.facts == {"limit": 2}
    staff = Actor(id=trasa.first_person, is_staff=True)
    assert trasa.request(actor=staff, starts_at=third).state == State.CONFIRMED, "staff know what for"
    own = Actor(id=trasa.person)
    moved = Move(actor=own, reservation_id=first.id, starts_at=TEN + timedelta(days=1))
    do(services.move, moved)
    do(services.cancel, own, first.id)
    with pytest.raises(refusals.EnoughToCome):
        trasa.request()
