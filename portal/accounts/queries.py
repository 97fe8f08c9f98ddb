"""Who is there, and what they may do."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from portal.accounts.demo_only import is_shut
from portal.accounts.names import initials
from portal.db import Reader
from portal.permissions import PERMISSIONS, STAFF, Role


@dataclass(frozen=True, slots=True)
class CurrentPerson:
    """The signed-in person, as one statement reads them."""

    id: int
    session_id: int | None
    """The row of the device; None for a caller of the API."""
    name: str
    language: str
    email: str | None
    phone: str | None
    is_confirmed: bool
    roles: frozenset[Role]
    agency_ids: frozenset[int]
    unread: int
    """Messages in the inbox that were not read yet."""
    token: str = field(default="", repr=False, compare=False)
    """What the session cookie carries; never shown, logged or kept."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    def can(self, permission: str) -> bool:
        return bool(self.roles & PERMISSIONS[permission])


class NobodySignedIn:
    """Stands for `current_user` as long as nobody signed in."""

    id = None
    session_id = None
    name = initials = ""
    language = "id"
    email = phone = None
    is_confirmed = is_staff = False
    roles: frozenset[Role] = frozenset()
    agency_ids: frozenset[int] = frozenset()
    unread = 0
    is_authenticated = is_active = False
    is_anonymous = True

    def get_id(self) -> None:
        return None

    def can(self, permission: str) -> bool:
        return False


_PERSON = """
    SELECT p.id, p.name, p.language, p.email, p.phone, p.is_confirmed,
        grants.roles, grants.agency_ids,
        (SELECT count(*) FROM message WHERE person_id = p.id AND read_at IS NULL) AS unread
"""
_GRANTS = """
    JOIN person p ON p.id = s.person_id
    CROSS JOIN LATERAL (SELECT array_agg(DISTINCT role) AS roles, array_agg(DISTINCT agency_id) AS agency_ids
        FROM role_grant WHERE person_id = p.id) grants
"""
_BY_SESSION = text(
    f"{_PERSON}, s.id AS session_id, s.last_seen_at FROM user_session s {_GRANTS}"
    "WHERE s.token_hash = :token_hash AND s.expires_at > :at"
)
_BY_API_TOKEN = text(
    f"{_PERSON} FROM api_token s {_GRANTS} WHERE s.token_hash = :token_hash AND s.revoked_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: CurrentPerson
    last_seen_at: datetime


def signed_in(reader: Reader, token_hash: bytes, at: datetime, *, token: str = "") -> SignedIn | None:
    """Whom a session token belongs to; None when it was never given, is revoked or has run out."""
    row = reader.execute(_BY_SESSION, {"token_hash": token_hash, "at": at}).one_or_none()
    if row is None or is_shut(row.email):
        return None
    return SignedIn(_person(row, row.session_id, token), row.last_seen_at)


def api_caller(reader: Reader, token_hash: bytes) -> CurrentPerson | None:
    """Whom a bearer token of the API belongs to."""
    row = reader.execute(_BY_API_TOKEN, {"token_hash": token_hash}).one_or_none()
    return None if row is None or is_shut(row.email) else _person(row, None)


def _person(row: Row[Any], session_id: int | None, token: str = "") -> CurrentPerson:
    return CurrentPerson(
        id=row.id,
        session_id=session_id,
        name=row.name,
        language=row.language,
        email=row.email,
        phone=row.phone,
        is_confirmed=row.is_confirmed,
        roles=frozenset(Role(role) for role in row.roles or ()),
        agency_ids=frozenset(agency for agency in row.agency_ids or () if agency is not None),
        unread=row.unread,
        token=token,
    )
