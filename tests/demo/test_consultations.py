"""The demonstration's consultations: how many, in hours and rooms, with rows that agree. Loaded, never committed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations.appointments.services import Request, request
from portal.consultations.consultants.models import Consultant
from portal.consultations.finding.free_times import site_closures, worked_at
from portal.consultations.finding.queries import offer, offer_of, topics
from portal.consultations.topics.models import Mode, QuestionKind
from portal.demo.consultations.loading import AHEAD_DAYS
from portal.demo.loading import Load, Plan
from portal.demo.places import calendar_of
from portal.resources.free_time import covers, epoch_minutes, intersection
from tests.demo.loads import AT, PASSWORD, loaded_data

TODAY = date(2026, 9, 8)
ROWS = (
    "reservation v JOIN appointment a ON a.id = v.id JOIN topic t ON t.id = a.topic_id"
    " JOIN consultant c ON c.id = a.consultant_id JOIN person p ON p.id = v.person_id"
)
RATNA = "c.person_id = (SELECT id FROM person WHERE email = 'consultant@demo.example')"


@pytest.fixture(scope="module")
def loaded(migrated_app: Flask) -> Iterator[tuple[Session, Plan]]:
    with loaded_data(migrated_app, Load(password=PASSWORD)) as data:
        yield data


@pytest.fixture
def session(loaded: tuple[Session, Plan]) -> Session:
    return loaded[0]


@pytest.fixture
def plan(loaded: tuple[Session, Plan]) -> Plan:
    return loaded[1]


@pytest.fixture
def count(session: Session) -> Callable[..., int]:
    def ask(rows: str, **parameters: object) -> int:
        return int(session.execute(text(f"SELECT count(*) FROM {rows}"), parameters).scalar_one())

    return ask


def test_topics_are_asked_about_in_every_way(session: Session, count: Callable[..., int]) -> None:
    assert count("topic") == 8
    assert count("topic WHERE cardinality(modes) = 3") == 8
    assert 0 < count("topic WHERE confirms_itself") < 8
    assert set(session.scalars(text("SELECT answer_hours FROM topic"))) == {24, 48}
    for kind in QuestionKind:
        assert count("intake_question WHERE kind = :kind", kind=kind.value) > 0
    for topic in topics(session):
        advisers = count("consultant_topic WHERE topic_id = :id", id=topic.id)
        assert advisers >= (4 if "NIB" in topic.name.id else 2)
        required = count("intake_question WHERE topic_id = :id AND is_required", id=topic.id)
        assert required <= (0 if "NIB" in topic.name.id else 1)
        assert 2 <= count("intake_question WHERE topic_id = :id", id=topic.id) <= 4


def test_twelve_consultants_have_weeks_of_their_own(session: Session, count: Callable[..., int]) -> None:
    assert count("consultant") == 12
    weeks = (
        "SELECT string_agg(concat(weekday, opens, closes), ',' ORDER BY weekday, opens) FROM opening_hours"
    )
    weeks += " WHERE resource_id = consultant.id AND override_id IS NULL"
    assert session.scalar(text(f"SELECT count(DISTINCT ({weeks})) FROM consultant")) == 12
    assert count("hours_override") >= 3
    assert count("closure c JOIN resource r ON r.id = c.resource_id WHERE r.kind = 'consultant'") > 8
    assert count("resource WHERE serves_consultations") == 2
    assert count("person p JOIN consultant c ON c.person_id = p.id WHERE p.email NOT LIKE '%.example'") == 0
    assert count("role_grant WHERE role = 'consultant'") == 12


def test_a_year_has_ordinary_ends(count: Callable[..., int]) -> None:
    past = f"{ROWS} WHERE v.starts_at < '2026-09-07 17:00+00'"
    total = count(past)
    assert 1200 < total < 3000
    for state, least, most in (
        ("completed", 0.75, 0.87),
        ("no-show", 0.065, 0.11),
        ("cancelled", 0.04, 0.1),
        ("declined", 0.02, 0.06),
    ):
        assert least < count(f"{past} AND v.state = :state", state=state) / total < most, state
    assert count(f"{past} AND v.state IN ('confirmed', 'requested')") == 0
    assert count("appointment WHERE has_lapsed") > 10
    assert count(f"{ROWS} WHERE v.starts_at < '2025-09-15'") > 5
    for mode in Mode:
        assert count(f"{past} AND a.mode = :mode", mode=mode.value) > 0.1 * total


def test_rows_of_an_appointment_agree(count: Callable[..., int]) -> None:
    assert count(ROWS) == count("appointment") == count("reservation WHERE kind = 'appointment'")
    is_ended = "v.state IN ('declined', 'cancelled')"
    wrong = (
        f"{is_ended} <> (a.ended_at IS NOT NULL)",
        f"{is_ended} <> (v.sequence = 1)",
        "a.ended_at IS DISTINCT FROM v.changed_at",
        "(v.state = 'cancelled') <> (v.cancelled_at IS NOT NULL)",
        f"a.has_lapsed <> ({is_ended} AND a.ended_by_id IS NULL)",
        "a.has_lapsed AND v.state <> 'declined'",
        "(v.state = 'requested') <> (a.answer_by IS NOT NULL)",
        "a.answer_by <= :at OR a.answer_by > v.starts_at",
        "v.state IN ('requested', 'declined') AND t.confirms_itself",
        "v.ends_at - v.starts_at <> t.minutes * interval '1 minute'",
        "v.created_at >= v.starts_at OR v.created_at > :at OR v.created_at < p.created_at",
        "a.ended_at > :at OR a.ended_at < v.created_at OR a.ended_at > v.starts_at",
        "v.state IN ('completed', 'no-show') AND v.starts_at > :at",
        "a.mode <> ALL (t.modes)",
        "NOT EXISTS (SELECT FROM consultant_topic ct WHERE ct.consultant_id = c.id AND ct.topic_id = t.id)",
        "v.reference !~ '^TRS[2-9HJKMRTWXZ]{6}$'",
        "p.email_confirmed_at IS NULL AND p.phone_confirmed_at IS NULL",
    )
    for condition in wrong:
        assert count(f"{ROWS} WHERE {condition}", at=AT) == 0, condition


def test_claims_follow_states(count: Callable[..., int]) -> None:
    claims = f"{ROWS} LEFT JOIN claim k ON k.reservation_id = v.id"
    of_consultant, of_room = "k.resource_id = a.consultant_id", "k.resource_id = a.room_id"
    assert count(f"{claims} WHERE {of_consultant}") == count("appointment")
    assert count(f"{claims} WHERE {of_room}") == count("appointment WHERE mode = 'in_person'") > 100
    wrong = (
        f"NOT ({of_consultant} OR coalesce({of_room}, false))",
        "k.person_id <> v.person_id",
        "(v.state IN ('declined', 'cancelled')) <> (k.released_at IS NOT NULL)",
        "k.released_at <> a.ended_at",
        f"{of_consultant} AND k.starts_at <> v.starts_at - t.buffer_before_minutes * interval '1 minute'",
        f"{of_room} AND k.starts_at <> v.starts_at",
        f"{of_consultant} AND v.state <> 'no-show'"
        " AND k.ends_at <> v.ends_at + t.buffer_after_minutes * interval '1 minute'",
        f"{of_room} AND v.state <> 'no-show' AND k.ends_at <> v.ends_at",
        "v.state = 'no-show' AND k.ends_at < v.starts_at + interval '15 minutes'",
    )
    for condition in wrong:
        assert count(f"{claims} WHERE {condition}") == 0, condition
    shortened = f"{claims} WHERE v.state = 'no-show' AND k.ends_at < v.ends_at"
    assert count(shortened) > 20


def test_none_lies_outside_hours_or_beyond_limits(session: Session, plan: Plan) -> None:
    first, last = TODAY - timedelta(days=370), TODAY + timedelta(days=AHEAD_DAYS)
    calendar = calendar_of(session, plan.site_id, first, last)
    for consultant in session.query(Consultant).all():
        schedule = offer_of(session, consultant.id, first, last).schedules[consultant.id]
        rows = session.execute(
            text(
                "SELECT v.starts_at, v.ends_at, v.state FROM reservation v JOIN appointment a ON a.id = v.id"
                " WHERE a.consultant_id = :id"
            ),
            {"id": consultant.id},
        ).all()
        assert len(rows) > 50
        days: dict[date, int] = {}
        weeks: dict[date, int] = {}
        for starts_at, ends_at, state in rows:
            day = starts_at.astimezone(calendar.zone).date()
            visible = (epoch_minutes(starts_at), epoch_minutes(ends_at))
            assert covers(worked_at(schedule, plan.site_id, calendar, day), visible)
            assert not intersection([visible], [*schedule.absences, *site_closures(calendar)])
            if state not in {"cancelled", "declined"}:
                days[day] = days.get(day, 0) + 1
                monday = day - timedelta(days=day.weekday())
                weeks[monday] = weeks.get(monday, 0) + 1
        assert max(days.values()) <= consultant.day_limit
        assert max(weeks.values()) <= consultant.week_limit


def test_the_coming_weeks_are_about_half_full(session: Session, plan: Plan) -> None:
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=14)
    calendar = calendar_of(session, plan.site_id, first, last)
    works = taken = 0
    for id_ in session.scalars(text("SELECT id FROM consultant")):
        schedule = offer_of(session, id_, first, last).schedules[id_]
        held = [(one.start, one.end) for one in schedule.taken]
        for day in (first + timedelta(days=ahead) for ahead in range(14)):
            work = worked_at(schedule, plan.site_id, calendar, day)
            works += sum(end - start for start, end in work)
            taken += sum(end - start for start, end in intersection(work, held))
    assert 0.35 < taken / works < 0.65


@pytest.mark.parametrize("mode", Mode)
def test_every_topic_can_be_had_in_every_way(session: Session, mode: Mode) -> None:
    for topic in topics(session):
        found = offer(session, topic.id, TODAY, TODAY + timedelta(days=14))
        free = found.free_times(topic.length, now=AT, modes=[mode])
        assert len({one.at for beginnings in free.values() for one in beginnings}) > 15, topic.name


def test_cases_follow_what_was_held(count: Callable[..., int]) -> None:
    held = count("reservation v JOIN appointment a ON a.id = v.id WHERE v.state = 'completed'")
    assert 0.97 * held < count("case_note") < held
    assert 0.35 * held < count("rating") < 0.6 * held
    assert 0.4 * count("rating") > count("rating WHERE line IS NOT NULL") * 0.5 > 50
    assert count("follow_up WHERE done_at IS NULL") > 20
    assert count("follow_up WHERE done_at IS NOT NULL") > 500
    for table, own in (("case_note", "id"), ("rating", "id"), ("follow_up", "appointment_id")):
        join = f"{table} x JOIN reservation v ON v.id = x.{own}"
        assert count(f"{join} WHERE v.state <> 'completed'") == 0
    wrong = (
        "case_note WHERE written_at > :at OR advice = '' OR outcome_id IS NULL",
        "rating WHERE given_at > :at",
        "follow_up WHERE done_at > :at OR reminded_at > :at OR created_at > :at OR done_at < created_at",
        "follow_up WHERE done_at IS NULL AND reminded_at IS NULL AND due_on <= '2026-09-08'",
        "follow_up f JOIN reservation v ON v.id = f.appointment_id JOIN appointment a ON a.id = v.id"
        " JOIN consultant c ON c.id = a.consultant_id WHERE f.owner_id NOT IN (v.person_id, c.person_id)",
    )
    for rows in wrong:
        assert count(rows, at=AT) == 0, rows
    assert (
        count(
            "(SELECT consultant_id FROM rating JOIN appointment USING (id) GROUP BY 1 HAVING count(*) > 4) x"
        )
        > 10
    )


def test_three_wait_for_the_demonstrations_consultant(session: Session, count: Callable[..., int]) -> None:
    waiting = session.execute(
        text(
            f"SELECT v.person_id, v.starts_at, a.mode, a.answer_by, c.id FROM {ROWS}"
            f" WHERE v.state = 'requested' AND {RATNA} ORDER BY v.created_at DESC"
        )
    ).all()
    assert len(waiting) == 3
    assert {row.mode for row in waiting} == {"phone", "video", "in_person"}
    assert len({row.starts_at.date() for row in waiting}) == 3
    assert all(row.answer_by > AT + timedelta(hours=1) for row in waiting)

    def came(person_id: int, state: str) -> int:
        rows = f"{ROWS} WHERE {RATNA} AND v.person_id = :person_id AND v.state = :state"
        return count(rows, person_id=person_id, state=state)

    first, again, missed = (row.person_id for row in waiting)
    assert came(first, "completed") == 0
    assert came(again, "completed") > 1
    assert came(missed, "no-show") > 0


def test_the_entrepreneurs_find_advice(session: Session, count: Callable[..., int], plan: Plan) -> None:
    first, second = (plan.accounts[f"{name}@demo.example"] for name in ("entrepreneur", "entrepreneur2"))
    mine = f"{ROWS} WHERE v.person_id = :person_id"
    assert count(f"{mine} AND v.state = 'completed'", person_id=first) == 4
    assert count(f"{mine} AND v.state = 'completed'", person_id=second) == 2
    assert count(f"{mine} AND v.starts_at > :at", person_id=second, at=AT) == 0
    coming = session.execute(
        text(f"SELECT v.starts_at, v.state FROM {mine} AND v.starts_at > :at"), {"person_id": first, "at": AT}
    ).all()
    assert [row.state for row in coming] == ["confirmed"]
    day = coming[0].starts_at.astimezone(ZoneInfo("Asia/Jakarta")).date()
    assert 7 <= (day - TODAY).days <= 13
    for person_id in (first, second):
        assert (
            count(
                "follow_up WHERE owner_id = :id AND done_at IS NULL AND due_on > :day",
                id=person_id,
                day=TODAY,
            )
            == 1
        )
        assert count("follow_up WHERE owner_id = :id AND done_at IS NOT NULL", id=person_id) >= 1


def test_an_entrepreneur_asks_for_one(session: Session, plan: Plan) -> None:
    person_id = plan.accounts["entrepreneur2@demo.example"]
    nib = topics(session)[0]
    for mode in nib.modes:
        free = offer(session, nib.id, TODAY, TODAY + timedelta(days=14)).free_times(
            nib.length, now=AT, modes=[mode]
        )
        start = min(one.at for beginnings in free.values() for one in beginnings)
        command = Request(
            actor=Actor(id=person_id),
            person_id=person_id,
            topic_id=nib.id,
            consultant_id=None,
            starts_at=datetime.fromtimestamp(start * 60, UTC),
            mode=mode,
        )
        with session.begin_nested() as savepoint:
            assert request(session, command, at=AT).starts_at == command.starts_at
            savepoint.rollback()
