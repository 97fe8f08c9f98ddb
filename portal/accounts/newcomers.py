"""Somebody who stands there or calls, and whom nobody knows yet: noted by a colleague, without an account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Consent, Person
from portal.accounts.registration.services import CONSENT_BASIS, CONSENT_VERSION
from portal.accounts.services import grant_role
from portal.audit.services import record
from portal.errors import N_, RuleBroken
from portal.permissions import Role


class NumberKnown(RuleBroken):
    """Facts: name of whoever has confirmed it."""

    code = "number-known"
    message = N_("That is the number of %(name)s. Look for them by it, above.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson:
    by_id: int
    name: str
    phone: str
    """E.164; nobody has confirmed it."""
    language: str = "id"


def add_person(session: Session, command: AddPerson, *, at: datetime) -> int:
    """Who agreed, by word of mouth, that name and number are kept. Answers with their id.

    Raises:
        NumberKnown: it is somebody's who has confirmed it.
    """
    known = session.scalar(
        select(Person.name).where(Person.phone == command.phone, Person.phone_confirmed_at.is_not(None))
    )
    if known is not None:
        raise NumberKnown(name=known)
    person = Person(name=command.name, phone=command.phone, language=command.language, created_at=at)
    session.add(person)
    session.flush()
    grant_role(session, person.id, Role.ENTREPRENEUR, at=at)
    session.add(
        Consent(
            person_id=person.id,
            purpose="bookings",
            legal_basis=CONSENT_BASIS,
            text_version=CONSENT_VERSION,
            given_at=at,
        )
    )
    session.flush()
    record(session, "accounts.add", ("person", person.id), at=at, actor_id=command.by_id, person_id=person.id)
    return person.id
