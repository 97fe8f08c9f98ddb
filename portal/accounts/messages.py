"""What people are told about their accounts."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.notifications.services import Recipient, send


def _recipient(person: Person, *, greet: bool = True) -> Recipient:
    """Only an address that is known to be theirs; whoever typed a stranger's does not choose the greeting."""
    email = person.email if person.email_confirmed_at else None
    return Recipient(person.id, person.language, person.name if greet else "", email)


def ask_to_confirm(
    session: Session, person: Person, address: str, path: str, until: datetime, *, at: datetime
) -> None:
    send(
        session,
        _recipient(person, greet=False),
        "accounts/confirm",
        {"confirm_path": path},
        at=at,
        address=address,
        inbox=False,
        until=until,
    )


def ask_to_confirm_new(
    session: Session, person: Person, address: str, path: str, until: datetime, *, at: datetime
) -> None:
    send(
        session,
        _recipient(person, greet=False),
        "accounts/confirm_new",
        {"confirm_path": path},
        at=at,
        address=address,
        inbox=False,
        until=until,
    )


def tell_owner(session: Session, owner: Person, *, at: datetime) -> None:
    """Somebody registers with their address, or wants it for another account."""
    send(session, _recipient(owner), "accounts/exists", {}, at=at, inbox=False)


def tell_old_address(session: Session, person: Person, old: str, *, at: datetime) -> None:
    send(session, _recipient(person), "accounts/email_changed", {"path": "/account"}, at=at, address=old)


def tell_phone_wanted(session: Session, person: Person, *, at: datetime) -> None:
    send(session, _recipient(person), "accounts/phone_wanted", {"path": "/account"}, at=at)


def tell_phone_changed(session: Session, person: Person, *, at: datetime) -> None:
    send(session, _recipient(person), "accounts/phone_changed", {"path": "/account"}, at=at)


def offer_reset(
    session: Session, person: Person, address: str, path: str, until: datetime, *, at: datetime
) -> None:
    send(
        session,
        _recipient(person, greet=person.email_confirmed_at is not None),
        "accounts/reset",
        {"reset_path": path},
        at=at,
        address=address,
        inbox=False,
        until=until,
    )


def tell_password_changed(session: Session, person: Person, *, at: datetime) -> None:
    send(session, _recipient(person), "accounts/password_changed", {"path": "/account"}, at=at)
