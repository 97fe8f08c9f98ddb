"""Changing how one signs in, and how one is written to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.accounts import messages
from portal.accounts.links import new_link, void_links
from portal.accounts.models import AccountToken, Credential, Person, TokenPurpose
from portal.accounts.services import confirmed_owner, lock_person, revoke_api_tokens, set_password
from portal.accounts.sessions.services import close_other_sessions
from portal.accounts.throttling import CONFIRM_MAILS, PASSWORD_AGAIN, Charge, TooManyTries, charge, refund
from portal.accounts.tokens import new_token, token_hash
from portal.audit.services import record
from portal.errors import N_, RuleBroken
from portal.jobs import defer

EMAIL_WITHIN = timedelta(days=2)
PHONE_WITHIN = timedelta(days=60)


class NotThePassword(RuleBroken):
    code = "password-again"
    message = N_("That is not your present password.")


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The hash to compare with, outside of the transaction; a right answer is given back."""

    person_id: int
    password_hash: str

    @property
    def charge(self) -> Charge:
        return Charge(PASSWORD_AGAIN, str(self.person_id))


def ask_again(session: Session, person_id: int, *, at: datetime) -> AskedAgain:
    """
    Raises:
        TooManyTries: wrong too often.
        NotThePassword: there is none to compare with.
    """
    held = session.scalar(select(Credential.password_hash).where(Credential.person_id == person_id))
    if held is None:
        raise NotThePassword()
    asked = AskedAgain(person_id, held)
    charge(session, [asked.charge], at=at)
    return asked


def answered(session: Session, asked: AskedAgain) -> None:
    """The password fitted: the try is given back.

    Raises:
        NotThePassword: it was changed since.
    """
    lock_person(session, asked.person_id)
    held = session.scalar(select(Credential.password_hash).where(Credential.person_id == asked.person_id))
    if held != asked.password_hash:
        raise NotThePassword()
    refund(session, [asked.charge])


def change_password(
    session: Session, person_id: int, password_hash: str, *, keep_session: int | None, at: datetime
) -> None:
    """Every other device is signed out, API tokens end, and links on their way lead nowhere."""
    person = lock_person(session, person_id)
    set_password(session, person_id, password_hash, at=at)
    close_other_sessions(session, person_id, keep_session)
    revoke_api_tokens(session, person_id, at=at)
    void_links(session, person_id, {TokenPurpose.RESET_PASSWORD, TokenPurpose.CHANGE_EMAIL})
    record(
        session,
        "accounts.change_password",
        ("person", person_id),
        at=at,
        actor_id=person_id,
        person_id=person_id,
    )
    messages.tell_password_changed(session, person, at=at)


def ask_new_address(session: Session, person_id: int, address: str) -> None:
    """It holds once the link in the mail to it is used; whose it is now, a job finds out."""
    defer(session, "accounts.mail_new_address", person_id=person_id, address=address)


def mail_new_address(session: Session, person_id: int, address: str, *, at: datetime) -> None:
    person = session.get(Person, person_id)
    if person is None:
        return
    try:
        charge(session, [Charge(CONFIRM_MAILS, address.lower())], at=at)
    except TooManyTries:
        return  # somebody fills this mailbox
    owner_id = confirmed_owner(session, address)
    if owner_id is not None and owner_id != person_id:
        messages.tell_owner(session, session.get_one(Person, owner_id), at=at)
        return
    until = at + EMAIL_WITHIN
    link = new_link(session, person_id, TokenPurpose.CHANGE_EMAIL, address=address, expires_at=until, at=at)
    messages.ask_to_confirm_new(session, person, address, f"/confirm/{link}", until, at=at)


def change_phone(session: Session, person_id: int, phone: str, *, at: datetime) -> bool:
    """Answers whether the number is in use at once.

    A confirmed number stays until the front desk has seen its person; one that nobody confirmed is replaced.
    """
    person = lock_person(session, person_id)
    void_links(session, person_id, {TokenPurpose.CHANGE_PHONE})
    if person.phone == phone:
        return True
    at_once = person.phone_confirmed_at is None
    if at_once:
        session.execute(update(Person).where(Person.id == person_id).values(phone=phone))
    else:
        session.execute(
            insert(AccountToken).values(
                person_id=person_id,
                purpose=TokenPurpose.CHANGE_PHONE,
                token_hash=token_hash(new_token()),
                address=phone,
                created_at=at,
                expires_at=at + PHONE_WITHIN,
            )
        )
        messages.tell_phone_wanted(session, person, at=at)
    record(
        session,
        "accounts.change_phone",
        ("person", person_id),
        at=at,
        actor_id=person_id,
        person_id=person_id,
        changes={"fields": ["phone"]},
    )
    return at_once


def change_language(session: Session, person_id: int, language: str) -> None:
    """Of the messages; pages keep their own switch."""
    session.execute(update(Person).where(Person.id == person_id).values(language=language))
