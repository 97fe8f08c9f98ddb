"""For whom a consultant may book: anybody the portal knows, found by name, number, address or a reference of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from portal.accounts.finding import MATCH, matching, plain
from portal.db import Reader
from portal.resources.claims import normalised_reference

MOST = 10
SHORTEST = 3
"""Signs that are enough to look for."""


@dataclass(frozen=True, slots=True)
class Found:
    """As little as tells two people of one name apart: only who was here before is shown with the whole number."""

    id: int
    name: str
    phone: str | None
    email: str | None
    was_here: bool
    """Asked this consultant for advice before."""

    @property
    def ending(self) -> str:
        """The last digits of the number."""
        return self.phone[-4:] if self.phone else ""


_COLUMNS = """
    SELECT who.id, who.name, who.phone, who.email, EXISTS (SELECT FROM reservation v JOIN appointment a ON a.id = v.id
        WHERE v.person_id = who.id AND a.consultant_id = :consultant_id) AS was_here
    FROM person who
"""
_PEOPLE = text(
    f"""
    {_COLUMNS}
    WHERE {MATCH} OR who.id = (SELECT person_id FROM reservation WHERE reference = :reference)
    ORDER BY was_here DESC, lower(who.name), who.id LIMIT :limit
    """  # noqa: S608 (constants)
)
_ONE = text(f"{_COLUMNS} WHERE who.id = :id")


def people(reader: Reader, typed: str, consultant_id: int) -> Sequence[Found]:
    """At most one more than `MOST`: then there are too many to choose from. Empty for less than `SHORTEST` signs."""
    if len(plain(typed)) < SHORTEST:
        return []
    parameters = {
        "consultant_id": consultant_id,
        "reference": normalised_reference(plain(typed)),
        "limit": MOST + 1,
    }
    return [Found(*row) for row in reader.execute(_PEOPLE, matching(typed) | parameters)]


def person(reader: Reader, person_id: int, consultant_id: int) -> Found | None:
    row = reader.execute(_ONE, {"id": person_id, "consultant_id": consultant_id}).one_or_none()
    return Found(*row) if row else None


_SAME = text(
    """
    SELECT v.reference FROM reservation v JOIN appointment a ON a.id = v.id JOIN person who ON who.id = v.person_id
    WHERE a.consultant_id = :consultant_id AND a.topic_id = :topic_id AND v.starts_at = :starts_at
      AND v.state IN ('requested', 'confirmed') AND v.created_by_id = :by_id
      AND (v.person_id = :person_id OR (CAST(:person_id AS integer) IS NULL AND who.name = :name AND who.phone = :phone))
    """
)


def booked_already(reader: Reader, **wanted: object) -> str | None:
    """The reference of what a first tap has booked; of a new person by name and number."""
    reference: str | None = reader.scalar(_SAME, wanted)
    return reference
