"""Links by mail: one purpose each, once, for a while. Only a hash of their token is kept.

Until the mail is sent its job holds the link, sealed with the portal's secret (`notifications/sealing.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import AccountToken, Person, TokenPurpose
from portal.accounts.tokens import new_token, token_hash
from portal.db import Reader
from portal.errors import N_, NotFound


class LinkDead(NotFound):
    code = "link"
    message = N_("This link was used already, or it is too old.")


@dataclass(frozen=True, slots=True)
class Link:
    person_id: int
    purpose: TokenPurpose
    address: str | None
    name: str
    email: str | None
    phone: str | None


def new_link(
    session: Session,
    person_id: int,
    purpose: TokenPurpose,
    *,
    address: str | None,
    expires_at: datetime,
    at: datetime,
) -> str:
    """Answers with the token, the only time it is known.

    Earlier ones of the same purpose are void, but for those that set a new password: anybody may ask for these, and
    would void what was just mailed. They live out their time, until one of them is used.
    """
    if purpose != TokenPurpose.RESET_PASSWORD:
        void_links(session, person_id, {purpose})
    token = new_token()
    session.execute(
        insert(AccountToken).values(
            person_id=person_id,
            purpose=purpose,
            token_hash=token_hash(token),
            address=address,
            created_at=at,
            expires_at=expires_at,
        )
    )
    return token


def live_link(reader: Reader, token: str, purposes: set[TokenPurpose], *, at: datetime) -> Link:
    """
    Raises:
        LinkDead: unknown, used, or too old.
    """
    row = reader.execute(
        select(
            AccountToken.person_id,
            AccountToken.purpose,
            AccountToken.address,
            Person.name,
            Person.email,
            Person.phone,
        )
        .join(Person, Person.id == AccountToken.person_id)
        .where(
            AccountToken.token_hash == token_hash(token),
            AccountToken.purpose.in_(purposes),
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > at,
        )
    ).one_or_none()
    if row is None:
        raise LinkDead()
    return Link(*row)


def use_link(session: Session, token: str, purposes: set[TokenPurpose], *, at: datetime) -> Link:
    """Of two who use it in the same moment one is late.

    Raises:
        LinkDead: see `live_link`.
    """
    link = live_link(session, token, purposes, at=at)
    session.execute(select(Person.id).where(Person.id == link.person_id).with_for_update(key_share=True))
    used = session.execute(
        update(AccountToken)
        .where(AccountToken.token_hash == token_hash(token), AccountToken.used_at.is_(None))
        .values(used_at=at)
        .returning(AccountToken.id)
    ).first()
    if used is None:
        raise LinkDead()
    return link


def pending_phone(reader: Reader, person_id: int, *, at: datetime) -> str | None:
    """The number that somebody wants to change to, until the front desk has seen them."""
    return reader.scalar(_pending_phone(person_id, at))


def use_pending_phone(session: Session, person_id: int, *, at: datetime) -> str | None:
    """Under the person's lock."""
    phone = session.scalar(_pending_phone(person_id, at))
    if phone is not None:
        session.execute(
            update(AccountToken)
            .where(
                AccountToken.person_id == person_id,
                AccountToken.purpose == TokenPurpose.CHANGE_PHONE,
                AccountToken.used_at.is_(None),
            )
            .values(used_at=at)
        )
    return phone


def _pending_phone(person_id: int, at: datetime) -> Select[str | None]:
    return select(AccountToken.address).where(
        AccountToken.person_id == person_id,
        AccountToken.purpose == TokenPurpose.CHANGE_PHONE,
        AccountToken.used_at.is_(None),
        AccountToken.expires_at > at,
    )


def void_links(session: Session, person_id: int, purposes: set[TokenPurpose]) -> None:
    """Nothing that was sent before leads anywhere any more."""
    session.execute(
        delete(AccountToken).where(
            AccountToken.person_id == person_id,
            AccountToken.purpose.in_(purposes),
            AccountToken.used_at.is_(None),
        )
    )
