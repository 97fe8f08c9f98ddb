"""Register, and confirm the address one registered with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import messages
from portal.accounts.links import LinkDead, new_link, use_link
from portal.accounts.logins import Login
from portal.accounts.models import Consent, Credential, Person, TokenPurpose, UserSession
from portal.accounts.services import confirm_address, confirmed_owner, grant_role, set_password
from portal.accounts.sessions.services import OpenSession, open_session
from portal.accounts.throttling import CONFIRM_MAILS, REGISTER_ADDRESS, Charge, TooManyTries, charge
from portal.accounts.tokens import token_hash
from portal.audit.services import record
from portal.db import Reader, violated_constraint
from portal.errors import N_, RuleBroken
from portal.jobs import defer
from portal.permissions import Role

CONFIRM_WITHIN = timedelta(days=7)
CONSENT_VERSION = "2026-01"
"""Of the text that people agree to, templates/accounts/privacy.html."""

CONSENT_BASIS = N_("UU 27/2022 art. 20 (2) a")


REPEATED_WITHIN = timedelta(minutes=1)
"""How long the same form, sent again, is a double click: later somebody else may sit there."""


class RegisteredAlready(RuleBroken):
    """The very same form arrived before; as by a double click, see `is_double_click`, or long ago."""

    code = "registered-already"
    message = N_("This form was sent already. Sign in with the account that you made.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    name: str
    login: Login
    password_hash: str
    language: str


def begin_registration(session: Session, network: str, *, at: datetime) -> None:
    """
    Raises:
        TooManyTries: many registered from that address just now.
    """
    charge(session, [Charge(REGISTER_ADDRESS, network)], at=at)


def register(session: Session, command: Register, device: OpenSession, *, token: str, at: datetime) -> None:
    """Makes an account, confirmed by nobody yet, and signs it in.

    It is made whether or not the address is somebody's: whoever owns it hears of it by mail, from a job, so that
    neither the answer nor its time tells a stranger anything.

    Raises:
        RegisteredAlready: `token` is in use.
    """
    login = command.login
    person = Person(
        name=command.name, email=login.email, phone=login.phone, language=command.language, created_at=at
    )
    session.add(person)
    session.flush()
    set_password(session, person.id, command.password_hash, at=at)
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
    try:
        open_session(session, person.id, device, at=at, token=token)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_user_session_token_hash":
            raise RegisteredAlready() from error
        raise
    record(
        session, "accounts.register", ("person", person.id), at=at, actor_id=person.id, person_id=person.id
    )
    if login.email:
        ask_to_confirm(session, person.id)


def is_double_click(reader: Reader, token: str, *, at: datetime) -> bool:
    """Whether the session of this form's `token` may be given out again: the account was made just now, and its
    password is still the one that was typed here."""
    found = reader.execute(
        select(Person.id)
        .join(UserSession, UserSession.person_id == Person.id)
        .join(Credential, Credential.person_id == Person.id)
        .where(
            UserSession.token_hash == token_hash(token),
            Person.created_at > at - REPEATED_WITHIN,
            Credential.changed_at == Person.created_at,
        )
    )
    return found.first() is not None


def ask_to_confirm(session: Session, person_id: int) -> None:
    """By mail, once this transaction stands."""
    defer(session, "accounts.mail_confirmation", person_id=person_id)


def mail_confirmation(session: Session, person_id: int, *, at: datetime) -> None:
    """A link to confirm by; but where somebody has confirmed that address already, a word to them instead."""
    person = session.get(Person, person_id)
    if person is None or person.email is None or person.email_confirmed_at is not None:
        return
    try:
        charge(session, [Charge(CONFIRM_MAILS, person.email.lower())], at=at)
    except TooManyTries:
        return  # somebody fills this mailbox
    owner_id = confirmed_owner(session, person.email)
    if owner_id is not None:
        messages.tell_owner(session, session.get_one(Person, owner_id), at=at)
        return
    until = at + CONFIRM_WITHIN
    link = new_link(
        session, person.id, TokenPurpose.CONFIRM_EMAIL, address=person.email, expires_at=until, at=at
    )
    messages.ask_to_confirm(session, person, person.email, f"/confirm/{link}", until, at=at)


def confirm(session: Session, token: str, *, at: datetime) -> int:
    """The link's address becomes its person's own; answers with whose it is.

    Raises:
        LinkDead: unknown, used, too old, or of an address that was changed since.
        AddressTaken: somebody else confirmed it meanwhile.
    """
    link = use_link(session, token, {TokenPurpose.CONFIRM_EMAIL, TokenPurpose.CHANGE_EMAIL}, at=at)
    person = session.get_one(Person, link.person_id, populate_existing=True)
    old, wanted = (person.email or ""), (link.address or "")
    was_confirmed, is_new = person.email_confirmed_at is not None, old.lower() != wanted.lower()
    if link.purpose == TokenPurpose.CONFIRM_EMAIL and is_new:
        raise LinkDead()
    confirm_address(session, person.id, email=wanted, by_id=person.id, at=at)
    if was_confirmed and is_new:
        messages.tell_old_address(session, person, old, at=at)
    return person.id
