"""The calendar feed: its secret, what stands in it, and two readers that did not write it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import EventStatus
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts import entering
from portal.accounts.actor import Actor
from portal.accounts.erasing.services import erase
from portal.agenda.feed.address import secret
from portal.bookings import services as bookings
from portal.bookings.booked import Booked
from portal.consultations.appointments import services as consultations
from portal.consultations.appointments.services import Arranged, Move, Request
from portal.consultations.cases.models import FollowUp
from portal.consultations.topics.models import Mode
from portal.db import unit_of_work
from portal.permissions import Role
from tests.agenda.conftest import at
from tests.client import Visitor
from tests.factories import ConsultantFactory, PersonFactory, TopicFactory, consultation_room, words
from tests.notifications.rfc5545 import Component, parse
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("clock")
Visit = Callable[..., Visitor]


@dataclass
class Case:
    """Siti, her consultant, and what they have agreed on."""

    siti: Any
    ratna: Any
    consultant_id: int
    topic_id: int

    def ask(self, hour: int = 13, *, day: int = 9, mode: Mode = Mode.IN_PERSON) -> Arranged:
        command = Request(
            actor=Actor(id=self.siti.id),
            person_id=self.siti.id,
            topic_id=self.topic_id,
            consultant_id=self.consultant_id,
            starts_at=at(hour, day=day),
            mode=mode,
        )
        with unit_of_work() as session:
            return consultations.request(session, command, at=at(8))

    def confirm(self, arranged: Arranged) -> None:
        with unit_of_work() as session:
            consultations.confirm(session, Actor(id=self.ratna.id, is_staff=True), arranged.id, at=at(8, 55))

    def cancel(self, arranged: Arranged, when: datetime) -> None:
        with unit_of_work() as session:
            consultations.cancel(session, Actor(id=self.siti.id), arranged.id, at=when)


@pytest.fixture
def case(session: Session, site: Any) -> Case:
    topic = TopicFactory(name=words("NIB", "Business number"))
    siti, ratna = (
        PersonFactory(name="Siti; Nuraeni, S.E."),
        PersonFactory(name="Ratna", roles=[Role.CONSULTANT]),
    )
    consultation_room(site, name="Ruang Slamet")
    consultant = ConsultantFactory(site=site, person=ratna, topics=[topic])
    session.commit()
    return Case(siti, ratna, consultant.id, topic.id)


def address(person: Any, generation: int = 0) -> str:
    return f"/calendar/feed/{secret(person.id, generation)}.ics"


def read(visitor: Visit, person: Any) -> Component:
    answer = visitor().get(address(person))
    assert answer.status_code == 200
    return parse(answer.data)


def by_library(visitor: Visit, person: Any) -> Calendar:
    (calendar,) = IcsCalendarStream.from_ics(visitor().get(address(person)).text).calendars
    return calendar


def uids(calendar: Component) -> list[str]:
    return [event.one("UID").value for event in calendar.parts]


class TestWhoMayRead:
    def test_who_is_no_consultant_any_more_reads_of_no_client(
        self, session: Session, visitor: Visit, case: Case
    ) -> None:
        arranged = case.ask()
        session.add(
            FollowUp(
                appointment_id=arranged.id,
                owner_id=case.siti.id,
                task="Bawa foto",
                due_on=date(2026, 9, 15),
                created_at=at(8),
            )
        )
        session.commit()
        assert len(uids(read(visitor, case.ratna))) == 2
        session.execute(text("DELETE FROM role_grant WHERE person_id = :id"), {"id": case.ratna.id})
        session.commit()
        assert uids(read(visitor, case.ratna)) == []
        assert len(uids(read(visitor, case.siti))) == 2
        page = visitor(case.ratna).get("/agenda").text
        assert "Siti" not in page

    def test_the_address_is_all_one_needs_and_nothing_is_kept_of_whoever_asks(
        self, visitor: Visit, case: Case
    ) -> None:
        answer = visitor().get(address(case.siti))
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/calendar; charset=utf-8")
        assert "private" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda good: good[:-1] + ("A" if good[-1] != "A" else "B"),
            lambda good: good[:-1],
            lambda good: good + "A",
            lambda good: "9" + good,
            lambda good: good.split("-", 1)[1],
            lambda good: good.replace("-", "%00-", 1),
            lambda good: "99999999999-" + good.split("-", 1)[1],
            lambda good: "0" + good,
        ],
    )
    def test_another_address_is_nobodys(
        self, visitor: Visit, case: Case, spoil: Callable[[str], str]
    ) -> None:
        spoilt = spoil(secret(case.siti.id, 0))
        assert visitor().get(f"/calendar/feed/{spoilt}.ics").status_code == 404

    def test_one_persons_signature_opens_nobody_elses(self, visitor: Visit, case: Case) -> None:
        stolen = f"{case.ratna.id}-{secret(case.siti.id, 0).split('-', 1)[1]}"
        assert visitor().get(f"/calendar/feed/{stolen}.ics").status_code == 404

    def test_renewing_makes_the_old_address_worthless_at_once(self, visitor: Visit, case: Case) -> None:
        siti = visitor(case.siti)
        shown = re.search(r'value="(http[^"]+\.ics)"', siti.get("/agenda").text)
        assert shown
        assert shown[1] == "http://portal.test" + address(case.siti)
        for generation in (1, 2):
            assert siti.submit("/agenda/feed").status_code == 302
            assert visitor().get(address(case.siti, generation - 1)).status_code == 404
            assert visitor().get(address(case.siti, generation)).status_code == 200
        assert address(case.siti, 2) in siti.get("/agenda").text
        assert visitor().get(address(case.ratna)).status_code == 200

    def test_of_somebody_erased_nothing_is_left(self, visitor: Visit, case: Case) -> None:
        client = visitor()
        let_go = entering.hooks(client.application).on_erased
        with unit_of_work() as session:
            erase(session, case.siti.id, by=case.siti.id, at=at(9), let_go=let_go)
        assert client.get(address(case.siti)).status_code == 404


class TestWhatStandsInIt:
    def test_a_booking_as_the_mail_about_it(
        self, visitor: Visit, booked: Callable[..., Booked], case: Case
    ) -> None:
        booking = booked(10, 12, person=case.siti)
        calendar = read(visitor, case.siti)
        assert calendar.one("METHOD").value == "PUBLISH"
        assert calendar.one("X-WR-CALNAME").text == "Agenda Bos Muda"
        assert calendar.one("REFRESH-INTERVAL").value == "PT1H"
        assert calendar.one("REFRESH-INTERVAL").parameters == {"VALUE": "DURATION"}
        (event,) = calendar.parts
        assert event.one("UID").value == f"{booking.reference.lower()}@portal-bos-muda"
        assert event.one("DTSTART").value == "20260908T030000Z"
        assert event.one("SUMMARY").text == "Meja A01 di Trasa"
        assert event.one("STATUS").value == "CONFIRMED"
        assert event.one("ORGANIZER").parameters["CN"] == "Trasa"

    def test_both_people_of_a_consultation_have_it_each_with_the_others_name(
        self, visitor: Visit, case: Case
    ) -> None:
        arranged = case.ask()
        (siti,), (ratna,) = read(visitor, case.siti).parts, read(visitor, case.ratna).parts
        assert siti.one("UID") == ratna.one("UID")
        assert siti.one("SUMMARY").text == "NIB: Ratna"
        assert ratna.one("SUMMARY").text == "NIB: Siti; Nuraeni, S.E."
        assert siti.one("URL").value.endswith(f"/consultations/{arranged.reference}")
        assert ratna.one("URL").value.endswith(f"/calendar/appointments/{arranged.reference}")
        assert siti.one("STATUS").value == "TENTATIVE"
        case.confirm(arranged)
        assert read(visitor, case.siti).parts[0].one("STATUS").value == "CONFIRMED"

    def test_one_uid_for_life_and_a_rising_sequence(self, visitor: Visit, case: Case) -> None:
        arranged = case.ask()
        command = Move(actor=Actor(id=case.siti.id), reservation_id=arranged.id, starts_at=at(14, day=9))
        with unit_of_work() as session:
            consultations.move(session, command, at=at(9))
        (moved,) = read(visitor, case.siti).parts
        case.cancel(arranged, at(9, 30))
        (gone,) = read(visitor, case.siti).parts
        assert moved.one("UID") == gone.one("UID")
        assert [int(one.one("SEQUENCE").value) for one in (moved, gone)] == [1, 2]
        assert moved.one("DTSTART").value == "20260909T070000Z"
        assert gone.one("STATUS").value == "CANCELLED"
        assert read(visitor, case.ratna).parts[0].one("STATUS").value == "CANCELLED"

    def test_what_was_cancelled_stays_for_thirty_days_and_what_is_over_for_sixty(
        self,
        visitor: Visit,
        session: Session,
        clock: Callable[[datetime], None],
        booked: Callable[..., Booked],
        case: Case,
    ) -> None:
        over, gone, asked = booked(10, 12, person=case.siti), booked(14, 15, person=case.siti), case.ask()
        with unit_of_work() as work:
            bookings.cancel(work, Actor(id=case.siti.id, is_staff=True), gone.id, at=at(9))
        case.cancel(asked, at(9))
        for days, count in ((29, 3), (31, 1), (59, 1), (61, 0)):
            clock(at(9) + timedelta(days=days))
            assert len(read(visitor, case.siti).parts) == count, days
        clock(at(9) + timedelta(days=31))
        assert uids(read(visitor, case.siti)) == [f"{over.reference.lower()}@portal-bos-muda"]
        assert read(visitor, case.ratna).parts == []

    def test_a_follow_up_is_a_whole_day_of_both(self, visitor: Visit, session: Session, case: Case) -> None:
        arranged = case.ask()
        follow_up = FollowUp(
            appointment_id=arranged.id,
            owner_id=case.siti.id,
            task="Unggah\r\nBEGIN:VEVENT foto; produk",
            due_on=date(2026, 9, 30),
            created_at=at(9),
        )
        session.add(follow_up)
        session.commit()
        for person, said in ((case.siti, "Tindak lanjut: Unggah"), (case.ratna, "Tindak lanjut (Siti;")):
            *_, event = read(visitor, person).parts
            assert event.one("UID").value == f"follow-up-{follow_up.id}@portal-bos-muda"
            assert event.one("DTSTART").value == "20260930"
            assert event.one("DTSTART").parameters == {"VALUE": "DATE"}
            assert event.one("DTEND").value == "20261001"
            assert event.one("SUMMARY").text.startswith(said)
        session.execute(text("UPDATE follow_up SET done_at = now()"))
        session.commit()
        assert len(read(visitor, case.siti).parts) == 1

    def test_a_strangers_calendar_holds_nothing_of_it(
        self, visitor: Visit, session: Session, booked: Callable[..., Booked], case: Case
    ) -> None:
        booked(10, 12, person=case.siti)
        case.ask()
        stranger = PersonFactory()
        session.commit()
        assert read(visitor, stranger).parts == []

    def test_in_the_persons_own_language(
        self, visitor: Visit, session: Session, booked: Callable[..., Booked]
    ) -> None:
        person = PersonFactory(language="en")
        session.commit()
        booked(10, 12, person=person)
        calendar = read(visitor, person)
        assert calendar.one("X-WR-CALNAME").text == "Bos Muda agenda"
        assert calendar.parts[0].one("SUMMARY").text == "Desk A01 at Trasa"


def test_another_library_reads_the_same(
    visitor: Visit, session: Session, booked: Callable[..., Booked], case: Case
) -> None:
    booking, arranged = booked(10, 12, person=case.siti), case.ask()
    gone = case.ask(9, day=10, mode=Mode.VIDEO)
    case.cancel(gone, at(9))
    session.add(
        FollowUp(
            appointment_id=arranged.id,
            owner_id=case.ratna.id,
            task='Kirim contoh surat, "lengkap"; segera \\ 漢字🎉' * 4,
            due_on=date(2026, 9, 30),
            created_at=at(9),
        )
    )
    session.commit()
    events = {event.uid: event for event in by_library(visitor, case.siti).events}
    assert len(events) == 4
    first = events[f"{booking.reference.lower()}@portal-bos-muda"]
    assert (first.dtstart, first.dtend) == (at(10), at(12))
    assert first.status == EventStatus.CONFIRMED
    asked = events[f"{arranged.reference.lower()}@portal-bos-muda"]
    assert (asked.dtstart, asked.status) == (at(13, day=9), EventStatus.TENTATIVE)
    assert asked.location == "Ruang Slamet, Trasa, Jl. A. Yani 7, Slawi"
    assert events[f"{gone.reference.lower()}@portal-bos-muda"].status == EventStatus.CANCELLED
    task = next(event for uid, event in events.items() if (uid or "").startswith("follow-up-"))
    assert (task.dtstart, task.dtend) == (date(2026, 9, 30), date(2026, 10, 1))
    assert (task.summary or "").endswith('Kirim contoh surat, "lengkap"; segera \\ 漢字🎉')


def test_who_holds_it_already_is_told_so(visitor: Visit, booked: Callable[..., Booked], case: Case) -> None:
    client = visitor()
    tag = client.get(address(case.siti)).headers["ETag"]
    answer = client.get(address(case.siti), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    booked(10, 12, person=case.siti)
    assert client.get(address(case.siti), headers={"If-None-Match": tag}).status_code == 200


def test_the_number_of_statements_does_not_depend_on_the_rows(
    visitor: Visit, booked: Callable[..., Booked], case: Case
) -> None:
    counts = []
    for hour in (9, 11, 13):
        booked(hour, hour + 1, person=case.siti)
        case.ask(hour)
        with counted() as sent:
            visitor().get(address(case.siti))
        counts.append(len(sent))
    assert counts == [4, 4, 4]
