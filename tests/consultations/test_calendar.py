"""`/calendar`: who waits, with their history, and the week as it is drawn."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments import services
from portal.consultations.cases.models import CaseNote, Outcome
from portal.consultations.topics.models import Mode
from portal.db import Words, unit_of_work
from portal.permissions import Role
from portal.resources.models import Closure, Site, SpecialDay
from tests.client import Visitor
from tests.consultations.test_appointments import AT, TEN, House, do
from tests.factories import PersonFactory
from tests.statements import counted

Visit = Callable[..., Visitor]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(monday_morning: None) -> None:
    """All of it happens on Monday at 08.00."""


@pytest.fixture
def consultant(trasa: House, session: Session, visitor: Visit) -> Visitor:
    return visitor(session.get(Person, trasa.first_person))


def entries(page: str, kind: str) -> list[str]:
    """What the week's entries of a kind say, in order."""
    found = re.findall(rf'<li class="[^"]*"\s+data-kind="{kind}".*?</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def waiting(page: str) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in re.findall(r'<li class="req">.*?</li>', page, re.DOTALL)
    ]


def test_who_waits_stands_on_top_with_what_can_be_done(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    reference = trasa.request().reference
    name = session.get_one(Person, trasa.person).name
    page = consultant.get("/calendar").text
    assert "Satu orang menunggu jawaban" in page
    (line,) = waiting(page)
    assert line.startswith("10.00 Selasa 8")
    assert name in line
    assert "Baru pertama kali" in line
    for verb in ("confirm", "decline", "move"):
        assert f"/calendar/appointments/{reference}/{verb}" in page
    assert f'data-reference="{reference}"' in page
    assert f'data-move="/calendar/appointments/{reference}/move"' in page


def test_history_says_how_often_what_came_of_it_and_who_stayed_away(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    actor = Actor(id=trasa.first_person, is_staff=True)
    for days, verb in ((21, services.mark_no_show), (26, services.complete)):
        then = TEN - timedelta(days=days)
        with time_machine.travel(then - timedelta(days=1), tick=False):
            earlier = trasa_request(trasa, then)
            do(services.confirm, actor, earlier.id, at=then - HOUR)
        do(verb, actor, earlier.id, at=then + HOUR)
    outcome = Outcome(name=Words("Izin terbit", "Permit issued"))
    session.add(outcome)
    session.flush()
    session.add(CaseNote(id=earlier.id, outcome_id=outcome.id, written_at=AT))
    session.commit()
    trasa.request()
    (line,) = waiting(consultant.get("/calendar").text)
    assert "Ketiga kalinya" in line
    assert "Izin terbit, 13 Agustus" in line
    assert "sekali tidak datang" in line


def trasa_request(trasa: House, starts_at: datetime) -> Any:
    command = services.Request(
        actor=Actor(id=trasa.person),
        person_id=trasa.person,
        topic_id=trasa.topic_id,
        consultant_id=trasa.first,
        starts_at=starts_at,
        mode=Mode.VIDEO,
    )
    with unit_of_work() as unit:
        return services.request(unit, command, at=starts_at - timedelta(days=1))


def test_an_answer_that_is_due_soon_is_marked(session: Session, visitor: Visit) -> None:
    trasa = House(session, answer_hours=3)
    trasa.request()
    page = visitor(session.get(Person, trasa.first_person)).get("/calendar").text
    assert '<span class="late">Jawab sebelum hari ini 11.00</span>' in " ".join(page.split())


def test_nobody_waits_then_the_next_one_is_the_finding(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    assert "Tidak ada yang menunggu, belum ada janji" in consultant.get("/calendar").text
    arranged = trasa.request(starts_at=TEN + timedelta(days=14))
    do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
    name = session.get_one(Person, trasa.person).name
    assert f"Berikutnya {name}, Selasa 22 September, 10.00" in consultant.get("/calendar").text


def test_the_week_holds_work_gaps_and_days_off(trasa: House, consultant: Visitor, session: Session) -> None:
    trasa.request()
    page = consultant.get("/calendar").text
    assert entries(page, "gap") == [
        "09.00–16.00 Kosong",
        "09.00–10.00 Kosong",
        "11.00–16.00 Kosong",
        *["09.00–16.00 Kosong"] * 3,
    ]
    assert page.count('class="why">Libur<') == 1, "Sunday has no column"
    assert page.count('<section class="wday') == 6


def test_blocked_time_closures_and_holidays_are_drawn_with_their_reason(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    zone = timedelta(hours=7)
    wednesday = datetime(2026, 9, 9, tzinfo=UTC) - zone

    def closed(day: int, start: int, end: int, reason: str, **target: Any) -> None:
        begin = wednesday + timedelta(days=day)
        session.add(
            Closure(
                starts_at=begin + start * HOUR,
                ends_at=begin + end * HOUR,
                reason=Words(reason, reason),
                **target,
            )
        )

    closed(0, 13, 16, "Rapat dinas", resource_id=trasa.first)
    closed(1, 0, 24, "Cuti", resource_id=trasa.first)
    closed(0, 9, 11, "Dicat", resource_id=trasa.room_id)
    session.add(SpecialDay(site_id=trasa.site_id, day=date(2026, 9, 11), name=Words("Hari besar", "Holiday")))
    session.commit()
    page = consultant.get("/calendar").text
    assert entries(page, "block") == ["Rapat dinas 13.00–16.00"]
    (strip,) = entries(page, "closure")
    assert re.fullmatch(r"Ruang \d+ tutup: Dicat 09.00–11.00", strip)
    assert '<b class="why">Cuti</b>' in page
    assert '<b class="why">Hari besar</b>' in page
    assert entries(page, "gap")[2:] == ["09.00–13.00 Kosong"]


def test_an_appointment_in_blocked_time_is_seen_all_the_same(
    trasa: House, consultant: Visitor, session: Session
) -> None:
    trasa.request()
    session.add(
        Closure(
            resource_id=trasa.first,
            starts_at=TEN - HOUR,
            ends_at=TEN + 2 * HOUR,
            reason=Words("Rapat", "Meeting"),
        )
    )
    session.commit()
    page = consultant.get("/calendar").text
    assert entries(page, "block") == ["Rapat 09.00–10.00", "Rapat 11.00–12.00"]
    assert len(entries(page, "appointment")) == 1


def test_other_weeks_and_days(trasa: House, consultant: Visitor) -> None:
    trasa.request(starts_at=TEN + timedelta(days=7))
    assert not entries(consultant.get("/calendar").text, "appointment")
    page = consultant.get("/calendar?week=2026-09-17").text
    assert len(entries(page, "appointment")) == 1
    assert "Pekan 14–19 September" in page
    assert "/calendar?week=2026-09-07" in page
    assert "/calendar?week=2026-09-21" in page
    assert "Pekan 28 September–3 Oktober" in consultant.get("/calendar?day=2026-10-01").text
    assert "Pekan 28 Desember 2026–2 Januari 2027" in consultant.get("/calendar?day=2027-01-01").text
    for nonsense in ("day=2026-02-30", "week=0001-01-01", "week=9999-12-31", "week=%00", "day=2026-W37-1"):
        assert "Pekan 7–12 September" in consultant.get(f"/calendar?{nonsense}").text


def test_a_sunday_shows_when_it_is_asked_for(trasa: House, consultant: Visitor) -> None:
    page = consultant.get("/calendar?day=2026-09-13").text
    assert page.count('<section class="wday') == 7


def test_held_and_missed_look_done(trasa: House, consultant: Visitor) -> None:
    actor = Actor(id=trasa.first_person, is_staff=True)
    for hours, verb in ((0, services.complete), (2, services.mark_no_show)):
        arranged = trasa.request(starts_at=TEN + hours * HOUR)
        do(services.confirm, actor, arranged.id)
        do(verb, actor, arranged.id, at=TEN + (hours + 1) * HOUR)
    with time_machine.travel(TEN + timedelta(days=1), tick=False):
        page = consultant.get("/calendar").text
    assert re.findall(r'data-state="(\w+)"', page) == ["done", "missed"]
    assert "data-move=" not in page


def test_it_answers_304_until_something_changes(trasa: House, consultant: Visitor) -> None:
    first = consultant.get("/calendar")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Cache-Control"] == "private, no-cache"
    with time_machine.travel(AT + timedelta(minutes=4), tick=False):
        assert consultant.get("/calendar", headers=tag).status_code == 304
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        assert consultant.get("/calendar", headers=tag).status_code == 200, "the line of now has moved"
    trasa.request()
    assert consultant.get("/calendar", headers=tag).status_code == 200


@pytest.mark.parametrize("count", [0, 30])
def test_it_costs_six_statements_whatever_it_shows(
    trasa: House, consultant: Visitor, session: Session, count: int
) -> None:
    for n in range(count):
        person = PersonFactory().id
        session.commit()
        starts_at = TEN + timedelta(days=n % 4 + n // 20 * 7, hours=n // 4 % 5)
        trasa.request(actor=Actor(id=person), person_id=person, starts_at=starts_at)
    consultant.get("/calendar")
    with counted() as sent:
        assert consultant.get("/calendar").status_code == 200
    assert len(sent) <= 6, sent


def test_the_page_is_the_consultants_own(trasa: House, session: Session, visitor: Visit) -> None:
    trasa.request()
    assert visitor().get("/calendar").status_code == 302
    assert visitor(session.get(Person, trasa.person)).get("/calendar").status_code == 403
    colleague = visitor(session.get(Person, trasa.second_person)).get("/calendar")
    assert colleague.status_code == 200
    assert not entries(colleague.text, "appointment")
    without_row = PersonFactory(roles=[Role.CONSULTANT])
    session.commit()
    assert visitor(without_row).get("/calendar").status_code == 404


def test_cases_without_an_outcome_come_first(trasa: House, consultant: Visitor, session: Session) -> None:
    assert "Belum ada konsultasi" in consultant.get("/calendar/cases").text
    actor, references = Actor(id=trasa.first_person, is_staff=True), []
    for hours in range(3):
        arranged = trasa.request(starts_at=TEN + hours * HOUR)
        do(services.confirm, actor, arranged.id)
        references.append(arranged)
    do(services.complete, actor, references[0].id, at=TEN + HOUR)
    do(services.mark_no_show, actor, references[1].id, at=TEN + 2 * HOUR)
    outcome = Outcome(name=Words("Selesai", "Finished"))
    session.add(outcome)
    session.flush()
    session.add(CaseNote(id=references[0].id, outcome_id=outcome.id, written_at=AT))
    session.commit()
    with time_machine.travel(TEN + timedelta(days=1), tick=False):
        page = consultant.get("/calendar/cases").text
        assert consultant.get("/calendar/cases?page=99").status_code == 200
    assert "1 konsultasi belum ada hasilnya" in page
    order = re.findall(r"/calendar/appointments/(\w+)", page)
    assert order == [references[2].reference, references[1].reference, references[0].reference]


def test_the_menu_of_a_consultant(trasa: House, consultant: Visitor) -> None:
    page = consultant.get("/calendar").text
    bottom = page[page.index('class="tabbar"') :]
    assert re.findall(r'<a href="([^"]*)"', bottom)[:4] == [
        "/calendar",
        "/calendar/cases",
        "/calendar/hours",
        "/account",
    ]


def test_a_topic_in_english(session: Session, visitor: Visit) -> None:
    trasa = House(session, name=Words("NIB", "Business number"))
    trasa.request()
    page = visitor(session.get(Person, trasa.first_person)).get("/calendar?lang=en").text
    assert "One person waits for your answer" in page
    assert "Business number" in page


def test_a_home_that_is_not_in_use_any_more_is_no_dead_end(consultant: Visitor, session: Session) -> None:
    session.execute(update(Site).values(is_active=False))
    session.commit()
    assert consultant.get("/calendar").status_code == 200
