"""A consultation's page, moving and cancelling: as its person, a stranger, its consultant and the front desk see them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments import services
from portal.consultations.topics.models import Mode
from portal.permissions import Role
from tests.client import Visitor
from tests.consultations.test_appointments import AT, TEN, House, do
from tests.factories import PersonFactory

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("monday_morning")
HOUR = timedelta(hours=1)


@pytest.fixture
def person(trasa: House, visitor: Visit, session: Session) -> Visitor:
    return visitor(session.get_one(Person, trasa.person))


def consultant(trasa: House) -> Actor:
    return Actor(id=trasa.first_person, is_staff=True)


def moved(trasa: House, **changes: Any) -> dict[str, Any]:
    return {"starts_at": (TEN + HOUR).isoformat(), "consultant_id": trasa.first, "mode": "video"} | changes


class TestStateInWords:
    def test_who_waits_is_told_until_when(self, trasa: House, person: Visitor) -> None:
        page = person.get(f"/consultations/{trasa.request().reference}").text
        assert re.search(r"<h1>Menunggu jawaban .+ sampai besok 08\.00</h1>", page)
        assert "wa.me" in page
        assert ".ics" not in page

    def test_what_is_agreed_can_be_taken_along(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        do(services.confirm, consultant(trasa), arranged.id)
        page = person.get(f"/consultations/{arranged.reference}").text
        assert "menunggumu besok 10.00." in page
        assert "KTP" in page
        answer = person.get(f"/consultations/{arranged.reference}.ics")
        event = Calendar.from_ical(answer.data).walk("VEVENT")[0]
        assert event.decoded("DTSTART") == TEN
        assert answer.headers["Content-Disposition"].endswith(f'"{arranged.reference}.ics"')

    def test_who_is_called_sees_on_which_number(
        self, trasa: House, person: Visitor, session: Session
    ) -> None:
        session.execute(
            text("UPDATE person SET phone = '+6281234567890' WHERE id = :id"), {"id": trasa.person}
        )
        session.commit()
        page = person.get(f"/consultations/{trasa.request(mode=Mode.PHONE).reference}").text
        assert "menelepon kamu di 0812-3456-7890" in page

    def test_meeting_in_person_shows_the_room_and_the_way(self, trasa: House, person: Visitor) -> None:
        page = person.get(f"/consultations/{trasa.request(mode=Mode.IN_PERSON).reference}").text
        assert "Cara ke sini" in page
        assert "Jl. A. Yani 7" in page

    def test_a_refusal_says_why_and_what_else(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        do(services.decline, consultant(trasa), arranged.id, "Rapat dinas")
        page = person.get(f"/consultations/{arranged.reference}").text
        assert "tidak bisa Selasa 8 September pukul 10.00" in page
        assert "Rapat dinas" in page
        assert "Jam kosong berikutnya" in page
        ways = re.findall(r'href="(/consultations/new\?[^"]+)"', page)
        assert len(ways) == 3
        assert person.get(ways[0].replace("&amp;", "&")).status_code == 200

    def test_what_lapsed_is_nobodys_fault(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        do(services.lapse, arranged.id, at=AT + timedelta(days=1))
        page = person.get(f"/consultations/{arranged.reference}").text
        assert "belum sempat menjawab" in page
        assert "Bukan salahmu" in page

    def test_a_cancellation_by_the_consultant_says_why(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        do(services.cancel, consultant(trasa), arranged.id, "Sakit")
        page = person.get(f"/consultations/{arranged.reference}").text
        assert "dibatalkan</h1>" in page
        assert "Sakit" in page
        assert "Jam kosong berikutnya" in page

    def test_a_move_by_the_consultant_says_why(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        command = services.Move(
            actor=consultant(trasa), reservation_id=arranged.id, starts_at=TEN + HOUR, reason="Rapat dinas"
        )
        do(services.move, command)
        page = person.get(f"/consultations/{arranged.reference}").text
        assert "Dipindahkan ke jam ini. Alasannya:" in page
        assert "Rapat dinas" in page

    @pytest.mark.parametrize(
        ("verb", "said"), [("complete", "Kamu sudah bertemu"), ("mark_no_show", "kamu tidak datang")]
    )
    def test_afterwards(self, trasa: House, person: Visitor, verb: str, said: str) -> None:
        arranged = trasa.request()
        do(services.confirm, consultant(trasa), arranged.id)
        do(getattr(services, verb), consultant(trasa), arranged.id, at=TEN + timedelta(minutes=20))
        with time_machine.travel(TEN + timedelta(days=1), tick=False):
            assert said in person.get(f"/consultations/{arranged.reference}").text

    def test_while_it_goes_on(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        do(services.confirm, consultant(trasa), arranged.id)
        with time_machine.travel(TEN + timedelta(minutes=20), tick=False):
            page = person.get(f"/consultations/{arranged.reference}").text
        assert "Sedang berjalan sampai 11.00" in page
        assert "/move" not in page


class TestMoving:
    def test_the_old_time_stays_in_sight_and_is_not_offered(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        page = person.get(f"/consultations/topics/{trasa.topic_id}?move={arranged.reference}")
        assert page.location == f"/consultations/{arranged.reference}/move"
        page = person.get(page.location + "?day=2026-09-08")
        assert "Selasa 8 September pukul 10.00" in page.text
        assert "T10%3A30" in page.text
        assert "2026-09-08T10%3A00" not in page.text

    def test_both_times_then_one_button(self, trasa: House, person: Visitor, session: Session) -> None:
        arranged = trasa.request()
        where = f"/consultations/{arranged.reference}/move"
        check = person.get(f"{where}?{urlencode(moved(trasa))}")
        assert "Pindah ke besok 11.00?" in check.text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', check.text))
        answer = person.post(where, data=fields)
        assert answer.location == f"/consultations/{arranged.reference}"
        assert "Sudah pindah" in person.get(answer.location).text
        assert session.scalar(text("SELECT starts_at FROM reservation")) == TEN + HOUR

    def test_a_taken_time_keeps_the_old_one(self, trasa: House, person: Visitor, session: Session) -> None:
        arranged = trasa.request()
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=TEN + HOUR)
        page = person.submit(f"/consultations/{arranged.reference}/move", moved(trasa))
        assert page.status_code == 409
        assert "jam yang lama tetap milikmu" in page.text
        assert f'action="/consultations/{arranged.reference}/move"' in page.text
        assert session.scalar(text("SELECT min(starts_at) FROM reservation")) == TEN

    @pytest.mark.parametrize(
        "changes",
        [
            {"starts_at": (AT - HOUR).isoformat()},
            {"starts_at": "2026-09-08"},
            {"starts_at": "\0"},
            {"consultant_id": "999"},
            {"consultant_id": "9" * 30},
            {"mode": "telepathy"},
        ],
    )
    def test_nonsense_moves_nothing(
        self, trasa: House, person: Visitor, session: Session, changes: dict[str, str]
    ) -> None:
        arranged = trasa.request()
        where = f"/consultations/{arranged.reference}/move"
        assert person.submit(where, moved(trasa, **changes)).status_code == 422
        assert person.get(f"{where}?{urlencode(moved(trasa, **changes))}").status_code in {302, 422}
        assert session.scalar(text("SELECT starts_at FROM reservation")) == TEN

    def test_too_late_says_whom_to_tell(self, trasa: House, person: Visitor) -> None:
        arranged = trasa.request()
        do(services.confirm, consultant(trasa), arranged.id)
        with time_machine.travel(TEN - HOUR, tick=False):
            for verb in ("move", "cancel"):
                page = person.get(f"/consultations/{arranged.reference}/{verb}")
                assert page.status_code == 422
                assert "sudah lewat batas ubah" in page.text
            assert (
                "kabari petugas"
                in person.submit(f"/consultations/{arranged.reference}/move", moved(trasa)).text
            )


class TestCancelling:
    def test_it_asks_once(self, trasa: House, person: Visitor, session: Session) -> None:
        arranged = trasa.request()
        where = f"/consultations/{arranged.reference}/cancel"
        assert "bisa dipakai orang lain" in person.get(where).text
        answer = person.submit(where, {"reason": "Anak sakit"})
        assert answer.location == "/consultations"
        assert "Sudah dibatalkan" in person.get(answer.location).text
        assert session.scalar(text("SELECT reason FROM appointment")) == "Anak sakit"
        assert person.submit(where).location == "/consultations"

    @pytest.mark.parametrize("reason", ["x" * 501, "a\0b"])
    def test_a_reason_that_cannot_be_kept(
        self, trasa: House, person: Visitor, session: Session, reason: str
    ) -> None:
        arranged = trasa.request()
        page = person.submit(f"/consultations/{arranged.reference}/cancel", {"reason": reason})
        assert page.status_code == 422
        assert session.scalar(text("SELECT state FROM reservation")) == "requested"

    def test_the_front_desk_says_why(self, trasa: House, visitor: Visit, session: Session) -> None:
        desk = PersonFactory(roles=[Role.FRONTDESK])
        session.commit()
        arranged = trasa.request()
        where = f"/consultations/{arranged.reference}/cancel"
        page = visitor(desk).submit(where)
        assert page.status_code == 422
        assert "Tulis alasannya" in page.text
        assert visitor(desk).submit(where, {"reason": "Orangnya menelepon"}).status_code == 302


def test_the_front_desk_sees_when_and_where_not_what_was_written(
    trasa: House, visitor: Visit, person: Visitor, session: Session
) -> None:
    desk = PersonFactory(roles=[Role.FRONTDESK])
    session.commit()
    question = {"id": "Omzet?", "en": "Turnover?"}
    reference = trasa.request(answers=({"question": question, "answer": "Rahasia sekali"},)).reference
    page = visitor(desk).get(f"/consultations/{reference}")
    assert page.status_code == 200
    assert "Rahasia" not in page.text
    assert "kamu kami kabari" not in page.text
    assert "wa.me" not in page.text
    assert f"/desk/people/{trasa.person}/consultation" not in page.text
    assert 'href="/desk"' in page.text
    assert "Rahasia" in person.get(f"/consultations/{reference}").text


def test_nobody_else_sees_it(trasa: House, visitor: Visit, session: Session) -> None:
    arranged = trasa.request()
    for who in (trasa.other, trasa.second_person):
        stranger = visitor(session.get_one(Person, who))
        for path in ("", ".ics", "/move", "/cancel"):
            assert stranger.get(f"/consultations/{arranged.reference}{path}").status_code == 404
        for verb in ("move", "cancel"):
            assert stranger.submit(f"/consultations/{arranged.reference}/{verb}").status_code == 404
    assert visitor().get(f"/consultations/{arranged.reference}").status_code == 302
    assert session.scalar(text("SELECT state FROM reservation")) == "requested"
