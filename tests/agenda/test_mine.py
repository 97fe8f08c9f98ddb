"""`/agenda`: what is coming, day by day, for the entrepreneur and for the consultant."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.bookings.booked import Booked
from portal.consultations.cases.models import FollowUp
from portal.consultations.topics.models import Mode
from tests.agenda.conftest import at
from tests.agenda.test_feed import Case, case
from tests.client import Visitor
from tests.factories import PersonFactory
from tests.statements import counted

__all__ = ["case"]

pytestmark = pytest.mark.usefixtures("clock")
Visit = Callable[..., Visitor]


def seen(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def headings(page: str) -> list[str]:
    return [seen("<main" + found) for found in re.findall(r"<h[123][^>]*>.*?</h[123]>", page, re.S)]


def follow_up(session: Session, case: Case, owner: Any, due_on: date, task: str) -> FollowUp:
    made = FollowUp(
        appointment_id=case.ask(13, day=30, mode=Mode.PHONE).id,
        owner_id=owner.id,
        task=task,
        due_on=due_on,
        created_at=at(8),
    )
    session.add(made)
    session.commit()
    return made


def test_nobody_is_asked_to_sign_in(visitor: Visit) -> None:
    assert visitor().get("/agenda").status_code == 302
    assert visitor().submit("/agenda/feed", page="/sign-in").status_code == 303


@pytest.mark.parametrize("locale", ["id", "en"])
def test_an_empty_one_says_what_to_do(visitor: Visit, session: Session, locale: str) -> None:
    person = PersonFactory()
    session.commit()
    page = visitor(person).get(f"/agenda?lang={locale}").text
    assert 'class="empty"' in page
    assert "webcal://portal.test/calendar/feed/" in page


def test_all_kinds_stand_under_their_days(
    visitor: Visit, session: Session, booked: Callable[..., Booked], case: Case
) -> None:
    booked(10, 12, person=case.siti)
    case.ask(13, day=9)
    booked(15, 16, person=case.siti, day=9)
    follow_up(session, case, case.siti, date(2026, 9, 9), "Unggah foto")
    page = visitor(case.siti).get("/agenda").text
    assert headings(page)[:7] == [
        "5 agenda menunggumu",
        "Hari ini, Selasa 8 September",
        "10.00–12.00 Meja A01",
        "Besok, Rabu 9 September",
        "13.00–14.00 NIB dengan Ratna",
        "15.00–16.00 Meja A02",
        "Unggah foto",
    ]
    assert "Ruang Slamet, Trasa" in page
    assert "Menunggu jawaban" in page


def test_the_consultant_sees_the_other_side(visitor: Visit, session: Session, case: Case) -> None:
    arranged = case.ask(13, day=9)
    follow_up(session, case, case.siti, date(2026, 9, 9), "Unggah foto")
    page = visitor(case.ratna).get("/agenda").text
    assert f'href="/calendar/appointments/{arranged.reference}"' in page
    assert "13.00–14.00 NIB dengan Siti; Nuraeni, S.E." in seen(page)
    assert "Tugas Siti; Nuraeni, S.E. · NIB dengan Siti" in seen(page)


def test_what_is_overdue_comes_first(visitor: Visit, session: Session, case: Case) -> None:
    follow_up(session, case, case.siti, date(2026, 9, 7), "Unggah foto")
    page = visitor(case.siti).get("/agenda").text
    assert headings(page)[1:3] == ["1 tindak lanjut lewat tanggalnya", "Unggah foto"]
    assert "Sejak Senin 7 September" in page


def test_today_is_not_overdue(visitor: Visit, session: Session, case: Case) -> None:
    follow_up(session, case, case.siti, date(2026, 9, 8), "Unggah foto")
    assert "lewat tanggalnya" not in visitor(case.siti).get("/agenda").text


def test_a_stranger_sees_none_of_it(visitor: Visit, session: Session, case: Case) -> None:
    follow_up(session, case, case.siti, date(2026, 9, 8), "Unggah foto")
    stranger = PersonFactory()
    session.commit()
    page = visitor(stranger).get("/agenda").text
    assert 'class="empty"' in page
    assert "Unggah foto" not in page


def test_the_number_of_statements_does_not_depend_on_the_rows(
    visitor: Visit, booked: Callable[..., Booked], case: Case
) -> None:
    client = visitor(case.siti)
    client.get("/agenda")
    counts = []
    for hour in (10, 12, 14):
        booked(hour, hour + 1, person=case.siti)
        case.ask(hour, day=9)
        with counted() as sent:
            client.get("/agenda")
        counts.append(len(sent))
    assert counts[0] == counts[1] == counts[2] <= 6


def test_one_tap_and_it_is_done(visitor: Visit, session: Session, case: Case) -> None:
    """Whoever is to do it ticks it off; the other one only sees it."""
    follow_up(session, case, case.siti, date(2026, 9, 8), "Unggah foto")
    client = visitor(case.siti)
    tick = re.search(r'action="([^"]+/done)"', client.get("/agenda").text)
    assert tick
    assert "/done" not in visitor(case.ratna).get("/agenda").text
    assert client.submit(tick[1]).status_code in {302, 303}
    assert "Unggah foto" not in client.get("/agenda").text
