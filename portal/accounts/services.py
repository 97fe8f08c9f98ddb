"""Accounts as others need them: made by command, confirmed at the front desk, let in again by a code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts.models import ApiToken, Credential, Person, RoleGrant
from portal.accounts.tokens import new_token, token_hash
from portal.audit.services import record
from portal.errors import N_, Conflict, NotFound
from portal.permissions import Role


class UnknownPerson(NotFound):
    code = "person"
    message = N_("We don't know anybody like that.")


class AccountExists(Conflict):
    code = "account-exists"
    message = N_("There is a confirmed account with that address already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount:
    """A confirmed account, made by somebody who runs the portal."""

    email: str
    name: str
    password_hash: str
    roles: frozenset[Role]
    agency_id: int | None = None
    """Whose official or manager it is."""
    language: str = "id"


def create_account(session: Session, command: CreateAccount, *, at: datetime) -> int:
    """
    Raises:
        AccountExists: somebody has confirmed that address.
    """
    if confirmed_owner(session, command.email) is not None:
        raise AccountExists()
    person = Person(
        name=command.name,
        email=command.email,
        email_confirmed_at=at,
        language=command.language,
        created_at=at,
    )
    session.add(person)
    session.flush()
    set_password(session, person.id, command.password_hash, at=at)
    for role in sorted(command.roles):
        grant_role(session, person.id, role, agency_id=command.agency_id, at=at)
    record(
        session,
        "accounts.create",
        ("person", person.id),
        at=at,
        actor_id=None,
        person_id=person.id,
        changes={"roles": sorted(command.roles)},
    )
    return person.id


def confirmed_owner(session: Session, email: str) -> int | None:
    """Whose confirmed address it is."""
    return session.scalar(
        select(Person.id).where(
            func.lower(Person.email) == email.lower(), Person.email_confirmed_at.is_not(None)
        )
    )


def grant_role(
    session: Session, person_id: int, role: Role, *, agency_id: int | None = None, at: datetime
) -> None:
    """Does nothing when they have it already."""
    session.execute(
        upsert(RoleGrant)
        .values(person_id=person_id, role=role, agency_id=agency_id, granted_at=at)
        .on_conflict_do_nothing()
    )


def set_password(session: Session, person_id: int, password_hash: str, *, at: datetime) -> None:
    values = {"password_hash": password_hash, "changed_at": at}
    session.execute(
        upsert(Credential)
        .values(person_id=person_id, **values)
        .on_conflict_do_update(index_elements=[Credential.person_id], set_=values)
    )


def add_api_token(session: Session, email: str, *, at: datetime) -> str:
    """A bearer token for whoever has confirmed that address; answers with it, the only time it is known.

    Raises:
        UnknownPerson: nobody has.
    """
    person_id = confirmed_owner(session, email)
    if person_id is None:
        raise UnknownPerson()
    token = new_token()
    token_id = session.scalar(
        insert(ApiToken)
        .values(person_id=person_id, token_hash=token_hash(token), created_at=at)
        .returning(ApiToken.id)
    )
    assert token_id is not None  # noqa: S101 (an insert answers with its key)
    record(session, "accounts.add_token", ("api_token", token_id), at=at, actor_id=None, person_id=person_id)
    return token
