"""Consultants as the administrator and they themselves keep them; what people see stands in `finding.queries`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, text

from portal.accounts.logins import read_phone
from portal.consultations.stamp import fingerprint
from portal.db import Reader, Words
from portal.errors import RuleBroken

MOST_FOUND = 20
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class ConsultantLine:
    id: int
    name: str
    site: str
    is_active: bool
    topics: int
    minutes: int
    """A week, as it holds today."""
    coming: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a consultant decides about themselves."""

    about: Words
    languages: tuple[str, ...]
    video_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the administrator decides about a consultant. Limits as in `Consultant`."""

    name: str
    site_id: int
    topic_ids: tuple[int, ...]
    day_limit: int
    week_limit: int
    notice_minutes: int
    horizon_days: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultantFacts:
    id: int
    person_id: int
    photo_id: int | None
    profile: Profile
    standing: Standing

    @property
    def mark(self) -> str:
        return fingerprint(self)


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who may be made a consultant."""

    id: int
    name: str
    email: str | None
    phone: str | None
    consultant_id: int | None


@dataclass(frozen=True, slots=True)
class RoomLine:
    id: int
    name: str
    site: str
    serves_consultations: bool


_LINES = text(
    """
    SELECT c.id, r.name, site.name, r.is_active,
        (SELECT count(*) FROM consultant_topic ct WHERE ct.consultant_id = c.id),
        (SELECT coalesce(sum(CASE WHEN h.closes = '00:00' THEN 1440 ELSE extract(epoch FROM h.closes) / 60 END
             - extract(epoch FROM h.opens) / 60), 0)::int
         FROM opening_hours h WHERE h.resource_id = c.id AND h.override_id IS NULL
           AND (h.from_date IS NULL OR h.from_date <= CAST(:at AS timestamptz)::date)
           AND (h.until_date IS NULL OR h.until_date >= CAST(:at AS timestamptz)::date)),
        (SELECT count(*) FROM claim JOIN reservation v ON v.id = claim.reservation_id
         WHERE claim.resource_id = c.id AND claim.released_at IS NULL AND claim.starts_at > :at
           AND v.state IN ('requested', 'confirmed'))
    FROM consultant c JOIN resource r ON r.id = c.id JOIN site ON site.id = r.site_id
    ORDER BY r.is_active DESC, r.name, c.id
    """
)
_FACTS = """
    SELECT c.id, c.person_id, c.photo_id, c.about, c.languages, c.video_url, r.name, r.site_id,
        ARRAY(SELECT topic_id FROM consultant_topic ct WHERE ct.consultant_id = c.id ORDER BY topic_id),
        c.day_limit, c.week_limit, c.notice_minutes, c.horizon_days, r.is_active
    FROM consultant c JOIN resource r ON r.id = c.id
"""
_BY_ID = text(_FACTS + " WHERE c.id = :id")
_BY_PERSON = text(_FACTS + " WHERE c.person_id = :id")
_SOMEBODY = """
    SELECT who.id, who.name, who.email, who.phone, c.id FROM person who LEFT JOIN consultant c ON c.person_id = who.id
"""
_SEARCH = text(
    _SOMEBODY
    + """ WHERE (:has_words AND ' ' || lower(who.name) LIKE ALL(:words)) OR lower(who.email) = :email OR who.phone = :phone
      ORDER BY lower(who.name), who.id LIMIT :limit"""
).bindparams(bindparam("words", type_=ARRAY(String)))
_PERSON = text(_SOMEBODY + " WHERE who.id = :id")
_TOPICS = text("SELECT id, name, is_active FROM topic ORDER BY is_active DESC, position, id")
_SITES = text("SELECT id, name FROM site WHERE is_active ORDER BY id")
_ROOMS = text(
    """
    SELECT room.id, room.name, site.name, room.serves_consultations FROM resource room JOIN site ON site.id = room.site_id
    WHERE room.kind = 'room' AND room.is_active AND site.is_active ORDER BY site.id, room.name
    """
)


def consultant_lines(reader: Reader, *, at: datetime) -> list[ConsultantLine]:
    """Everyone, those who are not offered last."""
    return [ConsultantLine(*row) for row in reader.execute(_LINES, {"at": at})]


def consultant_facts(reader: Reader, consultant_id: int) -> ConsultantFacts | None:
    return _facts(reader.execute(_BY_ID, {"id": consultant_id}).one_or_none())


def consultant_of_person(reader: Reader, person_id: int) -> ConsultantFacts | None:
    return _facts(reader.execute(_BY_PERSON, {"id": person_id}).one_or_none())


def _facts(row: Any) -> ConsultantFacts | None:
    if row is None:
        return None
    id_, person_id, photo_id, about, languages, video_url, name, site_id, topic_ids, *limits = row
    day, week, notice, horizon, is_active = limits
    return ConsultantFacts(
        id=id_,
        person_id=person_id,
        photo_id=photo_id,
        profile=Profile(about=Words(**about), languages=tuple(languages), video_url=video_url),
        standing=Standing(
            name=name,
            site_id=site_id,
            topic_ids=tuple(topic_ids),
            day_limit=day,
            week_limit=week,
            notice_minutes=notice,
            horizon_days=horizon,
            is_active=is_active,
        ),
    )


def search_people(reader: Reader, typed: str) -> list[Somebody]:
    """By parts of the name, or the whole address or number."""
    typed = " ".join(typed.replace("\0", " ").split())[:LONGEST_SEARCH]
    parts = [f"% {_escaped(word)}%" for word in typed.lower().split()]
    try:
        phone = read_phone(typed)
    except RuleBroken:
        phone = ""
    parameters = {
        "has_words": bool(parts),
        "words": parts,
        "email": typed.lower() if "@" in typed else "",
        "phone": phone,
        "limit": MOST_FOUND,
    }
    return [Somebody(*row) for row in reader.execute(_SEARCH, parameters)]


def somebody(reader: Reader, person_id: int) -> Somebody | None:
    row = reader.execute(_PERSON, {"id": person_id}).one_or_none()
    return None if row is None else Somebody(*row)


def topic_choices(reader: Reader) -> list[tuple[int, Words, bool]]:
    """(id, name, whether it is offered)."""
    return [(id_, Words(**name), is_active) for id_, name, is_active in reader.execute(_TOPICS)]


def site_choices(reader: Reader) -> list[tuple[int, str]]:
    return [(id_, name) for id_, name in reader.execute(_SITES)]


def room_lines(reader: Reader) -> list[RoomLine]:
    return [RoomLine(*row) for row in reader.execute(_ROOMS)]


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
