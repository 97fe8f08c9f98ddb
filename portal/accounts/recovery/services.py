"""Getting in again: by a link in a mail, or by a code from the front desk."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from portal.accounts import messages
from portal.accounts.links import new_link, use_link, void_links
from portal.accounts.models import AccountToken, Person, RoleGrant, TokenPurpose
from portal.accounts.registration.services import ask_to_confirm
from portal.accounts.services import (
    AddressTaken,
    NothingToConfirm,
    confirm_address,
    lock_person,
    revoke_api_tokens,
    set_password,
)
from portal.accounts.sessions.services import close_other_sessions
from portal.accounts.throttling import CODE, RESET_MAILS, Charge, TooManyTries, charge
from portal.accounts.tokens import code_hash, new_code
from portal.audit.services import record
from portal.errors import N_, NotAllowed, RuleBroken
from portal.jobs import defer
from portal.permissions import STAFF, Role

LINK_LASTS = timedelta(hours=1)
CODE_LASTS = timedelta(minutes=15)


class WrongCode(RuleBroken):
    """One answer for an unknown number, a wrong code, an old one, and one that was tried too often."""

    code = "code"
    message = N_("That code does not fit, or it is too old. Ask for a new one at the front desk.")


class GetsLink(RuleBroken):
    """Else whoever sits at the front desk could become anybody who comes in by mail."""

    code = "gets-link"
    message = N_("They have a confirmed e-mail address: the link by mail lets them in.")


class ConfirmedAlready(RuleBroken):
    """Whose mailbox it is was shown by its link: nobody but its owner changes it, and that by a link again."""

    code = "confirmed-already"
    message = N_("That address is confirmed. Only they can change it, under “My account”.")


class NotForStaff(NotAllowed):
    """Else whoever sits at the front desk could become anybody, the administrator as well."""

    code = "staff-account"
    message = N_("Only an administrator lets colleagues in again.")


def forgot(session: Session, login_key: str) -> None:
    """Looks nobody up: a job does, so that the answer takes as long for a stranger's name as for one's own."""
    defer(session, "accounts.mail_reset", login=login_key)


_OWNERS = text(
    """
    SELECT p.id FROM person p
    WHERE (lower(p.email) = :login AND (p.email_confirmed_at IS NOT NULL OR p.phone_confirmed_at IS NULL))
       OR (p.phone = :login AND p.phone_confirmed_at IS NOT NULL AND p.email_confirmed_at IS NOT NULL)
    ORDER BY p.email_confirmed_at IS NOT NULL DESC, p.met_at IS NOT NULL DESC, p.id DESC LIMIT 1
    """
)
"""Whom a link may be mailed for, in the order in which signing in looks for them. An address that is not confirmed
leads to its latest account, unless a confirmed number says whose that is: then the address was only mistyped."""


def mail_reset(session: Session, login_key: str, *, at: datetime) -> None:
    """A link to whoever has that name; nothing for a name that is nobody's."""
    person_id = session.scalar(_OWNERS, {"login": login_key})
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or person.email is None:
        return
    try:
        charge(session, [Charge(RESET_MAILS, person.email.lower())], at=at)
    except TooManyTries:
        return  # what was mailed before still works
    until = at + LINK_LASTS
    link = new_link(
        session, person.id, TokenPurpose.RESET_PASSWORD, address=person.email, expires_at=until, at=at
    )
    messages.offer_reset(session, person, person.email, f"/reset/{link}", until, at=at)


def reset_by_link(session: Session, token: str, password_hash: str, *, at: datetime) -> int:
    """A new password; answers with whose. Whoever reads that mailbox has shown that the address is theirs.

    Raises:
        LinkDead: unknown, used, or too old.
    """
    link = use_link(session, token, {TokenPurpose.RESET_PASSWORD}, at=at)
    person = lock_person(session, link.person_id)
    is_theirs = (person.email or "").lower() == (link.address or "").lower()
    if is_theirs and person.email_confirmed_at is None:
        with suppress(AddressTaken):  # somebody else was first; the account is theirs all the same
            confirm_address(session, person.id, email=person.email, by_id=person.id, at=at)
    _start_afresh(session, person, password_hash, at=at)
    return person.id


def front_desk_code(session: Session, person_id: int, by: int, at: datetime) -> str:
    """Eight digits for somebody at the front desk who forgot their password; good once, for 15 minutes.

    Raises:
        UnknownPerson: there is none.
        NotForStaff: it is a colleague's account, and `by` is no administrator.
        GetsLink: their e-mail address is confirmed, and `by` is no administrator.
        NothingToConfirm: no number is known, with which the code could be typed.
    """
    person = lock_person(session, person_id)
    if Role.ADMIN not in _roles(session, by):
        if _roles(session, person_id) & STAFF:
            raise NotForStaff()
        if person.email_confirmed_at is not None:
            raise GetsLink()
    if person.phone is None:
        raise NothingToConfirm()
    void_links(session, person_id, {TokenPurpose.RESET_PASSWORD})
    code = new_code()
    session.execute(
        insert(AccountToken).values(
            person_id=person_id,
            purpose=TokenPurpose.RESET_PASSWORD,
            token_hash=code_hash(person_id, code),
            address=person.phone,
            created_at=at,
            expires_at=at + CODE_LASTS,
        )
    )
    record(
        session, "accounts.front_desk_code", ("person", person_id), at=at, actor_id=by, person_id=person_id
    )
    return code


def correct_email(session: Session, person_id: int, email: str, *, by: int, at: datetime) -> None:
    """For somebody at the front desk who mistyped their address: it is put right, and its link mailed there.

    Links on their way to the wrong address lead nowhere any more: whoever reads that mailbox is somebody else.
    `email` is as `read_email` gives it; whether it is somebody's already, the mail alone tells.

    Raises:
        UnknownPerson: there is none.
        NotForStaff: it is a colleague's account, and `by` is no administrator.
        ConfirmedAlready: the present address is confirmed.
    """
    person = lock_person(session, person_id)
    if Role.ADMIN not in _roles(session, by) and _roles(session, person_id) & STAFF:
        raise NotForStaff()
    if person.email_confirmed_at is not None:
        raise ConfirmedAlready()
    by_mail = {TokenPurpose.CONFIRM_EMAIL, TokenPurpose.CHANGE_EMAIL, TokenPurpose.RESET_PASSWORD}
    void_links(session, person_id, by_mail)
    person.email = email
    session.flush()
    ask_to_confirm(session, person_id)
    record(
        session,
        "accounts.correct_email",
        ("person", person_id),
        at=at,
        actor_id=by,
        person_id=person_id,
        changes={"fields": ["email"]},
    )


def _roles(session: Session, person_id: int) -> set[Role]:
    return set(session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person_id)))


@dataclass(frozen=True, slots=True)
class CodeOwner:
    """Whose code was typed."""

    token_id: int
    person_id: int


def try_code(session: Session, phone: str, code: str, network: str, *, at: datetime) -> CodeOwner | None:
    """One of five tries, which counts whatever follows; None when the code does not fit.

    Counted for each code and network: a stranger elsewhere cannot use up the tries of whom it is for.
    """
    rows = session.execute(
        select(AccountToken.id, AccountToken.person_id, AccountToken.token_hash).where(
            AccountToken.purpose == TokenPurpose.RESET_PASSWORD,
            AccountToken.address == phone,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > at,
        )
    ).all()
    latest = max((row[0] for row in rows), default=0)
    try:
        charge(session, [Charge(CODE, f"{phone} {latest} {network}")], at=at)
    except TooManyTries:
        return None
    fitting = (CodeOwner(row[0], row[1]) for row in rows if row[2] == code_hash(row[1], code))
    return next(fitting, None)


def reset_by_code(session: Session, owner: CodeOwner, password_hash: str, *, at: datetime) -> int:
    """
    Raises:
        WrongCode: it was used in the same moment.
    """
    person = lock_person(session, owner.person_id)
    used = session.execute(
        update(AccountToken)
        .where(AccountToken.id == owner.token_id, AccountToken.used_at.is_(None))
        .values(used_at=at)
        .returning(AccountToken.id)
    ).first()
    if used is None:
        raise WrongCode()
    _start_afresh(session, person, password_hash, at=at)
    return person.id


def _start_afresh(session: Session, person: Person, password_hash: str, *, at: datetime) -> None:
    """Whoever was in with the old password is out: devices, API tokens, links on their way."""
    set_password(session, person.id, password_hash, at=at)
    close_other_sessions(session, person.id, None)
    revoke_api_tokens(session, person.id, at=at)
    void_links(session, person.id, set(TokenPurpose))
    record(
        session,
        "accounts.reset_password",
        ("person", person.id),
        at=at,
        actor_id=person.id,
        person_id=person.id,
    )
    session.refresh(person)
    messages.tell_password_changed(session, person, at=at)
