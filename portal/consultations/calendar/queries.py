"""What a consultant's calendar is drawn from. Each sees their own alone: everything starts from their person's id."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from portal.clock import LocalTimes
from portal.consultations.appointments.queries import (
    APPOINTMENT,
    AppointmentRow,
    appointment,
    appointment_of,
)
from portal.consultations.topics.models import Mode
from portal.db import Reader, Words


@dataclass(frozen=True, slots=True)
class Block:
    """Time off or blocked time, as it was set; epoch minutes, None: until further notice."""

    id: int
    start: int
    end: int | None
    reason: Words


@dataclass(frozen=True, slots=True)
class Diary:
    """Whose calendar it is, and what they keep free of appointments around some days."""

    id: int
    name: str
    site_id: int
    time_zone: str
    blocks: tuple[Block, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class History:
    """What somebody's earlier consultations were like, with whomever."""

    times: int
    """How many there were, missed ones included."""
    missed: int
    topic: Words | None
    """Of the last one that was held."""
    outcome: Words | None
    on: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """An appointment that the page may show; a request with the history of who asks."""

    row: AppointmentRow
    history: History | None


_DIARY = text(
    """
    SELECT c.id, r.name, r.site_id, site.time_zone,
        (SELECT json_agg(json_build_array(x.id, floor(extract(epoch FROM x.starts_at) / 60)::bigint,
             ceil(extract(epoch FROM x.ends_at) / 60)::bigint, x.reason) ORDER BY x.starts_at, x.id)::text
         FROM closure x WHERE x.resource_id = c.id AND x.starts_at < CAST(:last AS date) + 2
           AND (x.ends_at IS NULL OR x.ends_at > CAST(:first AS date) - 1)) AS blocks
    FROM consultant c JOIN resource r ON r.id = c.id JOIN site ON site.id = r.site_id
    WHERE c.person_id = :person_id
    """
)

_BEFORE = """
    SELECT count(*) AS times, count(*) FILTER (WHERE o.state = 'no-show') AS missed,
        (array_agg(json_build_array(t.name, outcome.name, o.starts_at) ORDER BY o.starts_at DESC)
            FILTER (WHERE o.state <> 'no-show'))[1] AS last
    FROM reservation o JOIN appointment oa ON oa.id = o.id JOIN topic t ON t.id = oa.topic_id
    LEFT JOIN case_note n ON n.id = o.id LEFT JOIN outcome ON outcome.id = n.outcome_id
    WHERE o.person_id = shown.person_id AND o.kind = 'appointment' AND o.starts_at <= :at
      AND o.state IN ('confirmed', 'completed', 'no-show')
"""
"""Of the person of a row `shown`; what was asked for and never took place does not count."""

_PLANNED = text(
    f"""
    SELECT shown.*, before.times, before.missed, before.last FROM (
        {APPOINTMENT}
        WHERE a.consultant_id = :id AND v.id = ANY(ARRAY(
            SELECT reservation_id FROM claim
            WHERE resource_id = :id AND released_at IS NULL AND starts_at < :end AND ends_at > :begin
              AND starts_at > CAST(:begin AS timestamptz) - interval '1 day'
            UNION
            SELECT id FROM appointment WHERE consultant_id = :id AND answer_by IS NOT NULL
            UNION
            (SELECT next.id FROM claim JOIN reservation next ON next.id = claim.reservation_id
             WHERE claim.resource_id = :id AND claim.released_at IS NULL AND next.kind = 'appointment'
               AND claim.starts_at > CAST(:at AS timestamptz) - interval '1 day' AND next.starts_at > :at
               AND next.state IN ('requested', 'confirmed')
             ORDER BY claim.starts_at LIMIT 1)))
        OFFSET 0
    ) shown LEFT JOIN LATERAL ({_BEFORE}) before ON shown.state = 'requested'
    ORDER BY shown.starts_at, shown.id
    """  # noqa: S608 (constants)
)


def diary(reader: Reader, person_id: int, first: date, last: date) -> Diary | None:
    """None: the person is no consultant."""
    row = reader.execute(_DIARY, {"person_id": person_id, "first": first, "last": last}).one_or_none()
    if row is None:
        return None
    blocks = json.loads(row.blocks or "[]")
    return Diary(
        row.id,
        row.name,
        row.site_id,
        row.time_zone,
        tuple(Block(id_, start, end, Words(**reason)) for id_, start, end, reason in blocks),
    )


_BLOCK = text(
    """
    SELECT x.id, floor(extract(epoch FROM x.starts_at) / 60)::bigint, ceil(extract(epoch FROM x.ends_at) / 60)::bigint,
        x.reason
    FROM closure x WHERE x.id = :id AND x.resource_id = :consultant_id
    """
)


def own_block(reader: Reader, consultant_id: int, block_id: int) -> Block | None:
    """None: given back, or somebody else's."""
    row = reader.execute(_BLOCK, {"id": block_id, "consultant_id": consultant_id}).one_or_none()
    if row is None:
        return None
    id_, start, end, reason = row
    return Block(id_, start, end, Words(**reason))


def planned(
    reader: Reader, consultant_id: int, begin: datetime, end: datetime, *, at: datetime
) -> list[Planned]:
    """What lies between two moments, what waits for an answer, and what comes next; the earliest first."""
    found = []
    for row in reader.execute(_PLANNED, {"id": consultant_id, "begin": begin, "end": end, "at": at}):
        facts = row._asdict()
        times, missed, last = (facts.pop(name) for name in ("times", "missed", "last"))
        history = None if times is None else History(times, missed, *_last(last))
        found.append(Planned(appointment_of(facts), history))
    return found


def _last(last: list[Any] | None) -> tuple[Words | None, Words | None, datetime | None]:
    if last is None:
        return None, None, None
    topic, outcome, on = last
    return Words(**topic), _words(outcome), datetime.fromisoformat(on)


def own_appointment(reader: Reader, reference: str, person_id: int) -> AppointmentRow | None:
    """As its consultant; None for whoever else it is, the person who asked included."""
    row = appointment(reader, reference, person_id)
    return row if row is not None and row.consultant_person_id == person_id else None


@dataclass(frozen=True, slots=True)
class Earlier(LocalTimes):
    """One of somebody's consultations, as the next consultant sees it: never a private note."""

    reference: str
    starts_at: datetime
    time_zone: str
    state: str
    topic: Words
    consultant_name: str
    is_own: bool
    """Held by the consultant who looks."""
    outcome: Words | None


_EARLIER = text(
    """
    SELECT v.reference, v.starts_at, site.time_zone, v.state, topic.name AS topic, r.name AS consultant_name,
        a.consultant_id = :consultant_id AS is_own, outcome.name AS outcome
    FROM reservation v JOIN appointment a ON a.id = v.id JOIN topic ON topic.id = a.topic_id
    JOIN resource r ON r.id = a.consultant_id JOIN site ON site.id = v.site_id
    LEFT JOIN case_note n ON n.id = v.id LEFT JOIN outcome ON outcome.id = n.outcome_id
    WHERE v.person_id = :person_id AND v.kind = 'appointment' AND v.id <> :besides AND v.starts_at <= :at
      AND v.state IN ('confirmed', 'completed', 'no-show')
    ORDER BY v.starts_at DESC, v.id DESC LIMIT :limit
    """
)


def earlier(reader: Reader, row: AppointmentRow, *, at: datetime, limit: int) -> list[Earlier]:
    """Other consultations of the same person that have begun, the latest first, with whomever they were."""
    parameters = {
        "person_id": row.person_id,
        "consultant_id": row.consultant_id,
        "besides": row.id,
        "at": at,
        "limit": limit,
    }
    return [
        Earlier(reference, starts_at, zone, state, Words(**topic), name, is_own, _words(outcome))
        for reference, starts_at, zone, state, topic, name, is_own, outcome in reader.execute(
            _EARLIER, parameters
        )
    ]


def _words(value: dict[str, str] | None) -> Words | None:
    return Words(**value) if value else None


@dataclass(frozen=True, slots=True)
class OwnTopic:
    """A topic on which the consultant advises."""

    id: int
    name: Words
    minutes: int
    modes: tuple[Mode, ...]


_OWN_TOPICS = text(
    """
    SELECT id, name, minutes, modes FROM topic
    WHERE is_active AND id IN (SELECT topic_id FROM consultant_topic WHERE consultant_id = :consultant_id)
    ORDER BY position, id
    """
)


def own_topics(reader: Reader, consultant_id: int) -> list[OwnTopic]:
    return [
        OwnTopic(id_, Words(**name), minutes, tuple(Mode(mode) for mode in modes))
        for id_, name, minutes, modes in reader.execute(_OWN_TOPICS, {"consultant_id": consultant_id})
    ]
