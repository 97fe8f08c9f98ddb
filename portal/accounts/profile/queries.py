"""What a person sees of their own account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from portal.accounts.links import pending_phone
from portal.accounts.models import Consent, Person
from portal.db import Reader


@dataclass(frozen=True, slots=True)
class Agreed:
    purpose: str
    legal_basis: str
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    email: str | None
    email_confirmed_at: datetime | None
    phone: str | None
    phone_confirmed_at: datetime | None
    pending_phone: str | None
    """The number that waits for the front desk."""
    language: str
    consents: tuple[Agreed, ...]


def account(reader: Reader, person_id: int, *, at: datetime) -> Account:
    row = reader.execute(
        select(
            Person.name,
            Person.email,
            Person.email_confirmed_at,
            Person.phone,
            Person.phone_confirmed_at,
            Person.language,
        ).where(Person.id == person_id)
    ).one()
    consents = reader.execute(
        select(
            Consent.purpose, Consent.legal_basis, Consent.text_version, Consent.given_at, Consent.withdrawn_at
        )
        .where(Consent.person_id == person_id)
        .order_by(Consent.given_at, Consent.id)
    )
    return Account(
        name=row.name,
        email=row.email,
        email_confirmed_at=row.email_confirmed_at,
        phone=row.phone,
        phone_confirmed_at=row.phone_confirmed_at,
        pending_phone=pending_phone(reader, person_id, at=at),
        language=row.language,
        consents=tuple(Agreed(*consent) for consent in consents),
    )


@dataclass(frozen=True, slots=True)
class Device:
    id: int
    name: str
    """"" for one that told nothing of itself."""
    created_at: datetime
    last_seen_at: datetime


_DEVICES = text(
    """
    SELECT id, device, created_at, last_seen_at FROM user_session
    WHERE person_id = :person_id AND expires_at > :at ORDER BY last_seen_at DESC, id DESC LIMIT 100
    """
)


def devices(reader: Reader, person_id: int, *, at: datetime) -> list[Device]:
    """Where somebody is signed in, the latest first."""
    return [Device(*row) for row in reader.execute(_DEVICES, {"person_id": person_id, "at": at})]
