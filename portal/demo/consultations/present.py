"""Keeps made-up consultants alive: they answer who asks and close what was held; for made-up people alone.

What waits for the demonstration's own consultant is left to whoever tries the portal; only days gone by are closed, and
somebody asks again once nobody has for a day.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.consultations.topics.models import Mode
from portal.demo.consultations.cases import case_of
from portal.demo.consultations.consultants import DOMAIN
from portal.demo.consultations.fates import MISS, Consultation, answer_to
from portal.demo.consultations.reading import read_lists
from portal.demo.consultations.roster import ACCOUNT
from portal.demo.consultations.rows import COLUMNS, Rows, add_case, copy_rows
from portal.demo.consultations.words import DECLINED
from portal.demo.people import DOMAIN as GUESTS
from portal.demo.people import PHONES
from portal.demo.places import TIME_ZONE
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import epoch_minutes
from portal.resources.models import State

CLOSED_AFTER = timedelta(minutes=55)
"""After the end; the note is written by then."""

_FROM = f"""
    FROM reservation v JOIN appointment a ON a.id = v.id JOIN person p ON p.id = v.person_id
    JOIN consultant c ON c.id = a.consultant_id JOIN person adviser ON adviser.id = c.person_id
    WHERE (p.email LIKE '%@{GUESTS}' OR p.phone LIKE '{PHONES}%')
"""
_WAITING = text(
    f"""
    SELECT v.id, v.created_at, v.starts_at, a.answer_by, adviser.id AS adviser_id {_FROM}
      AND v.state = 'requested' AND a.answer_by IS NOT NULL AND adviser.email LIKE '%@{DOMAIN}'
    ORDER BY v.id FOR UPDATE OF v, a SKIP LOCKED
    """
)
_OVER = text(
    f"""
    SELECT v.id, v.reference, v.person_id, v.starts_at, v.ends_at, a.topic_id, a.mode, a.room_id, a.consultant_id,
        adviser.id AS adviser_id, adviser.name AS adviser, adviser.email AS adviser_email {_FROM}
      AND v.state = 'confirmed' AND v.ends_at <= :over
      AND (adviser.email LIKE '%@{DOMAIN}' OR (adviser.email = :account AND v.starts_at < :midnight))
    ORDER BY v.id FOR UPDATE OF v SKIP LOCKED
    """
)
_CONFIRM = text(
    """
    WITH answered AS (UPDATE reservation SET state = 'confirmed' WHERE id = ANY(:ids) RETURNING id)
    UPDATE appointment SET answer_by = NULL FROM answered WHERE appointment.id = answered.id
    """
)
_DECLINE = text(
    """
    WITH declined AS (
        UPDATE reservation SET state = 'declined', changed_at = :ended_at, sequence = sequence + 1
        WHERE id = :id RETURNING id),
    freed AS (
        UPDATE claim SET released_at = :ended_at FROM declined
        WHERE claim.reservation_id = declined.id AND claim.released_at IS NULL)
    UPDATE appointment SET answer_by = NULL, ended_at = :ended_at, ended_by_id = :by_id, reason = :reason,
        has_lapsed = CAST(:by_id AS integer) IS NULL
    FROM declined WHERE appointment.id = declined.id
    """
)
_CLOSE = text("UPDATE reservation SET state = :state WHERE id = ANY(:ids)")
_SHORTEN = text(
    """
    UPDATE claim SET ends_at = v.ends_at FROM reservation v
    WHERE v.id = claim.reservation_id AND v.id = ANY(:ids) AND claim.released_at IS NULL AND claim.ends_at > v.ends_at
    """
)


def play_consultants(session: Session, *, at: datetime) -> None:
    """Up to the moment `at`, the same whenever it is asked."""
    _answer(session, at)
    _close(session, at)


def _answer(session: Session, at: datetime) -> None:
    confirmed: list[int] = []
    minute = epoch_minutes(at)
    for row in session.execute(_WAITING).all():
        created, starts, answer_by = map(epoch_minutes, (row.created_at, row.starts_at, row.answer_by))
        answer = answer_to(created, starts, answer_by)
        if answer.at > minute:
            continue
        if answer.state == State.CONFIRMED:
            confirmed.append(row.id)
            continue
        ended_at = datetime.fromtimestamp(answer.at * 60, UTC)
        by_id, reason = (
            (None, None) if answer.has_lapsed else (row.adviser_id, Random(starts).choice(DECLINED))
        )
        session.execute(_DECLINE, {"id": row.id, "ended_at": ended_at, "by_id": by_id, "reason": reason})
    if confirmed:
        session.execute(_CONFIRM, {"ids": confirmed})


def _close(session: Session, at: datetime) -> None:
    midnight = at.astimezone(ZoneInfo(TIME_ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    parameters = {"over": at - CLOSED_AFTER, "midnight": midnight, "account": ACCOUNT}
    rows = session.execute(_OVER, parameters).all()
    if not rows:
        return
    missed = [row for row in rows if Random(f"{row.reference} came").random() < MISS]
    held = [row for row in rows if row not in missed]
    session.execute(_CLOSE, {"state": State.COMPLETED.value, "ids": [row.id for row in held]})
    session.execute(_CLOSE, {"state": State.NO_SHOW.value, "ids": [row.id for row in missed]})
    session.execute(_SHORTEN, {"ids": [row.id for row in missed]})
    _write_cases(session, [row for row in held if row.adviser_email != ACCOUNT], at)


def _write_cases(session: Session, held: Sequence[Row[Any]], at: datetime) -> None:
    lists, calendar = read_lists(session), SiteCalendar(TIME_ZONE, (), (), ())
    rows: Rows = {table: [] for table in COLUMNS}
    for row in held:
        starts, ends = epoch_minutes(row.starts_at), epoch_minutes(row.ends_at)
        one = Consultation(
            consultant_id=row.consultant_id,
            adviser_id=row.adviser_id,
            adviser=row.adviser,
            person_id=row.person_id,
            created_by_id=row.person_id,
            topic_id=row.topic_id,
            mode=Mode(row.mode),
            room_id=row.room_id,
            starts=starts,
            ends=ends,
            claimed=(starts, ends),
            created=starts,
            state=State.COMPLETED,
        )
        case = case_of(0, one, lists, calendar, epoch_minutes(at))
        if case:
            add_case(rows, row.id, case)
    copy_rows(session, rows)
