"""`/calendar/hours` and the administrator's page of the same: typed, refused, changed, by the right people alone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.clock import now
from portal.consultations.consultants.hours.sheet import EVERY_DAY, Sheet
from portal.permissions import Role
from portal.web.forms import read_day
from tests.client import Visitor
from tests.consultations.test_hours import Office
from tests.factories import PersonFactory

PAGE = "/calendar/hours"


class Desk:
    """Ratna at her phone, and an administrator."""

    def __init__(self, session: Session, visitor: Callable[..., Visitor]) -> None:
        self.office, self.session = Office(session), session
        admin = PersonFactory(roles=[Role.ADMIN])
        session.commit()
        self.ratna = visitor(session.get_one(Person, self.office.person_id))
        self.admin = visitor(admin)
        self.nobody = visitor()
        self.stranger = visitor(session.get_one(Person, self.office.siti))
        self.theirs = f"/admin/consultants/{self.office.id}/hours"

    def lines(self, *lines: tuple[int, str, str], **more: str) -> dict[str, str]:
        fields = {"do": "save"}
        for number, (day, opens, closes) in enumerate(lines):
            fields |= {f"d{day}-{number}-opens": opens, f"d{day}-{number}-closes": closes}
        return fields | {name.replace("_", "-"): value for name, value in more.items()}

    def save(self, fields: dict[str, str], *, page: str = PAGE, who: Visitor | None = None) -> TestResponse:
        who = who or self.ratna
        shown = who.get(page).text
        seen = re.search(r'name="seen" value="(\w*)"', shown)
        return who.submit(page, {"seen": seen[1] if seen else ""} | fields, page=page)

    def hours(self) -> list[Any]:
        rows = self.session.execute(
            text(
                "SELECT weekday, to_char(opens, 'HH24MI'), to_char(closes, 'HH24MI') FROM opening_hours"
                " WHERE resource_id = :id ORDER BY weekday, opens"
            ),
            {"id": self.office.id},
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def desk(session: Session, visitor: Callable[..., Visitor]) -> Desk:
    return Desk(session, visitor)


def test_a_week_is_set_without_script(desk: Desk) -> None:
    fields = desk.lines((0, "08:00", "12:00"))
    for do in ("add-0", "copy-0"):
        page = desk.save(fields | {"do": do})
        assert page.status_code == 200
        fields = typed(page.text)
    assert desk.save(fields).status_code == 303
    assert desk.hours() == [row for day in range(5) for row in ((day, "0800", "1200"), (day, "1300", "1600"))]
    assert "Senin" in desk.ratna.get(PAGE).text


def typed(source: str) -> dict[str, str]:
    """What a browser would send of the sheet."""
    fields = {"do": "save"}
    for name, inside in re.findall(r'<select[^>]* name="(d\d[^"]*)"[^>]*>(.*?)</select>', source, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        fields[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'<input[^>]*type="date"[^>]* name="(d\d[^"]*)" value="([^"]*)"', source):
        fields[name] = value
    return fields


def test_what_is_wrong_stands_beside_its_field_and_nothing_changes(desk: Desk) -> None:
    before = desk.hours()
    answer = desk.save(
        desk.lines((0, "12:00", "08:00"), (1, "08:00", "12:00"), (1, "11:00", "13:00"), (2, "x", "25:00"))
    )
    assert answer.status_code == 422
    for name in ("d2-3-opens", "d2-3-closes"):
        assert f'id="{name}-e"' in answer.text
    assert desk.hours() == before
    answer = desk.save(desk.lines((1, "08:00", "12:00"), (1, "11:00", "13:00")))
    assert answer.status_code == 422
    assert "Jam ini bertabrakan dengan 08.00–12.00." in answer.text
    assert 'value="11:00" selected' in answer.text
    assert desk.hours() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "d0-0-site": "999999"},
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "d0-0-site": "Asia/Slawi"},
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "d0-0-until": "0001-01-01"},
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "d0-0-from": "9999-12-31"},
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "d0-0-from": "2026-02-30"},
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "starting": "besok"},
        {"d0-0-opens": "09:00", "d0-0-closes": "10:00", "starting": "0001-01-01"},
        {"d0-0-opens": "24:00", "d0-0-closes": "24:00"},
        {"d0-0-opens": "09:00\0", "d0-0-closes": "10:00"},
    ],
)
def test_nonsense_is_refused_in_words(desk: Desk, fields: dict[str, str]) -> None:
    before = desk.hours()
    answer = desk.save({"do": "save"} | fields)
    assert answer.status_code == 422
    assert 'class="summary"' in answer.text
    assert desk.hours() == before


def test_two_at_once_lose_nothing(desk: Desk) -> None:
    shown = desk.ratna.get(PAGE).text
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen
    assert desk.save(desk.lines((0, "08:00", "09:00")), page=desk.theirs, who=desk.admin).status_code == 303
    second = desk.lines((0, "10:00", "11:00")) | {"seen": seen[1]}
    answer = desk.ratna.submit(PAGE, second, page=PAGE)
    assert answer.status_code == 409
    assert desk.hours() == [(0, "0800", "0900")]
    assert 'value="10:00" selected' in answer.text
    again = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert again
    assert desk.ratna.submit(PAGE, second | {"seen": again[1]}, page=PAGE).status_code == 303
    assert desk.hours() == [(0, "1000", "1100")]


def test_an_administrator_edits_a_colleagues(desk: Desk) -> None:
    assert desk.save(desk.lines((3, "08:00", "12:00")), page=desk.theirs, who=desk.admin).status_code == 303
    assert desk.hours() == [(3, "0800", "1200")]
    assert desk.session.scalar(text("SELECT actor_id FROM audit_event")) != desk.office.person_id


def test_other_consultants_and_strangers_stay_outside(desk: Desk) -> None:
    assert desk.nobody.get(PAGE).status_code == 302
    assert desk.stranger.get(PAGE).status_code == 403
    assert desk.ratna.get(desk.theirs).status_code == 403
    assert desk.admin.get(PAGE).status_code == 403
    assert desk.admin.get("/admin/consultants/4000000/hours").status_code == 404
    foreign = desk.save(desk.lines((0, "08:00", "09:00")) | {"consultant_id": str(desk.office.other_id)})
    assert foreign.status_code == 303
    others = "SELECT count(*) FROM opening_hours WHERE resource_id = :id"
    assert desk.session.scalar(text(others), {"id": desk.office.other_id}) == 5


def test_a_consultant_without_a_profile_is_told_so(session: Session, visitor: Callable[..., Visitor]) -> None:
    person = PersonFactory(roles=[Role.CONSULTANT])
    session.commit()
    answer = visitor(person).get(PAGE)
    assert answer.status_code == 404
    assert "Administrator bisa menambahkannya" in answer.text


def soon(days: int) -> str:
    return (now() + timedelta(days=days)).date().isoformat()


def test_other_hours_for_some_days_in_one_step(desk: Desk) -> None:
    new = f"{PAGE}/overrides/new"
    assert desk.ratna.get(new).status_code == 200
    fields = {"first": soon(10), "last": soon(14), "how": "same"} | desk.lines((EVERY_DAY, "08:00", "11:00"))
    assert desk.save(fields | {"do": "by-day"}, page=new).status_code == 200
    assert desk.save(fields, page=new).status_code == 303
    assert len(desk.hours()) == 5 + 7
    inside = desk.save(fields | {"first": soon(12), "last": ""}, page=new)
    assert inside.status_code == 422
    assert "Sudah ada jam lain" in inside.text
    id_ = desk.session.scalar(text("SELECT id FROM hours_override"))
    one = f"{PAGE}/overrides/{id_}"
    assert desk.ratna.get(one).status_code == 200
    changed = {"first": soon(10), "last": soon(11), "how": "week"} | desk.lines((0, "09:00", "10:00"))
    assert desk.save(changed, page=one).status_code == 303
    assert len(desk.hours()) == 5 + 1
    id_ = desk.session.scalar(text("SELECT id FROM hours_override"))
    assert desk.ratna.submit(f"{PAGE}/overrides/{id_}/delete", page=PAGE).status_code == 303
    assert desk.ratna.get(one).status_code == 404
    assert len(desk.hours()) == 5


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"first": "besok"},
        {"first": "9999-12-31"},
        {"first": "0001-01-01", "last": "2026-01-01"},
        {"first": "2031-01-05", "last": "2031-01-04"},
    ],
)
@pytest.mark.parametrize("page", ["overrides", "off"])
def test_a_range_that_is_none_is_refused_in_words(desk: Desk, page: str, fields: dict[str, str]) -> None:
    answer = desk.save({"how": "same"} | fields, page=f"{PAGE}/{page}/new")
    assert answer.status_code == 422
    assert 'class="summary"' in answer.text
    assert desk.session.scalar(text("SELECT count(*) FROM closure")) == 0
    assert desk.session.scalar(text("SELECT count(*) FROM hours_override")) == 0


def test_time_off_in_one_step(desk: Desk) -> None:
    new = f"{PAGE}/off/new"
    assert desk.save({"first": soon(3), "last": soon(5), "reason": "Cuti"}, page=new).status_code == 303
    assert desk.save({"first": soon(9), "opens": "09:00", "closes": "24:00"}, page=new).status_code == 303
    refused = desk.save({"first": soon(9), "opens": "09:00"}, page=new)
    assert refused.status_code == 422
    page = desk.ratna.get(PAGE).text
    assert "Cuti" in page
    ids = desk.session.scalars(text("SELECT id FROM closure")).all()
    assert len(ids) == 2
    assert desk.ratna.submit(f"{PAGE}/off/4000000/delete", page=PAGE).status_code == 404
    for id_ in ids:
        assert desk.ratna.submit(f"{PAGE}/off/{id_}/delete", page=PAGE).status_code == 303
    assert desk.session.scalar(text("SELECT count(*) FROM closure")) == 0


@pytest.fixture
def stranded(desk: Desk) -> str:
    """An appointment next Tuesday at 10.00, and a week without Tuesdays since."""
    day = (now() + timedelta(days=7)).date()
    day += timedelta(days=(1 - day.weekday()) % 7)
    arranged = desk.office.ask(datetime(day.year, day.month, day.day, 3, tzinfo=UTC), at=now())
    assert desk.save(desk.lines((2, "09:00", "16:00"))).status_code == 303
    return str(arranged.reference)


def test_who_is_left_outside_is_listed_and_moved_in_one_step(desk: Desk, stranded: str) -> None:
    page = desk.ratna.get(PAGE).text
    assert "1 janji sekarang di luar jam kerja" in page
    instead = re.search(r'name="starts_at" value="([^"]+)"', page)
    assert instead
    where = f"{PAGE}/appointments/{stranded}/move"
    fields = {"starts_at": instead[1], "reason": "Rapat rutin"}
    assert desk.ratna.submit(where, fields, page=PAGE).status_code == 303
    assert "di luar jam kerja" not in desk.ratna.get(PAGE).text
    told = desk.session.execute(
        text("SELECT template, facts ->> 'reason' FROM message WHERE template LIKE '%moved'")
    )
    assert told.all() == [("consultations/moved", "Rapat rutin")]


def test_or_told_in_one_step_and_stays_listed(desk: Desk, stranded: str) -> None:
    where = f"{PAGE}/appointments/{stranded}/tell"
    assert desk.ratna.submit(where, {"reason": "Rapat"}, page=PAGE).status_code == 303
    page = desk.ratna.get(PAGE).text
    assert "1 janji sekarang di luar jam kerja" in page
    assert "Sudah dikabari" in page
    assert "jam kerja" in desk.stranger.get("/inbox").text.lower()


@pytest.mark.parametrize("fields", [{"starts_at": "besok"}, {"starts_at": "2001-01-01T10:00:00+07:00"}, {}])
def test_a_move_into_nowhere_changes_nothing(desk: Desk, stranded: str, fields: dict[str, str]) -> None:
    before = desk.session.scalar(text("SELECT starts_at FROM reservation"))
    where = f"{PAGE}/appointments/{stranded}/move"
    assert desk.ratna.submit(where, fields, page=PAGE).status_code == 303
    desk.session.rollback()
    assert desk.session.scalar(text("SELECT starts_at FROM reservation")) == before


def test_somebody_elses_appointment_is_not_found(
    desk: Desk, stranded: str, visitor: Callable[..., Visitor]
) -> None:
    other = desk.session.scalar(
        text("SELECT person_id FROM consultant WHERE id = :id"), {"id": desk.office.other_id}
    )
    colleague = visitor(desk.session.get_one(Person, other))
    for act in ("move", "tell"):
        answer = colleague.submit(f"{PAGE}/appointments/{stranded}/{act}", {}, page=PAGE)
        assert answer.status_code == 404


def test_lines_are_read_back_as_they_were_typed() -> None:
    sheet = Sheet.typed(
        {"d0-3-opens": "08:00", "d0-3-closes": "09:00", "d8-0-opens": "1", "d0-x-opens": "2"}, 1
    )
    assert [line.number for line in sheet.lines[0]] == [3]
    assert sheet.act("remove-0-3")
    assert not sheet.act("remove-9-3")
    assert not sheet.act("save")
    assert sheet.lines[0] == []


@pytest.mark.parametrize(
    ("typed_", "expected"),
    [("2026-09-08", "2026-09-08"), ("8/9/2026", "2026-09-08"), ("31-02-2026", None), ("٨/٩/٢٠٢٦", None)],
)
def test_days_are_read_as_people_type_them(typed_: str, expected: str | None) -> None:
    day = read_day(typed_)
    assert (day.isoformat() if day else None) == expected
