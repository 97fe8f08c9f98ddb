"""One booking: look at it, take it along, move it, cancel it, book the same again."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.resources.models import Claim, State
from tests.bookings.house import House, at, wanted
from tests.client import Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("monday_morning")


def test_cancelling_asks_first(house: House, visitor: Visit) -> None:
    booked, person = house.book(at(14), at(15)), visitor(house.person)
    assert "Batalkan" in person.get(f"/bookings/{booked.reference}/cancel").text
    assert house.state(booked) == State.CONFIRMED
    assert person.submit(f"/bookings/{booked.reference}/cancel").status_code == 302
    assert person.submit(f"/bookings/{booked.reference}/cancel").status_code == 302
    assert house.state(booked) == State.CANCELLED
    assert "Dibatalkan" in person.get(f"/bookings/{booked.reference}").text


def test_moving_goes_by_the_day_page(house: House, visitor: Visit, session: Session) -> None:
    booked, person = house.book(at(14), at(15)), visitor(house.person)
    answer = person.get(f"/bookings/{booked.reference}/move")
    page = person.get(answer.location + f"&pick={house.desk.id}&at=14:30")
    assert "Kamu sedang memindahkan pesanan" in page.text
    assert f'action="/bookings/{booked.reference}/move"' in page.text
    moved = person.submit(f"/bookings/{booked.reference}/move", wanted(house, at(14, 30), at(15, 30)))
    assert moved.location == f"/bookings/{booked.reference}"
    assert session.scalars(select(Claim.starts_at)).one() == at(14, 30)


def test_a_move_that_fails_keeps_the_old_time(house: House, visitor: Visit, session: Session) -> None:
    booked, person = house.book(at(14), at(15)), visitor(house.person)
    house.book(at(16), at(17), house.rival)
    page = person.submit(f"/bookings/{booked.reference}/move", wanted(house, at(16), at(17)))
    assert page.status_code == 409
    assert f'action="/bookings/{booked.reference}/move"' in page.text
    starts = select(Claim.starts_at).where(Claim.reservation_id == booked.id)
    assert session.scalars(starts).one() == at(14)


def test_a_move_against_a_rule_says_that_the_old_time_stays(house: House, visitor: Visit) -> None:
    booked, person = house.book(at(14), at(15)), visitor(house.person)
    page = person.submit(f"/bookings/{booked.reference}/move", wanted(house, at(16), at(16)))
    assert page.status_code == 422
    assert "jam yang lama tetap milikmu" in page.text


def test_a_move_of_what_is_over_offers_nothing_that_must_fail(house: House, visitor: Visit) -> None:
    booked = house.book(at(14), at(15))
    house.do(services.cancel, booked)
    page = visitor(house.person).submit(f"/bookings/{booked.reference}/move", wanted(house, at(16), at(17)))
    assert page.status_code == 409
    assert "Ambil ini" not in page.text
    assert "tetap milikmu" not in page.text


def test_book_again_proposes_the_same_desk(house: House, visitor: Visit) -> None:
    booked, person = house.book(at(14), at(15)), visitor(house.person)
    house.do(services.cancel, booked)
    page = person.get(f"/bookings/{booked.reference}/again", follow_redirects=True)
    assert 'class="confirm"' in page.text
    assert f"Meja {house.desk.name}, pukul 14.00–15.00" in page.text


def test_book_again_after_a_visit_proposes_hours_that_lie_ahead(house: House, visitor: Visit) -> None:
    booked = house.book(at(10), at(11))
    with time_machine.travel(at(12), tick=False):
        page = visitor(house.person).get(f"/bookings/{booked.reference}/again", follow_redirects=True)
    assert page.request.path.endswith("/2026-09-08")
    assert 'class="confirm"' in page.text


def test_the_calendar_file(house: House, visitor: Visit) -> None:
    booked = house.book(at(14), at(15))
    answer = visitor(house.person).get(f"/bookings/{booked.reference}.ics")
    assert answer.mimetype == "text/calendar"
    event: Any = Calendar.from_ical(answer.data).walk("VEVENT")[0]
    assert event["DTSTART"].dt == at(14)
    assert event["DTEND"].dt == at(15)
    assert booked.reference.lower() in event["UID"]


def test_a_cancelled_booking_leaves_the_calendar(house: House, visitor: Visit) -> None:
    booked = house.book(at(14), at(15))
    house.do(services.cancel, booked)
    file = visitor(house.person).get(f"/bookings/{booked.reference}.ics").text
    assert "METHOD:CANCEL" in file
    assert "STATUS:CANCELLED" in file


@pytest.mark.parametrize("path", ["", ".ics", "/cancel", "/move", "/again"])
def test_somebody_elses_booking_is_not_there(house: House, visitor: Visit, path: str) -> None:
    booked = house.book(at(14), at(15))
    assert visitor(house.rival).get(f"/bookings/{booked.reference}{path}").status_code == 404


@pytest.mark.parametrize("path", ["cancel", "move"])
def test_somebody_elses_booking_cannot_be_changed(house: House, visitor: Visit, path: str) -> None:
    booked = house.book(at(14), at(15))
    answer = visitor(house.rival).submit(
        f"/bookings/{booked.reference}/{path}", wanted(house, at(16), at(17))
    )
    assert answer.status_code == 404
    assert house.state(booked) == State.CONFIRMED


@pytest.mark.parametrize("reference", ["x", "TRS" + "X" * 5000, "%00", "🙂", "..%2f", "TRS 7K4 M2W"])
def test_references_that_are_none(house: House, visitor: Visit, reference: str) -> None:
    assert visitor(house.person).get(f"/bookings/{reference}").status_code == 404
