"""Pages about what comes of a consultation: for its two people, and for nobody else."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.consultations.cases.models import Outcome
from tests.client import Visitor
from tests.consultations.test_appointments import TEN, House
from tests.consultations.test_cases import LATER
from tests.factories import words
from tests.files.made import pdf

Visit = Callable[..., Visitor]


class Case:
    """A consultation that is over, and visitors who are its people or not."""

    def __init__(self, session: Session, visitor: Visit) -> None:
        self.house = House(session, confirms_itself=True)
        arranged = self.house.request()
        self.id, self.reference = arranged.id, arranged.reference
        self.outcome = Outcome(name=words("Izin diajukan", "Permit applied for"))
        session.add(self.outcome)
        session.commit()

        def of(person_id: int) -> Visitor:
            return visitor(session.get(Person, person_id))

        self.consultant, self.person = of(self.house.first_person), of(self.house.person)
        self.strangers = [of(self.house.second_person), of(self.house.other)]

    def note(self, **values: Any) -> Any:
        typed = {
            "advice": "Daftar NIB pekan ini.",
            "private_note": "Ragu soal modal.",
            "outcome_id": "0",
            "version": "0",
        }
        address = f"/calendar/appointments/{self.reference}/note"
        return self.consultant.submit(address, typed | values)


@pytest.fixture
def case(session: Session, visitor: Visit) -> Any:
    with time_machine.travel(TEN.replace(hour=0), tick=False):
        made = Case(session, visitor)
    with time_machine.travel(LATER, tick=False):
        yield made


def test_who_is_no_consultant_any_more_reads_and_does_nothing(case: Case, session: Session) -> None:
    address = f"/consultations/{case.reference}"
    assert case.consultant.get(f"{address}/files").status_code == 200
    session.execute(
        text("UPDATE role_grant SET role = 'entrepreneur' WHERE person_id = :id"),
        {"id": case.house.first_person},
    )
    session.commit()
    for part in ("", ".ics", "/move", "/cancel", "/files"):
        assert case.consultant.get(address + part).status_code == 404, part
    for part in ("/move", "/cancel", "/files", "/rating", "/follow-ups/1/done"):
        assert case.consultant.submit(address + part, page="/agenda").status_code == 404, part


def test_the_entrepreneur_reads_the_advice_and_never_the_note(case: Case) -> None:
    assert case.note(outcome_id=str(case.outcome.id)).status_code == 302
    page = case.person.get(f"/consultations/{case.reference}").text
    assert "Daftar NIB pekan ini." in page
    assert "Ragu soal modal." not in page
    assert "Ragu soal modal." in case.consultant.get(f"/calendar/appointments/{case.reference}").text


def test_a_second_window_shows_both_texts(case: Case) -> None:
    case.note()
    late = case.note(advice="Daftar NIB besok.")
    assert late.status_code == 409
    assert "Daftar NIB pekan ini." in late.text
    assert "Daftar NIB besok." in late.text
    assert re.search('name="version"[^>]*value="1"', late.text)
    assert case.note(advice="Daftar NIB besok.", version="1").status_code == 302


@pytest.mark.parametrize(
    "values",
    [
        {"advice": "x" * 10_001},
        {"advice": "a\0b"},
        {"outcome_id": "999"},
        {"outcome_id": "x"},
    ],
)
def test_what_cannot_be_is_said_and_kept(case: Case, values: dict[str, str]) -> None:
    refused = case.note(**{"private_note": "Ragu soal modal."} | values)
    assert refused.status_code == 422
    assert "Ragu soal modal." in refused.text


def test_nobody_else_gets_near(case: Case) -> None:
    for stranger in case.strangers:
        for address in (
            f"/consultations/{case.reference}/files",
            f"/calendar/appointments/{case.reference}/note",
            f"/calendar/appointments/{case.reference}/follow-up",
        ):
            assert stranger.get(address).status_code in {403, 404}


def test_something_to_do_is_ticked_by_either(case: Case, session: Session) -> None:
    address = f"/calendar/appointments/{case.reference}/follow-up"
    assert case.consultant.get(address).status_code == 200
    typed = {"task": "Bawa foto produk", "due_on": "2026-09-15", "owner": "person"}
    assert case.consultant.submit(address, typed | {"due_on": "2026-02-31"}).status_code == 422
    assert case.consultant.submit(address, typed | {"due_on": "2020-01-01"}).status_code == 422
    assert case.consultant.submit(address, typed).status_code == 302
    page = f"/consultations/{case.reference}"
    assert "Bawa foto produk" in case.person.get(page).text
    number = session.scalar(text("SELECT id FROM follow_up"))
    answer = case.person.submit(f"{page}/follow-ups/{number}/done", {"next": "/agenda"})
    assert answer.location == "/agenda"
    assert session.scalar(text("SELECT done_at IS NOT NULL FROM follow_up")) is True
    session.commit()
    case.consultant.submit(f"{page}/follow-ups/{number}/open", {})
    assert session.scalar(text("SELECT done_at IS NULL FROM follow_up")) is True


def test_a_file_goes_to_the_two_and_not_further(case: Case, session: Session) -> None:
    address = f"/consultations/{case.reference}/files"
    sent = case.person.submit(address, {"files": (BytesIO(pdf()), "rencana.pdf")})
    assert sent.status_code == 302
    number = session.scalar(text("SELECT file_id FROM case_file"))
    got = case.consultant.get(f"{address}/{number}")
    assert got.mimetype == "application/pdf"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert case.strangers[1].get(f"{address}/{number}").status_code == 404
    refused = case.person.submit(address, {"files": (BytesIO(b"<html>"), "rencana.pdf")})
    assert refused.status_code == 422


def test_two_taps_rate(case: Case, session: Session) -> None:
    case.note(outcome_id=str(case.outcome.id))
    page = f"/consultations/{case.reference}"
    assert "Bagaimana konsultasinya?" in case.person.get(page).text
    case.person.submit(f"{page}/rating", {"stars": "5"})
    case.person.submit(f"{page}/rating", {"stars": "5", "line": "Jelas sekali"})
    case.person.submit(f"{page}/rating", {"stars": "9"})
    assert session.execute(text("SELECT stars, line FROM rating")).one() == (5, "Jelas sekali")
    assert "Jelas sekali" not in case.consultant.get(f"/calendar/appointments/{case.reference}").text
