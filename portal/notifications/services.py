"""send(): one message to one person, in the transaction of what it tells."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.db import Words
from portal.jobs import defer
from portal.notifications.calendar_files import CalendarEvent
from portal.notifications.models import Message
from portal.notifications.sealing import SEALED, seal

__all__ = ["CalendarEvent", "Recipient", "clear_inboxes", "mark_all_read", "mark_read", "send"]

MOST_AT_ONCE = 5000
"""Messages cleared away in one transaction."""

_PUT = insert(Message.__table__).returning(Message.id)  # type: ignore[arg-type]  # the table: no object is wanted


@dataclass(frozen=True, slots=True)
class Recipient:
    person_id: int
    language: str
    name: str
    email: str | None


def send(
    session: Session,
    recipient: Recipient,
    template: str,
    facts: Mapping[str, Any],
    *,
    at: datetime,
    calendar: CalendarEvent | None = None,
    address: str | None = None,
    inbox: bool = True,
    mail_only: Mapping[str, Any] | None = None,
    until: datetime | None = None,
) -> None:
    """Puts a message into the recipient's inbox and, where there is an address, defers its mail.

    `template` is `package/name` under templates/messages. Facts must become JSON: times are kept as ISO
    strings (under a name ending in `_at` they are times again in the template, under one in `_on` dates), `Words`
    as both languages;
    `path` is where in the portal the message leads. `address` is used instead of the recipient's own, such as
    a new one to be confirmed. With `inbox=False` facts stand in the job alone, sealed, until the mail is sent: for
    links that hold a secret; `mail_only` are such facts beside those of the inbox.
    After `until` (else the end of the event in `calendar`) the mail is not sent any more.
    """
    kept = {name: as_json(value) for name, value in facts.items()}
    message_id = _put_into_inbox(session, recipient, template, kept, at) if inbox else None
    to = address or recipient.email
    if to is None:
        return
    sealed = dict(mail_only or {}) if inbox else kept
    until = until or (calendar.ends_at if calendar else None)
    defer(
        session,
        "notifications.mail",
        in_order_of=calendar.uid if calendar else None,
        key=f"{message_id}.{int(at.timestamp())}" if message_id else secrets.token_hex(12),
        message_id=message_id,
        template=template,
        facts={SEALED: seal(sealed)} if sealed else {},
        address=to,
        name=recipient.name,
        language=recipient.language,
        calendar=calendar.to_json() if calendar else None,
        at=at.isoformat(),
        until=until.isoformat() if until else None,
    )


def mark_read(session: Session, person_id: int, message_id: int, *, at: datetime) -> str | None:
    """Where the message leads; None when the person has no such message or it leads nowhere."""
    facts = session.execute(
        update(Message)
        .where(Message.id == message_id, Message.person_id == person_id)
        .values(read_at=func.coalesce(Message.read_at, at))
        .returning(Message.facts)
    ).scalar_one_or_none()
    return (facts or {}).get("path")


def mark_all_read(session: Session, person_id: int, *, at: datetime) -> None:
    session.execute(
        update(Message).where(Message.person_id == person_id, Message.read_at.is_(None)).values(read_at=at)
    )


def clear_inboxes(session: Session, months: int, *, at: datetime) -> int:
    """Deletes messages that were read and are older, at most `MOST_AT_ONCE` of them; says how many."""
    old = (
        select(Message.id)
        .where(Message.read_at.is_not(None), Message.created_at < at - func.make_interval(0, months))
        .limit(MOST_AT_ONCE)
    )
    return len(session.execute(delete(Message).where(Message.id.in_(old)).returning(Message.id)).all())


def as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Words):
        return {"id": value.id, "en": value.en}
    if isinstance(value, Enum):
        return value.value
    return value


def _put_into_inbox(
    session: Session, recipient: Recipient, template: str, facts: dict[str, Any], at: datetime
) -> int:
    values = {"person_id": recipient.person_id, "template": template, "facts": facts, "created_at": at}
    return int(session.execute(_PUT, values).scalar_one())
