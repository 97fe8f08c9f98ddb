"""Moving an appointment: by the page, and by a drag that wants JSON."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments import services
from portal.consultations.topics.models import Mode
from portal.db import Words
from portal.resources.models import Closure
from tests.client import Visitor
from tests.consultations.test_appointments import TEN, House, do

Visit = Callable[..., Visitor]
HOUR = timedelta(hours=1)
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def clock(monday_morning: None) -> None:
    """All of it happens on Monday at 08.00."""


@pytest.fixture
def consultant(trasa: House, session: Session, visitor: Visit) -> Visitor:
    return visitor(session.get(Person, trasa.first_person))


def path(arranged: Any) -> str:
    return f"/calendar/appointments/{arranged.reference}/move"


def begins(session: Session, arranged: Any) -> datetime:
    session.rollback()
    when: datetime = session.scalar(
        text("SELECT starts_at FROM reservation WHERE id = :id"), {"id": arranged.id}
    )
    return when


def drag(visitor: Visitor, arranged: Any, to: datetime | str) -> Any:
    value = to if isinstance(to, str) else to.isoformat()
    return visitor.submit(path(arranged), {"starts_at": value}, headers=JSON)


def test_a_drag_moves_off_the_topics_grid_and_confirms(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    arranged, wanted = trasa.request(), TEN + HOUR + timedelta(minutes=15)
    for _ in range(2):
        answer = drag(consultant, arranged, wanted)
        assert answer.status_code == 200
        assert "pindah ke besok 11.15" in answer.json["message"]
    assert begins(session, arranged) == wanted
    assert session.scalar(text("SELECT state FROM reservation")) == "confirmed"


def test_a_taken_time_is_refused_with_who_is_there_and_what_is_free(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    mine = trasa.request()
    trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=TEN + 2 * HOUR)
    answer = drag(consultant, mine, TEN + 2 * HOUR + timedelta(minutes=30))
    assert answer.status_code == 409
    name = session.get_one(Person, trasa.other).name
    assert f"Sudah ada {name}, 12.00–13.00." in answer.json["message"]
    others = [other["starts_at"] for other in answer.json["alternatives"]]
    assert others == ["2026-09-08T11:00:00+07:00", "2026-09-08T13:00:00+07:00", "2026-09-08T13:30:00+07:00"]
    assert begins(session, mine) == TEN


@pytest.mark.parametrize(
    ("to", "status", "words"),
    [
        ("2026-09-08T08:00:00+07:00", 422, "di luar jam kerja"),
        ("2026-09-08T15:15:00+07:00", 422, "di luar jam kerja"),
        ("2026-09-09T10:00:00+07:00", 422, "Jam itu Anda blok: Rapat dinas"),
        ("2026-09-07T07:00:00+07:00", 422, "Jam itu sudah lewat"),
        ("2026-09-08T10:02:00+07:00", 422, "5 menit"),
        ("2026-09-08T10:30:00", 422, "Pilih jam"),
        ("yesterday", 422, "Pilih jam"),
        ("", 422, ""),
        ("2199-09-08T10:30:00+07:00", 422, "jauh"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    trasa: House, consultant: Visitor, session: Session, to: str, status: int, words: str
) -> None:
    arranged = trasa.request()
    wednesday = TEN + 23 * HOUR
    session.add(
        Closure(
            resource_id=trasa.first,
            starts_at=wednesday,
            ends_at=wednesday + 3 * HOUR,
            reason=Words("Rapat dinas", "Meeting"),
        )
    )
    session.commit()
    answer = drag(consultant, arranged, to)
    assert answer.status_code == status
    assert words in answer.json["message"]
    assert isinstance(answer.json["alternatives"], list)
    assert begins(session, arranged) == TEN


def test_the_room_moves_along_or_is_missing(trasa: House, consultant: Visitor, session: Session) -> None:
    mine = trasa.request(mode=Mode.IN_PERSON)
    trasa.request(
        actor=Actor(id=trasa.other),
        person_id=trasa.other,
        consultant_id=trasa.second,
        mode=Mode.IN_PERSON,
        starts_at=TEN + 2 * HOUR,
    )
    answer = drag(consultant, mine, TEN + 2 * HOUR)
    assert answer.status_code == 409
    assert "ruang konsultasi" in answer.json["message"]
    assert drag(consultant, mine, TEN + HOUR).status_code == 200
    claimed = text("SELECT DISTINCT starts_at FROM claim WHERE reservation_id = :id AND released_at IS NULL")
    assert session.scalars(claimed, {"id": mine.id}).all() == [TEN + HOUR]


def test_what_was_cancelled_meanwhile_cannot_be_dragged(trasa: House, consultant: Visitor) -> None:
    arranged = trasa.request()
    do(services.cancel, Actor(id=trasa.person), arranged.id)
    answer = drag(consultant, arranged, TEN + HOUR)
    assert answer.status_code == 409
    assert answer.json["alternatives"] == []


def test_the_page_offers_times_and_only_its_button_moves(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    arranged = trasa.request()
    page = consultant.get(path(arranged)).text
    assert "pindah ke jam berapa?" in page
    assert "on=2026-09-09" in page
    chosen = consultant.get(path(arranged) + "?starts_at=2026-09-08T13:00:00%2B07:00").text
    assert "ke Selasa 8 September, 13.00–14.00?" in chosen
    assert 'aria-current="true"' in chosen
    assert begins(session, arranged) == TEN
    done = consultant.submit(
        path(arranged), {"starts_at": "2026-09-08T13:00:00+07:00", "reason": "Kereta terlambat"}
    )
    assert done.status_code == 303
    assert begins(session, arranged) == TEN + 3 * HOUR
    assert session.scalar(text("SELECT reason FROM appointment")) == "Kereta terlambat"


def test_a_typed_time_is_looked_at_first(trasa: House, consultant: Visitor, session: Session) -> None:
    arranged = trasa.request()
    free = consultant.get(path(arranged) + "?day=2026-09-09&clock=09:05").text
    assert "ke Rabu 9 September, 09.05–10.05?" in free
    taken = consultant.get(path(arranged) + "?day=2026-09-09&clock=20:00").text
    assert "di luar jam kerja" in taken
    assert "Pindahkan dan beri tahu" not in taken
    for nonsense in (
        "day=2026-09-09&clock=25:00",
        "day=&clock=10:00",
        "day=0001-01-01&clock=10:00",
        "clock=%00",
    ):
        assert consultant.get(f"{path(arranged)}?{nonsense}").status_code == 422
    posted = consultant.submit(path(arranged), {"day": "2026-09-09", "clock": "09:05"})
    assert posted.status_code == 303
    assert begins(session, arranged) == datetime.fromisoformat("2026-09-09T09:05:00+07:00")


def test_a_refused_page_keeps_the_reason(trasa: House, consultant: Visitor) -> None:
    mine = trasa.request()
    trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=TEN + 2 * HOUR)
    answer = consultant.submit(path(mine), {"starts_at": (TEN + 2 * HOUR).isoformat(), "reason": "Kereta"})
    assert answer.status_code == 409
    assert "reason=Kereta&amp;starts_at=2026-09-08T11:00:00%2B07:00" in answer.text


def test_what_has_begun_stays(trasa: House, consultant: Visitor, session: Session) -> None:
    arranged = trasa.request()
    do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
    with time_machine.travel(TEN, tick=False):
        assert consultant.get(path(arranged)).status_code == 409
        assert drag(consultant, arranged, TEN + 2 * HOUR).status_code == 409
