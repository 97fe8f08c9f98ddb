"""Whom the front desk looks for: by name, by phone, by the reference that a scanner types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from portal.agenda.front_desk.queries import DUTY, NEW_PHONE, Duty, ServedSite, initials_of, read_duty
from portal.bookings.queries import BOOKING
from portal.db import Reader
from portal.resources.claims import normalised_reference

LONGEST = 100
MOST_WORDS = 6
MOST = 20
"""Bookings or people shown; who types more sees fewer."""
SHORTEST_PART = 4
"""Signs of a reference or digits of a number that are enough to look for."""
PHONE_SIGNS = frozenset("0123456789+-(). \u00a0")


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
        return initials_of(self.name)

    @property
    def can_confirm(self) -> bool:
        return bool(self.new_phone or (not self.is_confirmed and (self.phone or self.email)))

    @property
    def can_have_code(self) -> bool:
        """Whose address is confirmed gets a link by mail; colleagues are let in by an administrator."""
        return bool(self.phone and not self.has_confirmed_email and not self.is_staff)


@dataclass(frozen=True, slots=True)
class Found:
    """Today's and coming bookings, or one of any day whose whole reference was typed; then people for whom
    more can be done than with their bookings."""

    bookings: Sequence[Duty]
    people: Sequence[FoundPerson]
    has_more: bool


_MATCH = """
    (:has_words AND ' ' || lower(who.name) LIKE ALL(CAST(:words AS text[]))
     OR who.phone LIKE :digits OR lower(who.email) LIKE :email)
"""

_BOOKINGS = text(
    DUTY.format(
        bookings=BOOKING
        + """ WHERE v.site_id = ANY(CAST(:site_ids AS int[])) AND (v.reference = ANY(CAST(:references AS text[]))
                OR v.starts_at >= :midnight AND v.state NOT IN ('cancelled', 'declined'))""",
        matching=f"WHERE d.reference = ANY(CAST(:references AS text[])) OR d.reference LIKE :part OR {_MATCH}",
    )
    + " LIMIT :limit"
)

_PEOPLE = text(
    f"""
    SELECT who.id, who.name, who.phone, who.email, who.is_confirmed,
        who.email_confirmed_at IS NOT NULL AS has_confirmed_email,
        EXISTS (SELECT FROM role_grant g WHERE g.person_id = who.id AND g.role <> 'entrepreneur') AS is_staff,
        {NEW_PHONE}
    FROM person who WHERE {_MATCH} ORDER BY lower(who.name), who.id LIMIT :limit
    """  # noqa: S608 (constants)
)


def search(reader: Reader, typed: str, sites: Sequence[ServedSite], *, at: datetime) -> Found:
    """Two statements."""
    parameters = _patterns(typed, sites) | {"at": at, "limit": MOST + 1}
    midnights = [datetime.combine(site.today(at), time.min, ZoneInfo(site.time_zone)) for site in sites]
    within = {"site_ids": [site.id for site in sites], "midnight": min(midnights, default=at)}
    bookings = [read_duty(row) for row in reader.execute(_BOOKINGS, parameters | within)]
    people = [FoundPerson(**row._mapping) for row in reader.execute(_PEOPLE, parameters)]
    has_more = len(bookings) > MOST or len(people) > MOST
    shown = {row.person_id for row in bookings[:MOST]}
    others = [who for who in people[:MOST] if who.id not in shown or who.can_have_code]
    return Found(bookings[:MOST], others, has_more)


def _patterns(typed: str, sites: Sequence[ServedSite]) -> dict[str, Any]:
    """What was typed, as each column would hold it; an impossible pattern where it cannot be meant."""
    typed = " ".join(typed.replace("\0", " ").split())[:LONGEST]
    words = [f"% {_escaped(word)}%" for word in typed.lower().split()[:MOST_WORDS]]
    reference = normalised_reference(typed)
    return {
        "has_words": bool(words),
        "words": words,
        "references": [reference, *(site.prefix + reference for site in sites)],
        "part": f"%{reference}%" if len(reference) >= SHORTEST_PART else "",
        "digits": _digits(typed),
        "email": f"{_escaped(typed.lower())}%" if "@" in typed else "",
    }


def _digits(typed: str) -> str:
    """Part of a number, without the zero or the country code it may begin with."""
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if len(digits) < SHORTEST_PART or not PHONE_SIGNS.issuperset(typed):
        return ""
    return f"%{digits[1:] if digits.startswith('0') else digits.removeprefix('62')}%"


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
