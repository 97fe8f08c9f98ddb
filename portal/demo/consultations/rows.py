"""Consultations as rows, by COPY: reservation, appointment, claims and case of each, in batches, under the guard."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.db import driver_connection
from portal.demo.consultations.cases import Case, Lists, answers, case_of
from portal.demo.consultations.fates import Consultation
from portal.demo.rows import Ground, moment, references_of, reminded_before, reserve_ids
from portal.resources.calendar import SiteCalendar
from portal.resources.models import State

BATCH = 5_000
COLUMNS = {
    "reservation": "id, reference, kind, state, person_id, created_by_id, site_id, starts_at, ends_at, sequence,"
    " created_at, changed_at, cancelled_at",
    "appointment": "id, consultant_id, topic_id, mode, room_id, answers, answer_by, reason, ended_at, ended_by_id,"
    " has_lapsed, reminded_at",
    "claim": "reservation_id, resource_id, person_id, starts_at, ends_at, released_at",
    "case_note": "id, private_note, advice, outcome_id, written_at",
    "follow_up": "appointment_id, owner_id, task, due_on, created_at, done_at, reminded_at",
    "rating": "id, stars, line, given_at",
}
Rows = dict[str, list[tuple[Any, ...]]]


def write_consultations(
    session: Session,
    consultations: Iterable[Consultation],
    count: int,
    ground: Ground,
    lists: Lists,
    calendar: SiteCalendar,
    show: Callable[[int], None],
) -> int:
    """Writes the first `count` of them, or as many as there are; `show` hears of each batch. Returns how many."""
    session.flush()
    first_id = reserve_ids(session, count)
    references = _unused(session, references_of(f"{ground.seed} {ground.at} consultations"))
    consultations, done = iter(consultations), 0
    while batch := list(islice(consultations, min(BATCH, count - done))):
        rows: Rows = {table: [] for table in COLUMNS}
        named = list(islice(references, len(batch)))
        for id_, (one, reference) in enumerate(zip(batch, named, strict=True), start=first_id + done):
            dice = Random(f"{ground.seed} {one.adviser} {one.starts} answers")
            given = json.dumps(answers(dice, one.topic_id, lists))
            _add_appointment(rows, id_, reference, one, ground, given)
            case = case_of(ground.seed, one, lists, calendar, ground.at)
            if case:
                add_case(rows, id_, case)
        copy_rows(session, rows)
        done += len(batch)
        show(len(batch))
    return done


def copy_rows(session: Session, rows: Rows) -> None:
    with driver_connection(session).cursor() as cursor:
        for table, lines in rows.items():
            if not lines:
                continue
            with cursor.copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)


def _unused(session: Session, references: Iterator[str]) -> Iterator[str]:
    while drawn := list(islice(references, BATCH)):
        statement = text("SELECT reference FROM reservation WHERE reference = ANY(:drawn)")
        used = set(session.scalars(statement, {"drawn": drawn}))
        yield from (one for one in drawn if one not in used)


def _add_appointment(
    rows: Rows, id_: int, reference: str, one: Consultation, ground: Ground, given: str
) -> None:
    starts, ends, ended = _at(one.starts), _at(one.ends), _at(one.ended)
    rows["reservation"].append(
        (
            id_,
            reference,
            "appointment",
            one.state.value,
            one.person_id,
            one.created_by_id,
            ground.site_id,
            starts,
            ends,
            0 if one.ended is None else 1,
            _at(one.created),
            ended,
            ended if one.state == State.CANCELLED else None,
        )
    )
    reminded = reminded_before(one.starts)
    was_there = one.ended is None or one.ended > reminded
    was_reminded = (
        one.created < reminded <= ground.at
        and was_there
        and one.state not in {State.REQUESTED, State.DECLINED}
    )
    rows["appointment"].append(
        (
            id_,
            one.consultant_id,
            one.topic_id,
            one.mode.value,
            one.room_id,
            given,
            _at(one.answer_by),
            one.reason,
            ended,
            one.ended_by_id,
            one.has_lapsed,
            _at(reminded) if was_reminded else None,
        )
    )
    _add_claim(rows, id_, one, one.consultant_id, one.claimed)
    if one.room_id is not None:
        _add_claim(rows, id_, one, one.room_id, (one.starts, one.ends))


def _add_claim(rows: Rows, id_: int, one: Consultation, resource_id: int, stretch: Sequence[int]) -> None:
    """Where nobody came the rest of the time was given back."""
    starts, ends = stretch
    if one.missed is not None:
        ends = min(ends, one.missed)
    rows["claim"].append((id_, resource_id, one.person_id, _at(starts), _at(ends), _at(one.ended)))


def add_case(rows: Rows, id_: int, case: Case) -> None:
    if case.written is not None:
        rows["case_note"].append((id_, case.note, case.advice, case.outcome_id, _at(case.written)))
    for task in case.tasks:
        line = (id_, task.owner_id, task.task, task.due.isoformat())
        rows["follow_up"].append((*line, _at(task.created), _at(task.done), _at(task.reminded)))
    if case.stars is not None:
        rows["rating"].append((id_, case.stars, case.line, _at(case.rated)))


def _at(minute: int | None) -> str | None:
    return None if minute is None else moment(minute)
