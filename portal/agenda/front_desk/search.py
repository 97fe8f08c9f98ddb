"""Whom the front desk looks for: by name, by phone, by the reference that a scanner types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from portal.accounts.finding import LONGEST, MATCH, SHORTEST_PART, matching, plain
from portal.accounts.names import initials
from portal.agenda.front_desk.meetings import Meeting, found_meetings
from portal.agenda.front_desk.queries import DUTY, NEW_PHONE, Duty, ServedSite, read_duty
from portal.bookings.queries import BOOKING
from portal.db import Reader
from portal.resources.claims import normalised_reference

__all__ = ["LONGEST", "search"]
MOST = 20
"""Bookings or people shown; who types more sees fewer."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    id: int
    name: str
    phone: str | None
    email: str | None
    is_confirmed: bool
    has_confirmed_email: bool
    is_staff: bool
    new_phone: str | None
    """The number they asked to change to."""

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def can_confirm(self) -> bool:
        return bool(self.new_phone or (not self.is_confirmed and (self.phone or self.email)))

    @property
    def can_have_code(self) -> bool:
        """Whose address is confirmed gets a link by mail; colleagues are let in by an administrator."""
        return bool(self.phone and not self.has_confirmed_email and not self.is_staff)

    @property
    def can_correct_email(self) -> bool:
        return bool(self.email and not self.has_confirmed_email and not self.is_staff)


@dataclass(frozen=True, slots=True)
class Found:
    """Today's and coming bookings and consultations, or one of any day whose whole reference was typed; then people.
    Without people it was a number of a booking or consultation that was found."""

    bookings: Sequence[Duty]
    meetings: Sequence[Meeting]
    people: Sequence[FoundPerson]
    has_more: bool


_BOOKINGS = text(
    DUTY.format(
        bookings=BOOKING
        + """ WHERE v.site_id = ANY(CAST(:site_ids AS int[])) AND (v.reference = ANY(CAST(:references AS text[]))
                OR v.starts_at >= :midnight AND v.state NOT IN ('cancelled', 'declined'))""",
        matching=f"WHERE d.reference = ANY(CAST(:references AS text[])) OR d.reference LIKE :part OR {MATCH}",
    )
    + " LIMIT :limit"
)

_PERSON = f"""
    SELECT who.id, who.name, who.phone, who.email, who.is_confirmed,
        who.email_confirmed_at IS NOT NULL AS has_confirmed_email,
        EXISTS (SELECT FROM role_grant g WHERE g.person_id = who.id AND g.role <> 'entrepreneur') AS is_staff,
        {NEW_PHONE}
    FROM person who
"""  # noqa: S608 (constants)
_PEOPLE = text(f"{_PERSON} WHERE {MATCH} ORDER BY lower(who.name), who.id LIMIT :limit")
_ONE = text(f"{_PERSON} WHERE who.id = :id")


def search(reader: Reader, typed: str, sites: Sequence[ServedSite], *, at: datetime) -> Found:
    """Three statements."""
    parameters = _patterns(typed, sites) | {"at": at, "limit": MOST + 1}
    midnights = [datetime.combine(site.today(at), time.min, ZoneInfo(site.time_zone)) for site in sites]
    within: dict[str, Any] = {"site_ids": [site.id for site in sites], "midnight": min(midnights, default=at)}
    bookings = [read_duty(row) for row in reader.execute(_BOOKINGS, parameters | within)]
    meetings = found_meetings(reader, parameters, within["site_ids"], within["midnight"], at)
    people = [FoundPerson(**row._mapping) for row in reader.execute(_PEOPLE, parameters)]
    has_more = max(len(bookings), len(meetings), len(people)) > MOST
    return Found(bookings[:MOST], meetings[:MOST], people[:MOST], has_more)


def found_person(reader: Reader, person_id: int, *, at: datetime) -> FoundPerson | None:
    row = reader.execute(_ONE, {"id": person_id, "at": at}).one_or_none()
    return FoundPerson(**row._mapping) if row else None


def _patterns(typed: str, sites: Sequence[ServedSite]) -> dict[str, Any]:
    """What was typed, as each column would hold it; an impossible pattern where it cannot be meant."""
    reference = normalised_reference(plain(typed))
    return matching(typed) | {
        "references": [reference, *(site.prefix + reference for site in sites)],
        "part": f"%{reference}%" if len(reference) >= SHORTEST_PART else "",
    }
