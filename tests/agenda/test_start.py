"""`/`: anyone sees how full the desks are; whoever is signed in sees what comes next."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings.booked import Booked
from portal.bookings.visits.services import check_in, check_out
from portal.db import unit_of_work
from portal.resources.models import Closure, SpecialDay
from tests.agenda.conftest import at
from tests.agenda.test_feed import Case, case
from tests.client import Visitor
from tests.factories import OpeningHoursFactory, PersonFactory, words

__all__ = ["case"]

Clock = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    """It is 08.50."""


@pytest.fixture
def desks(session: Session, desk: Callable[..., Any]) -> list[Any]:
    made = [desk(f"A{n:02d}") for n in range(1, 5)]
    session.commit()
    return made


def bars(page: str) -> dict[str, int]:
    """Free desks by hour."""
    hours = re.findall(r'<li><a href="[^"]*"><b>(\d+)<.*?<span>(\d\d)</span></a></li>', page, re.S)
    return {hour: int(free) for free, hour in hours}


def big(page: str) -> str:
    found = re.search(r'<b class="big">(\d+)</b><b>([^<]+)</b>', page)
    assert found
    return " ".join(found.groups())


class TestBoard:
    def test_counts_what_is_free_now_and_in_each_hour(
        self, visitor: Callable[..., Visitor], desks: list[Any], booked: Callable[..., Booked]
    ) -> None:
        booked(8, 10, resource=desks[0])
        booked(9, 11, minute=30, resource=desks[1])
        page = visitor().get("/").text
        assert big(page) == "3 dari 4 meja kosong sekarang"
        assert "pukul" not in bars(page)
        assert bars(page) == {"09": 2, "10": 3} | {f"{hour}": 4 for hour in range(11, 20)}
        assert "Zona Taman" in page

    def test_an_hour_leads_to_the_day_page_of_that_hour(
        self, visitor: Callable[..., Visitor], site: Any, desks: list[Any]
    ) -> None:
        client = visitor()
        page = client.get("/").text
        address = f"/spaces/{site.id}/day/2026-09-08?start=10:00&amp;end=11:00"
        assert address in page.replace("%3A", ":")
        assert client.get(address.replace("&amp;", "&")).status_code == 200

    def test_a_checked_out_desk_is_free_again(
        self, visitor: Callable[..., Visitor], desks: list[Any], booked: Callable[..., Booked]
    ) -> None:
        booking = booked(8, 12, resource=desks[0])
        with unit_of_work() as work:
            check_in(work, Actor(id=1, is_staff=True), booking.id, at=at(8))
        with unit_of_work() as work:
            check_out(work, Actor(id=1, is_staff=True), booking.id, at=at(8, 30))
        assert big(visitor().get("/").text).startswith("4 dari 4")

    def test_before_opening_it_says_so(
        self, clock: Clock, visitor: Callable[..., Visitor], desks: list[Any]
    ) -> None:
        clock(at(6))
        page = visitor().get("/").text
        assert big(page) == "4 dari 4 meja kosong saat buka"
        assert "Sekarang tutup. Buka pukul 08.00 sampai 20.00." in page
        assert min(bars(page)) == "08"

    def test_in_the_evening_it_shows_the_next_day(
        self, clock: Clock, visitor: Callable[..., Visitor], desks: list[Any], booked: Callable[..., Booked]
    ) -> None:
        booked(8, 9, day=9, resource=desks[0])
        for moment in (at(19, 45), at(22)):
            clock(moment)
            page = visitor().get("/").text
            assert "Rabu 9 September, Trasa" in page
            assert bars(page)["08"] == 3
            assert "/day/2026-09-09" in page

    def test_when_few_hours_are_left_the_next_day_is_there_as_well(
        self, clock: Clock, visitor: Callable[..., Visitor], desks: list[Any], booked: Callable[..., Booked]
    ) -> None:
        booked(8, 9, day=9, resource=desks[0])
        clock(at(16, 45))
        page = visitor().get("/").text
        assert "Hari ini di Trasa" in page
        today, tomorrow = page.split("Rabu 9 September")
        assert bars(today) == {"17": 4, "18": 4, "19": 4}
        assert bars(tomorrow)["08"] == 3
        assert "/day/2026-09-09?start=08:00&amp;end=09:00" in tomorrow.replace("%3A", ":")

    def test_over_a_holiday_it_says_which(
        self, session: Session, visitor: Callable[..., Visitor], site: Any, desks: list[Any]
    ) -> None:
        session.add(SpecialDay(site_id=site.id, day=at(8).date(), name=words("Hari Jadi Slawi", "Slawi Day")))
        session.commit()
        page = visitor().get("/").text
        assert "Rabu 9 September, Trasa" in page
        assert "Sekarang tutup (Hari Jadi Slawi)" in page
        assert "Slawi Day" in visitor().get("/?lang=en").text

    def test_a_closed_part_is_not_counted(
        self, session: Session, visitor: Callable[..., Visitor], zone: Any, desks: list[Any]
    ) -> None:
        session.add(Closure(resource_id=desks[0].id, starts_at=at(7), ends_at=at(12), reason=words("Rusak")))
        OpeningHoursFactory(resource_id=desks[1].id, weekday=1, opens=time(13), closes=time(18))
        session.commit()
        page = visitor().get("/").text
        assert big(page).startswith("2 dari 2")
        assert (bars(page)["11"], bars(page)["12"], bars(page)["13"], bars(page)["18"]) == (2, 3, 4, 3)

    def test_a_house_that_never_opens(self, session: Session, visitor: Callable[..., Visitor]) -> None:
        from tests.factories import ResourceFactory, SiteFactory

        ResourceFactory(site=SiteFactory(hours=False))
        session.commit()
        page = visitor().get("/").text
        assert "Sedang tutup." in page
        assert bars(page) == {}

    def test_no_site_yet(self, visitor: Callable[..., Visitor], app: object) -> None:
        assert visitor().get("/").status_code == 200

    def test_rooms_are_not_desks(
        self, session: Session, visitor: Callable[..., Visitor], desks: list[Any], desk: Callable[..., Any]
    ) -> None:
        desk("Ruang Poci", room=True)
        session.commit()
        assert big(visitor().get("/").text).startswith("4 dari 4")


class TestNextBooking:
    def test_is_on_top_for_its_person_alone(
        self, session: Session, visitor: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        person, stranger = PersonFactory(), PersonFactory()
        later, next_ = booked(14, 15, day=9, person=person), booked(10, 12, person=person)
        page = visitor(person).get("/").text
        assert f"/bookings/{next_.reference}" in page
        assert "Meja A02, 10.00–12.00" in page
        assert later.reference not in page
        for other in (visitor(stranger), visitor()):
            assert next_.reference not in other.get("/").text

    def test_says_when_one_is_here(
        self, session: Session, visitor: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        person = PersonFactory()
        booking = booked(9, 12, person=person)
        with unit_of_work() as work:
            check_in(work, Actor(id=1, is_staff=True), booking.id, at=at(8, 45))
        page = visitor(person).get("/").text
        assert "Kamu sedang di sini" in page
        assert "Pesananmu berikutnya" not in page


def test_the_next_consultation_is_on_top_for_its_person_alone(
    session: Session, visitor: Callable[..., Visitor], case: Case
) -> None:
    later, next_ = case.ask(13, day=30), case.ask(13, day=9)
    stranger = PersonFactory()
    session.commit()
    page = visitor(case.siti).get("/").text
    assert f"/consultations/{next_.reference}" in page
    assert "Menunggu jawaban" in page
    assert later.reference not in page
    for other in (visitor(stranger), visitor()):
        assert next_.reference not in other.get("/").text


class TestCaching:
    def test_the_same_minute_is_not_sent_twice(
        self, clock: Clock, visitor: Callable[..., Visitor], desks: list[Any]
    ) -> None:
        client = visitor()
        first = client.get("/")
        assert first.headers["Cache-Control"] == "private, no-cache"
        tag = first.headers["ETag"]
        clock(at(8, 50) + timedelta(seconds=30))
        assert client.get("/", headers={"If-None-Match": tag}).status_code == 304
        assert client.get("/?lang=en", headers={"If-None-Match": tag}).status_code == 200

    def test_a_booking_a_minute_and_a_person_change_it(
        self,
        session: Session,
        clock: Clock,
        visitor: Callable[..., Visitor],
        desks: list[Any],
        booked: Callable[..., Booked],
    ) -> None:
        tags = [visitor().get("/").headers["ETag"]]
        booked(9, 10, resource=desks[0])
        tags.append(visitor().get("/").headers["ETag"])
        clock(at(8, 51))
        tags.append(visitor().get("/").headers["ETag"])
        person = PersonFactory()
        session.commit()
        tags.append(visitor(person).get("/").headers["ETag"])
        assert len(set(tags)) == 4

    def test_the_number_of_statements_does_not_depend_on_the_desks(
        self,
        session: Session,
        visitor: Callable[..., Visitor],
        desk: Callable[..., Any],
        booked: Callable[..., Booked],
        statements: list[str],
    ) -> None:
        person = PersonFactory()
        counts = []
        for _ in range(2):
            for _ in range(3):
                booked(9, 11, person=person)
            clients = visitor(person), visitor()
            for client in clients:
                statements.clear()
                client.get("/")
                counts.append(len(statements))
        assert counts == [6, 3, 6, 3]
