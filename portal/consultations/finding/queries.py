"""What finding a time is made of: topics, consultants with their hours, sites, rooms and claims.

One statement for each source and the whole window, whatever the number of consultants; claims are found by
`ix_claim_resource`, so that history costs nothing. Beginnings are worked out in `free_times`.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Integer, bindparam, text

from portal.consultations.finding.free_times import (
    Beginning,
    Length,
    Limits,
    Override,
    Schedule,
    Taken,
    Weekly,
    free_times,
    room_beginnings,
)
from portal.consultations.topics.models import Mode
from portal.db import Reader, Words, numbers
from portal.resources.calendar import Place, SiteCalendar, zone_exists
from portal.resources.free_time import Stretch
from portal.resources.hours import HOURS, read_calendar


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic as whoever looks for a time meets it."""

    id: int
    name: Words
    description: Words
    field: str
    length: Length
    modes: tuple[Mode, ...]
    confirms_itself: bool
    answer_hours: int
    cancel_minutes: int
    to_bring: Words
    is_active: bool


@dataclass(frozen=True, slots=True)
class ConsultantRow:
    """A consultant who advises on a topic."""

    id: int
    person_id: int
    name: str
    about: Words
    languages: tuple[str, ...]
    photo_id: int | None
    video_url: str | None
    site_id: int
    """Where they are at home; a stretch of their week may be spent elsewhere."""
    limits: Limits


@dataclass(frozen=True, slots=True)
class Room:
    id: int
    name: str
    site_id: int
    floor_id: int | None
    zone_id: int | None

    @property
    def place(self) -> Place:
        return Place(self.id, self.zone_id, self.floor_id)


@dataclass(frozen=True, slots=True)
class SiteFacts:
    id: int
    name: str
    address: str
    reference_prefix: str
    calendar: SiteCalendar
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that decides when consultants can be had, over a window of local days, both ends included."""

    consultants: Mapping[int, ConsultantRow]
    schedules: Mapping[int, Schedule]
    sites: Mapping[int, SiteFacts]
    rooms_taken: Mapping[int, Sequence[Stretch[int]]]
    first: date
    last: date

    @property
    def calendars(self) -> dict[int, SiteCalendar]:
        return {id_: site.calendar for id_, site in self.sites.items()}

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def free_times(
        self, length: Length, *, now: datetime, modes: Collection[Mode] | None = None
    ) -> dict[int, list[Beginning]]:
        """The beginnings of each consultant, in order; where meeting in person is among the modes, a room is free too."""
        calendars, days = self.calendars, self.days
        rooms = self.room_beginnings(length) if modes and Mode.IN_PERSON in modes else None
        return {
            id_: free_times(schedule, calendars, days, length, now=now, rooms=rooms)
            for id_, schedule in self.schedules.items()
        }

    def room_beginnings(self, length: Length) -> dict[int, list[Stretch[int]]]:
        """By site, when some consultation room is free for so long."""
        return {
            site.id: room_beginnings(
                ((self._room_open(site, room), self.rooms_taken.get(room.id, ())) for room in site.rooms),
                length,
            )
            for site in self.sites.values()
        }

    def free_rooms(self, site_id: int, start: int, length: Length) -> list[Room]:
        """The site's consultation rooms that are free from an epoch minute on, the first by name first."""
        site = self.sites[site_id]
        return [
            room
            for room in site.rooms
            if any(
                first <= start < end
                for first, end in room_beginnings(
                    [(self._room_open(site, room), self.rooms_taken.get(room.id, ()))], length
                )
            )
        ]

    def _room_open(self, site: SiteFacts, room: Room) -> list[Stretch[int]]:
        return [stretch for day in self.days for stretch in site.calendar.open_on(day, room.place)]


_TOPIC_COLUMNS = """
    id, name, description, field, minutes, buffer_before_minutes, buffer_after_minutes, step_minutes, modes,
    confirms_itself, answer_hours, cancel_minutes, to_bring, is_active
"""
_TOPICS = text(f"SELECT {_TOPIC_COLUMNS} FROM topic WHERE is_active ORDER BY position, id")  # noqa: S608
_TOPIC = text(f"SELECT {_TOPIC_COLUMNS} FROM topic WHERE id = :id")  # noqa: S608

_SCHEDULE = """
    (SELECT json_agg(json_build_array(h.weekday, h.opens, h.closes, coalesce(h.at_site_id, r.site_id),
         h.from_date, h.until_date, h.override_id) ORDER BY h.weekday, h.opens)::text
     FROM opening_hours h WHERE h.resource_id = c.id) AS weekly,
    (SELECT json_agg(json_build_array(o.id, o.from_date, o.until_date) ORDER BY o.from_date)::text
     FROM hours_override o WHERE o.resource_id = c.id AND o.until_date >= :first AND o.from_date <= :last) AS overrides,
    (SELECT json_agg(json_build_array(floor(extract(epoch FROM x.starts_at) / 60)::bigint,
         coalesce(ceil(extract(epoch FROM x.ends_at) / 60), 1e12)::bigint) ORDER BY x.starts_at)::text
     FROM closure x WHERE x.resource_id = c.id AND x.starts_at < CAST(:last AS date) + 2
       AND (x.ends_at IS NULL OR x.ends_at > CAST(:first AS date) - 1)) AS absences
"""
_CONSULTANT_COLUMNS = """
    c.id, c.person_id, r.name, c.about, c.languages, c.photo_id, c.video_url, r.site_id,
    c.day_limit, c.week_limit, c.notice_minutes, c.horizon_days
"""
_ADVISING = text(
    f"""
    SELECT {_CONSULTANT_COLUMNS}, {_SCHEDULE}
    FROM consultant c JOIN resource r ON r.id = c.id
    WHERE r.is_active AND EXISTS (SELECT FROM consultant_topic ct WHERE ct.consultant_id = c.id AND ct.topic_id = :topic_id)
      AND (CAST(:consultant_id AS integer) IS NULL OR c.id = :consultant_id)
    ORDER BY r.name, c.id
    """  # noqa: S608 (constants of this file)
)
_ONE = text(
    f"""
    SELECT {_CONSULTANT_COLUMNS}, {_SCHEDULE}
    FROM consultant c JOIN resource r ON r.id = c.id WHERE c.id = :consultant_id
    """  # noqa: S608 (constants of this file)
)
_EVERYBODY = text(
    f"""
    SELECT {_CONSULTANT_COLUMNS}, {_SCHEDULE}
    FROM consultant c JOIN resource r ON r.id = c.id WHERE r.is_active ORDER BY r.name, c.id
    """  # noqa: S608 (constants of this file)
)
_ADVISE_ON = text("SELECT topic_id, array_agg(consultant_id) FROM consultant_topic GROUP BY topic_id")
_SITES = text(
    f"""
    SELECT site.id, site.name, site.address, site.reference_prefix, site.time_zone, {HOURS},
        (SELECT json_agg(json_build_array(room.id, room.name, room.site_id, room.floor_id, room.zone_id) ORDER BY room.name)::text
         FROM resource room WHERE room.site_id = site.id AND room.serves_consultations AND room.is_active) AS rooms
    FROM site WHERE site.is_active AND site.id = ANY(:site_ids) ORDER BY site.id
    """  # noqa: S608 (constants of this file)
).bindparams(bindparam("site_ids", type_=ARRAY(Integer)))
_CLAIMED = text(
    """
    SELECT array_agg(ARRAY[claim.resource_id, floor(date_part('epoch', claim.starts_at) / 60)::int,
             ceil(date_part('epoch', claim.ends_at) / 60)::int,
             CASE WHEN v.kind = 'appointment' THEN floor(date_part('epoch', v.starts_at) / 60)::int ELSE -1 END]
         ORDER BY claim.starts_at)::text
    FROM unnest(:resource_ids) AS wanted (id) JOIN claim ON claim.resource_id = wanted.id
    JOIN reservation v ON v.id = claim.reservation_id
    WHERE claim.released_at IS NULL AND claim.starts_at > CAST(:begin AS timestamptz) - interval '1 day'
      AND claim.starts_at < :end AND claim.ends_at > :begin AND v.id <> :besides
    """
).bindparams(bindparam("resource_ids", type_=ARRAY(Integer)))


def topics(reader: Reader) -> list[TopicRow]:
    """What is offered, in the order in which it is shown."""
    return [_topic(tuple(row)) for row in reader.execute(_TOPICS)]


def topic(reader: Reader, topic_id: int) -> TopicRow | None:
    """One topic, one no longer offered too; None where there is none."""
    row = reader.execute(_TOPIC, {"id": topic_id}).one_or_none()
    return None if row is None else _topic(tuple(row))


def offer(
    reader: Reader,
    topic_id: int,
    first: date,
    last: date,
    *,
    consultant_id: int | None = None,
    besides: int = 0,
) -> Offer:
    """Who advises on a topic (or one of them) and when, in three statements. `besides` is a reservation being moved."""
    window = {"first": first, "last": last}
    rows = reader.execute(_ADVISING, {"topic_id": topic_id, "consultant_id": consultant_id} | window)
    return _offer(reader, [tuple(row) for row in rows], first, last, besides)


def offer_of(reader: Reader, consultant_id: int, first: date, last: date, *, besides: int = 0) -> Offer:
    """One consultant's time, whatever they advise on."""
    window = {"first": first, "last": last}
    rows = reader.execute(_ONE, {"consultant_id": consultant_id} | window)
    return _offer(reader, [tuple(row) for row in rows], first, last, besides)


def offer_of_all(reader: Reader, first: date, last: date) -> Offer:
    """Everybody's time, whatever they advise on."""
    rows = reader.execute(_EVERYBODY, {"first": first, "last": last})
    return _offer(reader, [tuple(row) for row in rows], first, last, 0)


def advising(reader: Reader) -> dict[int, frozenset[int]]:
    """Who advises on each topic, by id."""
    return {topic_id: frozenset(ids) for topic_id, ids in reader.execute(_ADVISE_ON)}


def _offer(reader: Reader, rows: Sequence[tuple[Any, ...]], first: date, last: date, besides: int) -> Offer:
    consultants = {row[0]: _consultant(row) for row in rows}
    week = {row[0]: _week(*row[12:15]) for row in rows}
    site_ids = {stretch.site_id for weekly, _, _ in week.values() for stretch in weekly}
    site_ids |= {consultant.site_id for consultant in consultants.values()}
    sites = _sites(reader, site_ids, first, last)
    rooms = [room.id for site in sites.values() for room in site.rooms]
    taken = _taken(reader, [*consultants, *rooms], first, last, besides)
    return Offer(
        consultants,
        {
            id_: Schedule(
                limits=consultants[id_].limits,
                weekly=weekly,
                overrides=overrides,
                absences=absences,
                taken=taken.get(id_, ()),
            )
            for id_, (weekly, overrides, absences) in week.items()
        },
        sites,
        {id_: [(row.start, row.end) for row in taken.get(id_, ())] for id_ in rooms},
        first,
        last,
    )


def _sites(reader: Reader, site_ids: Iterable[int], first: date, last: date) -> dict[int, SiteFacts]:
    """Those in use; of one whose zone does not exist nobody can say when it is open, and all others go on."""
    found = reader.execute(_SITES, {"site_ids": sorted(site_ids), "first": first, "last": last})
    return {
        row.id: SiteFacts(
            row.id, row.name, row.address, row.reference_prefix, read_calendar(row), _rooms(row.rooms)
        )
        for row in found
        if zone_exists(row.time_zone)
    }


def _taken(
    reader: Reader, resource_ids: Sequence[int], first: date, last: date, besides: int
) -> dict[int, list[Taken]]:
    """Claims that touch the weeks in which the window lies; a day more on both sides, for whatever zone."""
    monday, sunday = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    found: dict[int, list[Taken]] = {}
    claims = reader.scalar(
        _CLAIMED,
        {
            "resource_ids": list(resource_ids),
            "begin": monday - timedelta(days=1),
            "end": sunday + timedelta(days=2),
            "besides": besides,
        },
    )
    for resource_id, start, end, at in numbers(claims):
        found.setdefault(resource_id, []).append(Taken(start, end, None if at < 0 else at))
    return found


def _topic(row: tuple[Any, ...]) -> TopicRow:
    (
        id_,
        name,
        description,
        field,
        minutes,
        before,
        after,
        step,
        modes,
        confirms,
        answer,
        cancel,
        bring,
        active,
    ) = row
    return TopicRow(
        id_,
        Words(**name),
        Words(**description),
        field,
        Length(minutes=minutes, before=before, after=after, step=step),
        tuple(Mode(mode) for mode in modes),
        confirms,
        answer,
        cancel,
        Words(**bring),
        active,
    )


def _consultant(row: tuple[Any, ...]) -> ConsultantRow:
    id_, person_id, name, about, languages, photo_id, video_url, site_id, *limits = row[:12]
    day, week, notice, horizon = limits
    return ConsultantRow(
        id_,
        person_id,
        name,
        Words(**about),
        tuple(languages),
        photo_id,
        video_url,
        site_id,
        Limits(day=day, week=week, notice_minutes=notice, horizon_days=horizon),
    )


@lru_cache(maxsize=1024)
def _week(
    weekly: str | None, overrides: str | None, absences: str | None
) -> tuple[tuple[Weekly, ...], tuple[Override, ...], tuple[Stretch[int], ...]]:
    """Kept by the text it comes as: the same text is the same object, read anew each time and never out of date."""
    return (
        tuple(
            Weekly(
                weekday,
                time.fromisoformat(opens),
                time.fromisoformat(closes),
                site_id,
                _date(begin),
                _date(end),
                override_id,
            )
            for weekday, opens, closes, site_id, begin, end, override_id in json.loads(weekly or "[]")
        ),
        tuple(
            Override(id_, date.fromisoformat(begin), date.fromisoformat(end))
            for id_, begin, end in json.loads(overrides or "[]")
        ),
        tuple((start, end) for start, end in json.loads(absences or "[]")),
    )


@lru_cache(maxsize=256)
def _rooms(rooms: str | None) -> tuple[Room, ...]:
    return tuple(Room(*row) for row in json.loads(rooms or "[]"))


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
