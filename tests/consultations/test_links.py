"""The signed link of a mail: looking changes nothing; one change, then it is used."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.clock import now
from portal.consultations.appointments import services
from portal.consultations.appointments.links import signed
from portal.consultations.by_link import views as by_link
from tests.client import Visitor
from tests.consultations.test_appointments import TEN, House, do

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("monday_morning")
HOUR = timedelta(hours=1)


@pytest.fixture
def arranged(trasa: House) -> Any:
    answers = ({"question": {"id": "Omzet?", "en": "Turnover?"}, "answer": "Rahasia sekali"},)
    return trasa.request(answers=answers)


@pytest.fixture
def link(arranged: Any) -> str:
    return f"/consultations/link/{signed(arranged.id, 0)}"


def state(session: Session) -> tuple[Any, ...]:
    session.rollback()
    return tuple(session.execute(text("SELECT state, sequence, starts_at FROM reservation")).one())


def test_looking_changes_nothing_and_keeps_nothing(
    trasa: House, visitor: Visit, session: Session, link: str
) -> None:
    before = state(session)
    nobody = visitor()
    for _ in range(2):
        page = nobody.get(link)
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]
    assert nobody.get(f"{link}/cancel").status_code == nobody.get(f"{link}/move").status_code == 200
    assert state(session) == before


def test_it_shows_what_the_mail_holds_and_no_more(
    trasa: House, visitor: Visit, session: Session, link: str
) -> None:
    session.execute(text("UPDATE person SET phone = '+6281234567890' WHERE id = :id"), {"id": trasa.person})
    session.commit()
    page = visitor().get(link).text
    assert "besok 10.00" in page
    assert "Rahasia" not in page
    assert "3456" not in page


def test_it_speaks_the_language_of_its_mail(
    trasa: House, visitor: Visit, session: Session, link: str
) -> None:
    session.execute(text("UPDATE person SET language = 'en' WHERE id = :id"), {"id": trasa.person})
    session.commit()
    assert '<html lang="en">' in visitor().get(link).text
    assert '<html lang="id">' in visitor().get(f"{link}?lang=id").text


def test_cancelling_by_it_once(visitor: Visit, session: Session, link: str) -> None:
    nobody = visitor()
    answer = nobody.submit(f"{link}/cancel", page=f"{link}/cancel")
    assert answer.status_code == 303
    assert state(session)[0] == "cancelled"
    after = nobody.get(answer.location)
    assert after.status_code == 200
    assert "Kamu membatalkan" in after.text
    used = [nobody.get(f"{link}/cancel"), nobody.submit(f"{link}/cancel", page="/sign-in")]
    assert [page.status_code for page in used] == [410, 410]
    assert all("sudah dipakai" in page.text for page in used)


def test_moving_by_it_gives_the_next_link(trasa: House, visitor: Visit, session: Session, link: str) -> None:
    nobody = visitor()
    wanted = {
        "starts_at": (TEN + HOUR).isoformat(),
        "consultant_id": trasa.second,
        "mode": "in_person",
    }
    assert "tetap milikmu" in nobody.get(f"{link}/move?consultant=any&mode=in_person").text
    check = nobody.get(f"{link}/move?{urlencode(wanted)}")
    assert "Pindah ke besok 11.00?" in check.text
    answer = nobody.submit(f"{link}/move", wanted, page=f"{link}/move?{urlencode(wanted)}")
    assert answer.status_code == 303
    assert state(session) == ("requested", 1, TEN + HOUR)
    page = nobody.get(answer.location).text
    assert "besok 11.00" in page
    assert "Sudah dipindah" in page or "Sudah pindah" in page
    assert nobody.get(link).status_code == 410


def test_a_refused_move_offers_other_times(trasa: House, visitor: Visit, session: Session, link: str) -> None:
    trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=TEN + HOUR)
    nobody = visitor()
    wanted = {"starts_at": (TEN + HOUR).isoformat(), "consultant_id": trasa.first, "mode": "video"}
    page = nobody.submit(f"{link}/move", wanted, page=f"{link}/cancel")
    assert page.status_code == 409
    assert f'action="{link}/move"' in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_what_others_changed_meanwhile_makes_it_old(
    trasa: House, visitor: Visit, arranged: Any, link: str
) -> None:
    do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
    assert visitor().get(link).status_code == 200
    do(services.cancel, Actor(id=trasa.first_person, is_staff=True), arranged.id, "Sakit")
    assert visitor().get(link).status_code == 410


def test_once_it_begins_the_link_is_over(visitor: Visit, session: Session, link: str) -> None:
    nobody = visitor()
    with time_machine.travel(TEN, tick=False):
        page = nobody.get(link)
        assert page.status_code == 410
        assert "sudah mulai" in page.text
        assert nobody.submit(f"{link}/cancel", page="/sign-in").status_code == 410
    assert state(session)[0] == "requested"


@pytest.mark.parametrize("tail", ["", "/move", "/cancel"])
@pytest.mark.parametrize(
    "token", ["x", "x" * 5000, "WzEsMF0.AAAA", "%00", "%E2%98%83", "..", "WzEsMF0", "-1", "%5B" * 300]
)
def test_an_altered_link_leads_to_nothing(
    trasa: House, arranged: Any, visitor: Visit, session: Session, token: str, tail: str
) -> None:
    page = visitor().get(f"/consultations/link/{token}{tail}")
    assert page.status_code == 404
    if token != "..":
        assert "tidak utuh" in page.text
    if tail:
        assert visitor().submit(f"/consultations/link/{token}{tail}", page="/sign-in").status_code == 404
    assert state(session)[0] == "requested"


def test_a_forged_form_changes_nothing(visitor: Visit, session: Session, link: str) -> None:
    for verb in ("move", "cancel"):
        answer = visitor().post(f"{link}/{verb}", data={"csrf_token": "forged"})
        assert answer.status_code == 422
    assert state(session)[0] == "requested"


def test_too_late_to_change_says_so(trasa: House, visitor: Visit, arranged: Any, link: str) -> None:
    do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
    with time_machine.travel(TEN - HOUR, tick=False):
        assert "Kabari" in visitor().get(link).text or "petugas" in visitor().get(link).text
        assert visitor().get(f"{link}/cancel").status_code == 422


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_two_at_once_change_it_once(
    trasa: House,
    visitor: Visit,
    session: Session,
    arranged: Any,
    link: str,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
) -> None:
    def overtaken() -> datetime:
        """Asked for once the link was found to be good, and before anything is locked."""
        command = services.Move(
            actor=Actor(id=trasa.first_person, is_staff=True),
            reservation_id=arranged.id,
            starts_at=TEN + 3 * HOUR,
            reason="Rapat",
        )
        do(services.move, command)
        return now()

    monkeypatch.setattr(by_link, "now", overtaken)
    typed = {"starts_at": (TEN + HOUR).isoformat(), "consultant_id": trasa.first, "mode": "video"}
    answer = visitor().submit(f"{link}/{verb}", typed, page="/sign-in")
    assert answer.status_code == 409
    assert state(session) == ("confirmed", 1, TEN + 3 * HOUR)
