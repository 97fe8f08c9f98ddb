"""Accounts as others need them: made by command, confirmed at the front desk, let in again by a code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import messages
from portal.accounts.links import use_pending_phone
from portal.accounts.models import ApiToken, Credential, Person, RoleGrant
from portal.accounts.tokens import new_token, token_hash
from portal.audit.services import record
from portal.db import violated_constraint
from portal.errors import N_, Conflict, NotFound, RuleBroken
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


class AddressTaken(RuleBroken):
    """Two people cannot own one address or number; which of them does is for the front desk to find out."""

    code = "address-taken"
    message = N_("Somebody else has confirmed that address or number already.")


class NothingToConfirm(RuleBroken):
    code = "nothing-to-confirm"
    message = N_("There is no address or number to confirm.")


def lock_person(session: Session, person_id: int) -> Person:
    """
    Raises:
        UnknownPerson: there is none.
    """
    person = session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if person is None:
        raise UnknownPerson()
    return person


def confirm_address(
    session: Session,
    person_id: int,
    *,
    email: str | None = None,
    phone: str | None = None,
    by_id: int | None,
    at: datetime,
) -> None:
    """An address or number becomes a person's own.

    Raises:
        AddressTaken: it is somebody else's.
    """
    values: dict[str, object] = {}
    if email:
        values |= {"email": email, "email_confirmed_at": at}
    if phone:
        values |= {"phone": phone, "phone_confirmed_at": at}
    lock_person(session, person_id)
    try:
        with session.begin_nested():
            session.execute(update(Person).where(Person.id == person_id).values(values))
    except IntegrityError as error:
        if violated_constraint(error) in {"uq_person_confirmed_email", "uq_person_confirmed_phone"}:
            raise AddressTaken() from error
        raise
    record(
        session,
        "accounts.confirm",
        ("person", person_id),
        at=at,
        actor_id=by_id,
        person_id=person_id,
        changes={"fields": sorted(set(values) & {"email", "phone"})},
    )


def confirm_person(session: Session, person_id: int, by: int, at: datetime) -> None:
    """At the front desk: who stands there is who the account says, and has said the number aloud.

    Notes that they were met, and confirms the number that they asked to change to, else the number that is known.
    An e-mail address is confirmed by its link alone: nobody at a desk can see whose mailbox it is.
    Does nothing more for somebody who was met and waits for no change.

    Raises:
        UnknownPerson: there is none.
        AddressTaken: somebody else confirmed the same before.
        NothingToConfirm: neither a number nor an address is known.
    """
    person = lock_person(session, person_id)
    wanted = use_pending_phone(session, person_id, at=at)
    if wanted:
        confirm_address(session, person_id, phone=wanted, by_id=by, at=at)
        messages.tell_phone_changed(session, person, at=at)
    elif person.phone and person.phone_confirmed_at is None:
        confirm_address(session, person_id, phone=person.phone, by_id=by, at=at)
    elif not person.phone and not person.email:
        raise NothingToConfirm()
    if person.met_at is None:
        session.execute(update(Person).where(Person.id == person_id).values(met_at=at))
        record(session, "accounts.meet", ("person", person_id), at=at, actor_id=by, person_id=person_id)


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


def revoke_api_tokens(session: Session, person_id: int, *, at: datetime) -> None:
    session.execute(
        update(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )
