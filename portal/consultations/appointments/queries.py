"""Consultations as pages, messages and services need them. Whose rows one sees is said here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from portal.clock import LocalTimes
from portal.consultations.appointments.deadline import refusal_to_change
from portal.consultations.topics.models import Mode
from portal.db import Reader, Words
from portal.resources.claims import normalised_reference
from portal.resources.models import COMING, State
from portal.resources.queries import SERVED, serving


@dataclass(frozen=True, slots=True)
class AppointmentRow(LocalTimes):
    """A consultation with everything its page, its line in a list, its messages and its calendar file say."""

    id: int
    reference: str
    state: State
    sequence: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    created_by_id: int
    person_id: int
    person_name: str
    person_phone: str | None
    person_language: str
    consultant_id: int
    consultant_person_id: int
    consultant_name: str
    video_url: str | None
    topic_id: int
    topic: Words
    to_bring: Words
    cancel_minutes: int
    confirms_itself: bool
    mode: Mode
    room_id: int | None
    room_name: str | None
    room_floor: Words | None
    site_id: int
    site_name: str
    address: str
    directions: Words
    map_url: str | None
    time_zone: str
    answers: list[dict[str, Any]]
    answer_by: datetime | None
    reason: str | None
    ended_at: datetime | None
    ended_by_id: int | None
    has_lapsed: bool
    reminded_at: datetime | None

    @property
    def change_until(self) -> datetime:
        """Local."""
        return self.starts - timedelta(minutes=self.cancel_minutes)

    @property
    def ended_by_person(self) -> bool:
        return self.ended_by_id == self.person_id

    def is_coming(self, at: datetime) -> bool:
        return self.state in COMING and self.ends_at > at

    def can_change(self, at: datetime, *, by_staff: bool = False) -> bool:
        """Whether it may be moved or cancelled."""
        refusal = refusal_to_change(self.state, self.starts_at, self.change_until, at=at, by_staff=by_staff)
        return refusal is None

    def can_be_closed(self, at: datetime) -> bool:
        """Whether it can be marked as held or missed."""
        return self.state in {State.CONFIRMED, State.COMPLETED, State.NO_SHOW} and at >= self.starts_at


APPOINTMENT = """
    SELECT v.id, v.reference, v.state, v.sequence, v.starts_at, v.ends_at, v.created_at,
        coalesce(v.changed_at, v.created_at) AS changed_at, v.created_by_id,
        v.person_id, person.name AS person_name, person.phone AS person_phone,
        person.language AS person_language,
        a.consultant_id, c.person_id AS consultant_person_id, r.name AS consultant_name, c.video_url,
        a.topic_id, topic.name AS topic, topic.to_bring, topic.cancel_minutes, topic.confirms_itself, a.mode,
        a.room_id, room.name AS room_name, floor.name AS room_floor,
        site.id AS site_id, site.name AS site_name, site.address, site.directions, site.map_url, site.time_zone,
        a.answers, a.answer_by, a.reason, a.ended_at, a.ended_by_id, a.has_lapsed, a.reminded_at
    FROM reservation v JOIN appointment a ON a.id = v.id JOIN person ON person.id = v.person_id
    JOIN consultant c ON c.id = a.consultant_id JOIN resource r ON r.id = a.consultant_id
    JOIN topic ON topic.id = a.topic_id JOIN site ON site.id = v.site_id
    LEFT JOIN resource room ON room.id = a.room_id LEFT JOIN floor ON floor.id = room.floor_id
"""
"""Everything an `AppointmentRow` holds; `appointment_row` reads it."""

ADVISES = "EXISTS (SELECT FROM role_grant g WHERE g.person_id = c.person_id AND g.role = 'consultant')"
"""Of `APPOINTMENT`: its consultant still is one. A role that was taken away opens nothing any more."""

_BY_REFERENCE = text(
    APPOINTMENT
    + f""" WHERE v.reference = :reference AND (v.person_id = :person_id OR (c.person_id = :person_id AND {ADVISES})
        OR (:serves AND {SERVED}))"""
)
_BY_ID = text(APPOINTMENT + " WHERE v.id = :id")
_COMING = text(
    APPOINTMENT
    + """ WHERE v.person_id = :person_id AND v.state IN ('requested', 'confirmed') AND v.ends_at > :at
      ORDER BY v.starts_at, v.id"""
)
_PAST = text(
    f"""{APPOINTMENT} WHERE v.id = ANY(ARRAY(
        SELECT id FROM reservation
        WHERE person_id = :person_id AND kind = 'appointment'
          AND (state NOT IN ('requested', 'confirmed') OR ends_at <= :at)
        ORDER BY starts_at DESC, id DESC LIMIT :limit OFFSET :offset
      )) ORDER BY v.starts_at DESC, v.id DESC"""  # noqa: S608 (constants of this file)
)
_WAITING = text(
    """
    SELECT count(DISTINCT v.person_id) FROM reservation v JOIN appointment a ON a.id = v.id
    WHERE v.state IN ('requested', 'confirmed') AND v.ends_at > :at AND a.topic_id = :topic_id
      AND v.person_id <> :person_id
    """
)
_SAME = text(
    APPOINTMENT
    + """ WHERE v.person_id = :person_id AND a.topic_id = :topic_id AND v.starts_at = :starts_at
      AND (CAST(:consultant_id AS integer) IS NULL OR a.consultant_id = :consultant_id)
      AND v.state IN ('requested', 'confirmed') ORDER BY v.id LIMIT 1"""
)


def appointment_row(row: Row[Any]) -> AppointmentRow:
    """An `AppointmentRow` from a row of `APPOINTMENT`."""
    return appointment_of(row._asdict())


def appointment_of(values: dict[str, Any]) -> AppointmentRow:
    """The same from its columns alone, where a statement has more of them; they are changed on the way."""
    values["state"], values["mode"] = State(values["state"]), Mode(values["mode"])
    for name in ("topic", "to_bring", "directions"):
        values[name] = Words(**values[name])
    values["room_floor"] = Words(**values["room_floor"]) if values["room_floor"] else None
    return AppointmentRow(**values)


def appointment(
    reader: Reader, reference: str, person_id: int, *, serves: bool = False
) -> AppointmentRow | None:
    """For its two people; who serves at front desks gets those of their agencies' sites; else None."""
    row = reader.execute(
        _BY_REFERENCE,
        {"reference": normalised_reference(reference)[:40], "person_id": person_id, "serves": serves}
        | serving(person_id),
    ).one_or_none()
    return appointment_row(row) if row else None


def appointment_by_id(reader: Reader, reservation_id: int) -> AppointmentRow | None:
    """For messages, and for whoever holds a signed link."""
    row = reader.execute(_BY_ID, {"id": reservation_id}).one_or_none()
    return appointment_row(row) if row else None


def same_appointment(
    reader: Reader, person_id: int, topic_id: int, consultant_id: int | None, starts_at: datetime
) -> AppointmentRow | None:
    """What a second click would ask for once more."""
    row = reader.execute(
        _SAME,
        {
            "person_id": person_id,
            "topic_id": topic_id,
            "consultant_id": consultant_id,
            "starts_at": starts_at,
        },
    ).one_or_none()
    return appointment_row(row) if row else None


def coming_appointments(reader: Reader, person_id: int, *, at: datetime) -> list[AppointmentRow]:
    """The next first."""
    return [appointment_row(row) for row in reader.execute(_COMING, {"person_id": person_id, "at": at})]


def past_appointments(
    reader: Reader, person_id: int, *, at: datetime, limit: int, offset: int = 0
) -> list[AppointmentRow]:
    """The latest first: held, missed, declined, cancelled or over."""
    parameters = {"person_id": person_id, "at": at, "limit": limit, "offset": offset}
    return [appointment_row(row) for row in reader.execute(_PAST, parameters)]


def others_waiting(reader: Reader, topic_id: int, person_id: int, *, at: datetime) -> int:
    """How many other people wait for their turn with a topic."""
    return int(reader.scalar(_WAITING, {"topic_id": topic_id, "person_id": person_id, "at": at}) or 0)
