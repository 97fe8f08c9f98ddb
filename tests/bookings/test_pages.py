"""My bookings and a new one: as a person, a stranger and somebody in a hurry sees them."""

import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.resources.models import Reservation, State
from tests.bookings.house import House, at, wanted
from tests.client import Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("monday_morning")


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Reservation)) or 0


def test_booking_leads_to_the_ticket(house: House, visitor: Visit, session: Session) -> None:
    person = visitor(house.person)
    answer = person.submit("/bookings", wanted(house))
    assert answer.status_code == 302
    reference = re.search(r"/bookings/(\w+)\?new=1", answer.location)
    assert reference
    page = person.get(answer.location)
    assert page.status_code == 200
    assert f"Meja {house.desk.name} jadi milikmu." in page.text
    assert "wa.me" in page.text
    assert f"{reference[1]}.ics" in page.text
    assert "Jl. A. Yani 7" in page.text


def test_a_second_click_leads_to_the_same_ticket(house: House, visitor: Visit, session: Session) -> None:
    person = visitor(house.person)
    first = person.submit("/bookings", wanted(house))
    second = person.submit("/bookings", wanted(house))
    assert first.location == second.location
    assert count(session) == 1


def test_somebody_was_quicker(house: House, visitor: Visit) -> None:
    house.book(at(10), at(12), house.rival)
    person = visitor(house.person)
    page = person.submit("/bookings", wanted(house))
    assert page.status_code == 409
    assert "baru saja diambil orang" in page.text
    offers = re.findall(
        r'name="resource_id" value="(\d+)">\s*<input type="hidden" name="starts_at" value="([^"]+)"',
        page.text,
    )
    assert (str(house.other.id), at(10).isoformat()) in offers
    assert (str(house.desk.id), at(12).isoformat()) in offers
    taken = {"resource_id": offers[0][0], "starts_at": offers[0][1], "ends_at": at(12).isoformat()}
    assert person.submit("/bookings", taken).status_code == 302


def test_a_rule_is_told_and_nothing_is_saved(house: House, visitor: Visit, session: Session) -> None:
    page = visitor(house.person).submit("/bookings", wanted(house, at(8), at(8, 30)))
    assert page.status_code == 422
    assert "Jam itu sudah lewat" in page.text
    assert count(session) == 0


BAD = {
    "naive": {"starts_at": "2026-09-07T10:00"},
    "no date": {"starts_at": "2026-06-31T10:00+07:00"},
    "NUL": {"starts_at": "2026-09-07T10:00+07:00\0"},
    "words": {"ends_at": "later"},
    "nothing": {"ends_at": ""},
    "minus": {"resource_id": "-1"},
    "huge": {"resource_id": str(10**30)},
    "400 digits": {"resource_id": "9" * 400},
    "underscores": {"resource_id": "1_0"},
    "true": {"resource_id": "true"},
    "missing": {"resource_id": "2147483647"},
    "year one": {"starts_at": "0001-01-01T00:00+07:00", "ends_at": "0001-01-01T02:00+07:00"},
    "year 9999": {"starts_at": "9999-12-31T20:00-07:00", "ends_at": "9999-12-31T23:00-07:00"},
    "reversed": {"starts_at": "2026-09-07T12:00+07:00", "ends_at": "2026-09-07T10:00+07:00"},
    "equal": {"ends_at": "2026-09-07T10:00+07:00"},
    "off the grid": {"starts_at": "2026-09-07T10:10+07:00"},
    "across midnight": {"starts_at": "2026-09-07T19:00+07:00", "ends_at": "2026-09-08T09:00+07:00"},
    "outside hours": {"starts_at": "2026-09-08T02:00+07:00", "ends_at": "2026-09-08T03:00+07:00"},
    "other status": {"status": "completed", "starts_at": "2026-09-07T08:00+07:00"},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_bad_input_is_refused_in_words(
    house: House, visitor: Visit, session: Session, change: dict[str, str]
) -> None:
    person = visitor(house.person)
    answer = person.submit("/bookings", wanted(house) | change)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert count(session) == 0


def test_more_than_was_asked_for_changes_nothing(house: House, visitor: Visit, session: Session) -> None:
    extra = {"person_id": house.rival.id, "role": "admin", "status": "cancelled", "user_id": 1}
    visitor(house.person).submit("/bookings", wanted(house, **extra))
    reservation = session.scalars(select(Reservation)).one()
    assert (reservation.person_id, reservation.state) == (house.person.id, State.CONFIRMED)


@pytest.mark.parametrize("parts", [501, 50_000])
def test_a_form_of_very_many_parts(house: House, visitor: Visit, parts: int) -> None:
    many = {f"field{n}": "x" for n in range(parts)}
    answer = visitor(house.person).post(
        "/bookings", data=many, content_type="multipart/form-data" if parts < 1000 else None
    )
    assert 400 <= answer.status_code < 500


def test_a_body_of_eleven_megabytes(house: House, visitor: Visit) -> None:
    answer = visitor(house.person).post("/bookings", data={"csrf_token": "x" * 11 * 2**20})
    assert answer.status_code in {413, 422}


def test_a_forged_token_books_nothing(house: House, visitor: Visit, session: Session) -> None:
    answer = visitor(house.person).post("/bookings", data=wanted(house) | {"csrf_token": "forged"})
    assert answer.status_code == 422
    assert count(session) == 0


def test_a_stranger_keeps_the_choice_in_hand(house: House, visitor: Visit) -> None:
    nobody = visitor()
    answer = nobody.get("/bookings/new", query_string=wanted(house))
    assert answer.status_code == 302
    assert urlsplit(answer.location).path == "/register"
    kept = parse_qs(urlsplit(answer.location).query)["next"][0]
    assert urlsplit(kept).path == "/bookings/new"
    page = nobody.get(answer.location)
    assert f"Meja {house.desk.name}, pukul 10.00–12.00" in page.text


def test_the_choice_once_more_for_whoever_is_signed_in(house: House, visitor: Visit) -> None:
    page = visitor(house.person).get("/bookings/new", query_string=wanted(house))
    assert page.status_code == 200
    assert "10.00–12.00" in page.text


@pytest.mark.parametrize(
    "query", [{}, {"resource_id": "x"}, {"resource_id": "1", "starts_at": "x", "ends_at": "y"}]
)
def test_a_broken_choice_leads_to_the_desks(house: House, visitor: Visit, query: dict[str, str]) -> None:
    assert visitor().get("/bookings/new", query_string=query).location == "/spaces"


def test_my_bookings(house: House, visitor: Visit) -> None:
    person = visitor(house.person)
    assert "Belum ada pesanan" in person.get("/bookings").text
    coming = house.book(at(10), at(12))
    gone = house.book(at(14), at(15))
    house.do(services.cancel, gone)
    page = person.get("/bookings").text
    assert page.index(coming.reference) < page.index(gone.reference)
    assert "1 pesanan menunggumu" in page
    english = person.get("/bookings?lang=en").text
    assert "One booking is coming" in english


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999"])
def test_a_page_that_is_not_there(house: House, visitor: Visit, page: str) -> None:
    assert visitor(house.person).get(f"/bookings?page={page}").status_code in {200, 404}


def test_house_rules_name_the_numbers(house: House, visitor: Visit) -> None:
    assert "4 jam" in visitor().get("/house-rules").text


def test_registering_books_the_choice_even_when_clicked_twice(
    house: House, visitor: Visit, session: Session
) -> None:
    nobody = visitor()
    register = nobody.get("/bookings/new", query_string=wanted(house)).location
    fields = {
        "name": "Siti Nuraeni",
        "login": "siti.nuraeni@example.id",
        "password": "teh poci gula batu",
        "consent": "y",
        "next": parse_qs(urlsplit(register).query)["next"][0],
    }
    answers = [nobody.submit("/register", fields, page=register) for _ in range(2)]
    assert re.fullmatch(r"/bookings/\w+\?new=1", answers[0].location)
    assert count(session) == 1


def test_a_file_in_place_of_a_word(house: House, visitor: Visit, session: Session) -> None:
    person = visitor(house.person)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', person.get("/accessibility").text)
    assert token
    sent = {"csrf_token": token[1], "resource_id": "1", "starts_at": (BytesIO(b"x"), "a.txt"), "ends_at": "y"}
    assert person.post("/bookings", data=sent, content_type="multipart/form-data").status_code == 422
