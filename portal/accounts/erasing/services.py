"""Erasing somebody (UU 27/2022 art. 8): what happened stays, whose it was does not."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.logins import Login
from portal.accounts.models import (
    AccountToken,
    ApiToken,
    Consent,
    Credential,
    Person,
    RoleGrant,
    UserSession,
)
from portal.accounts.services import UnknownPerson, lock_person
from portal.audit.services import record
from portal.errors import N_, Conflict, NotAllowed
from portal.notifications.models import Message
from portal.permissions import STAFF

NOBODY = "–"
"""The name that stays."""
UNUSED_FOR = timedelta(days=30)
MOST_AT_ONCE = 200

LetGo = Callable[[Session, int, int | None, datetime], None]
"""Cancels what a person still has before them: (session, person_id, by, at); see `entering.Hooks.on_erased`."""


class WorksHere(NotAllowed):
    code = "works-here"
    message = N_("Your account is for your work here. An administrator deletes it.")


class SeveralPeople(Conflict):
    code = "several-people"
    message = N_("Several people typed that address or number, and none of them has confirmed it.")


def erase(session: Session, person_id: int, *, by: int | None, at: datetime, let_go: LetGo) -> None:
    """Bookings stay without a name, those to come are cancelled; the audit log never held more than ids.

    Raises:
        UnknownPerson: there is none.
        WorksHere: colleagues do not erase themselves.
    """
    lock_person(session, person_id)
    if by == person_id and _is_staff(session, person_id):
        raise WorksHere()
    # First, so that no mail about what is cancelled goes to an address that is to be forgotten.
    session.execute(update(Person).where(Person.id == person_id).values(_FORGOTTEN))
    let_go(session, person_id, by, at)
    for table in (Credential, UserSession, AccountToken, ApiToken, RoleGrant, Message):
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(
        update(Consent)
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    record(session, "accounts.erase", ("person", person_id), at=at, actor_id=by, person_id=person_id)


_FORGOTTEN: dict[str, object] = {"name": NOBODY} | dict.fromkeys(
    (
        "email",
        "email_confirmed_at",
        "phone",
        "phone_confirmed_at",
        "met_at",
        "birth_date",
        "sex",
        "district_id",
        "school",
    )
)


def _is_staff(session: Session, person_id: int) -> bool:
    held = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role.in_(STAFF))
    return session.scalar(select(held.exists())) or False


_NAMED = text(
    """
    SELECT p.id, CASE WHEN cast(:email AS text) IS NOT NULL THEN p.email_confirmed_at IS NOT NULL
                      ELSE p.phone_confirmed_at IS NOT NULL END AS is_theirs
    FROM person p
    WHERE (cast(:email AS text) IS NOT NULL AND lower(p.email) = lower(:email))
       OR (cast(:phone AS text) IS NOT NULL AND p.phone = :phone)
    """
)


def person_named(session: Session, login: Login) -> int:
    """Whose name it is: who confirmed it, else the only one who typed it.

    Raises:
        UnknownPerson: nobody.
        SeveralPeople: who of them, only they can tell.
    """
    rows = session.execute(_NAMED, {"email": login.email, "phone": login.phone}).all()
    found = [row.id for row in rows if row.is_theirs] or [row.id for row in rows]
    if not found:
        raise UnknownPerson()
    if len(found) > 1:
        raise SeveralPeople()
    return int(found[0])


_UNUSED = text(
    """
    SELECT p.id FROM person p JOIN credential c ON c.person_id = p.id
    WHERE NOT p.is_confirmed AND p.created_at < :before AND c.changed_at < :before
      AND NOT EXISTS (SELECT FROM user_session s WHERE s.person_id = p.id)
      AND NOT EXISTS (SELECT FROM role_grant g WHERE g.person_id = p.id AND g.role <> 'entrepreneur')
      AND NOT EXISTS (SELECT FROM audit_event e
                      WHERE e.person_id = p.id AND (e.at >= :before OR e.verb NOT LIKE 'accounts.%'))
    ORDER BY p.id LIMIT :most
    """
)


def erase_unused(session: Session, *, at: datetime, let_go: LetGo) -> int:
    """Accounts that nobody confirmed, that never held a reservation and that nobody came back to; says how many.

    Anybody can register with a stranger's number; such accounts must not stand beside its owner's for ever.
    """
    ids = session.scalars(_UNUSED, {"before": at - UNUSED_FOR, "most": MOST_AT_ONCE}).all()
    for person_id in ids:
        erase(session, person_id, by=None, at=at, let_go=let_go)
    return len(ids)
