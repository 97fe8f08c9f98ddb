"""A consultation for who stands at the front desk: strangers first, then the steps, then who it is for."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.permissions import Role
from tests.agenda.conftest import at
from tests.agenda.test_feed import Case, case
from tests.agenda.test_front_desk import rows
from tests.client import Visitor
from tests.factories import ConsultantFactory, PersonFactory, SiteFactory

__all__ = ["case"]

pytestmark = pytest.mark.usefixtures("clock")
Officer = Callable[..., Visitor]
TELL = {"name": "Budi Santoso", "phone": "0812-3456-7890", "consent": "y"}


def page_of(person_id: int, **query: Any) -> str:
    return f"/desk/people/{person_id}/consultation?" + "&".join(f"{k}={v}" for k, v in query.items())


def book(client: Visitor, case: Case, person_id: int, **changes: Any) -> Any:
    fields = {
        "topic_id": case.topic_id,
        "consultant_id": case.consultant_id,
        "starts_at": at(10).isoformat(),
        "mode": "in_person",
    }
    return client.submit(f"/desk/people/{person_id}/consultation", fields | changes)


def appointments(session: Session) -> list[tuple[Any, ...]]:
    session.rollback()
    found = session.execute(
        text(
            "SELECT person_id, state, starts_at, created_by_id FROM reservation WHERE kind = 'appointment'"
            " ORDER BY id"
        )
    )
    return [tuple(row) for row in found]


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.ENTREPRENEUR, Role.CONSULTANT, Role.MANAGER, Role.OFFICIAL])
    def test_others_may_not(
        self, session: Session, visitor: Callable[..., Visitor], case: Case, role: Role
    ) -> None:
        person = PersonFactory(roles=[role])
        session.commit()
        client = visitor(person)
        assert client.get("/desk/people/new").status_code == 403
        assert client.get(page_of(case.siti.id)).status_code == 403
        assert client.submit("/desk/people/new", TELL).status_code == 403
        assert book(client, case, case.siti.id).status_code == 403
        assert appointments(session) == []

    def test_another_agency_s_front_desk_is_offered_nothing_here_and_can_book_nothing(
        self, session: Session, officer: Officer, case: Case
    ) -> None:
        elsewhere = SiteFactory(name="Balai Muda")
        session.commit()
        client = officer(elsewhere.agency_id)
        page = client.get(page_of(case.siti.id, topic_id=case.topic_id)).text
        assert 'class="empty"' in page
        assert book(client, case, case.siti.id).status_code == 302
        assert "lokasi meja depan lain" in client.get("/desk").text
        assert appointments(session) == []

    def test_nobody_and_nothing_that_does_not_exist(self, officer: Officer, case: Case) -> None:
        client = officer()
        assert client.get(page_of(999)).status_code == 404
        assert book(client, case, 999).status_code == 404
        assert client.get(page_of(case.siti.id, topic_id=999)).status_code in {404, 422}


class TestSteps:
    def test_search_leads_there(self, officer: Officer, case: Case) -> None:
        page = officer().get("/desk?q=Siti").text
        assert f'href="/desk/people/{case.siti.id}/consultation"' in page
        assert "/desk/people/new?q=Siti" in page

    def test_topic_then_time_then_check_then_booked(
        self, session: Session, officer: Officer, case: Case
    ) -> None:
        """At 08.50 the first time is when she begins, at nine, whatever the notice she asks others for."""
        session.execute(text("UPDATE consultant SET notice_minutes = 1440"))
        session.commit()
        client = officer()
        topics = client.get(page_of(case.siti.id)).text
        assert f"topic_id={case.topic_id}" in topics
        times = client.get(page_of(case.siti.id, topic_id=case.topic_id)).text
        assert "hari ini 09.00" in times
        (first, *_) = re.findall(r'href="(/desk/people/[^"]+starts_at=[^"]+)"', times)
        check = client.get(first.replace("&amp;", "&")).text
        fields = dict(re.findall(r'name="(topic_id|consultant_id|mode|starts_at)" value="([^"]*)"', check))
        done = client.submit(f"/desk/people/{case.siti.id}/consultation", fields)
        assert done.status_code == 302
        (made,) = appointments(session)
        assert made[:3] == (case.siti.id, "confirmed", at(9))
        assert "Ruang Slamet" in rows(client.get(done.location).text)[0]

    def test_in_the_middle_of_the_hour_it_is_the_next_five_minutes(
        self, clock: Callable[[datetime], None], officer: Officer, case: Case
    ) -> None:
        clock(at(10, 12))
        times = officer().get(page_of(case.siti.id, topic_id=case.topic_id)).text
        assert at(10, 15).isoformat().replace("+", "%2B") in times
        assert at(10, 30).isoformat().replace("+", "%2B") in times

    @pytest.mark.parametrize("locale", ["id", "en"])
    def test_no_time_at_all_says_what_to_do(
        self, session: Session, officer: Officer, case: Case, locale: str
    ) -> None:
        session.execute(text("DELETE FROM opening_hours WHERE resource_id = :id"), {"id": case.consultant_id})
        session.commit()
        page = officer().get(page_of(case.siti.id, topic_id=case.topic_id, lang=locale)).text
        assert 'class="empty"' in page

    def test_a_second_click_books_nothing_more(self, session: Session, officer: Officer, case: Case) -> None:
        client = officer()
        first, second = book(client, case, case.siti.id), book(client, case, case.siti.id)
        assert first.location == second.location
        assert len(appointments(session)) == 1

    def test_whoever_has_least_to_do(self, session: Session, site: Any, officer: Officer, case: Case) -> None:
        ConsultantFactory(site=site, week=())
        client = officer()
        assert book(client, case, case.siti.id, consultant_id="").status_code == 302
        assert len(appointments(session)) == 1

    def test_a_time_that_is_taken_leads_back_to_the_times(
        self, session: Session, officer: Officer, case: Case
    ) -> None:
        case.ask(10, day=8)
        client = officer()
        answer = book(client, case, case.ratna.id)
        assert f"topic_id={case.topic_id}" in answer.location
        assert "baru saja diambil" in client.get(answer.location).text
        assert len(appointments(session)) == 1

    @pytest.mark.parametrize(
        "nonsense",
        [
            {"topic_id": "x"},
            {"topic_id": ""},
            {"starts_at": "2026-09-08T10:00"},
            {"starts_at": "\0"},
            {"mode": "telepathy"},
            {"consultant_id": "9" * 30},
            {"starts_at": "2020-01-01T10:00+07:00"},
        ],
    )
    def test_nonsense_books_nothing(
        self, session: Session, officer: Officer, case: Case, nonsense: dict[str, str]
    ) -> None:
        client = officer()
        assert book(client, case, case.siti.id, **nonsense).status_code == 302
        assert client.get(page_of(case.siti.id, **nonsense)).status_code == 200
        assert appointments(session) == []


class TestSomebodyNew:
    def test_name_and_number_make_somebody_we_have_met(
        self, session: Session, officer: Officer, case: Case
    ) -> None:
        answer = officer().submit("/desk/people/new", TELL)
        (person,) = session.query(Person).filter(Person.phone == "+6281234567890").all()
        assert answer.location == f"/desk/people/{person.id}/consultation"
        assert person.name == "Budi Santoso"
        assert person.met_at == person.phone_confirmed_at == at(8, 50)
        assert person.is_confirmed

    @pytest.mark.parametrize("typed", ["081234567890", "+62 812 3456 7890", "62812-3456-7890"])
    def test_a_known_number_is_who_has_confirmed_it(
        self, session: Session, officer: Officer, case: Case, typed: str
    ) -> None:
        known = PersonFactory(by_phone=True, phone="+6281234567890", name="Budi S.")
        PersonFactory(unconfirmed=True, phone="+6281234567890", name="Orang Lain")
        session.commit()
        client = officer()
        answer = client.submit("/desk/people/new", TELL | {"phone": typed})
        assert answer.location == f"/desk/people/{known.id}/consultation"
        assert "milik Budi S." in client.get(answer.location).text

    def test_a_number_that_nobody_has_confirmed_is_looked_at_first(
        self, session: Session, officer: Officer, case: Case
    ) -> None:
        PersonFactory(unconfirmed=True, phone="+6281234567890", name="Bayu Aji")
        session.commit()
        client = officer()
        asked = client.submit("/desk/people/new", TELL)
        assert asked.status_code == 422
        assert "Bayu Aji" in asked.text
        assert "Budi Santoso" in asked.text
        assert client.submit("/desk/people/new", TELL | {"other": "1"}).status_code == 302
        assert (
            session.query(Person).filter(Person.phone_confirmed_at == at(8, 50)).one().name == "Budi Santoso"
        )

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": ""}, "Ketik namanya"),
            ({"phone": ""}, "Ketik nomor WhatsApp-nya"),
            ({"phone": "0812"}, "kurang lengkap"),
            ({"name": "\0"}, ""),
            ({"consent": ""}, ""),
        ],
    )
    def test_what_is_missing_is_said_and_the_rest_is_kept(
        self, session: Session, officer: Officer, case: Case, changes: dict[str, str], said: str
    ) -> None:
        before = session.query(Person).count()
        answer = officer().submit("/desk/people/new", TELL | changes)
        assert answer.status_code == 422
        assert said in answer.text
        assert session.query(Person).count() == before + 1  # the officer


class TestList:
    def test_consultations_with_a_room_stand_among_the_bookings(
        self, session: Session, officer: Officer, booked: Callable[..., Any], case: Case
    ) -> None:
        booked(10, 12, person=PersonFactory(name="Ahmad Fauzi"))
        case.ask(9, day=8)
        booked(15, 17, person=PersonFactory(name="Rina Wahyuni"))
        lines = rows(officer().get("/desk").text)
        assert [line[:5] for line in lines] == ["09.00", "10.00", "15.00"]
        assert "NIB dengan Ratna, Ruang Slamet" in lines[0]

    def test_held_missed_and_over(
        self, session: Session, clock: Callable[[datetime], None], officer: Officer, case: Case
    ) -> None:
        arranged = case.ask(9, day=8)
        case.confirm(arranged)
        clock(at(9, 30))
        client = officer()
        assert "Sudah mulai" in rows(client.get("/desk").text)[0]
        clock(at(10, 1))
        assert rows(client.get("/desk").text) == []
        assert "Waktunya habis" in client.get("/desk?tab=left").text
        for state, tab in (("completed", "left"), ("no-show", "missed")):
            session.execute(text("UPDATE reservation SET state = :state"), {"state": state})
            session.commit()
            assert "Siti; Nuraeni" in client.get(f"/desk?tab={tab}").text

    def test_a_scanned_number_finds_it_whatever_its_day(self, officer: Officer, case: Case) -> None:
        arranged = case.ask(9, day=14)
        lines = rows(officer().get(f"/desk?q={arranged.reference}").text)
        assert len(lines) == 1
        assert "Ruang Slamet" in lines[0]

    def test_another_agency_s_front_desk_does_not_find_it(
        self, session: Session, officer: Officer, case: Case
    ) -> None:
        arranged = case.ask(9, day=8)
        elsewhere = SiteFactory()
        session.commit()
        client = officer(elsewhere.agency_id)
        assert rows(client.get(f"/desk?q={arranged.reference}").text) == []
        assert "Siti; Nuraeni" not in client.get("/desk").text
