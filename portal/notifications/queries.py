"""Messages as the inbox shows them, and as the worker mails them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.db import Reader
from portal.notifications.models import Message

PAGE = 20


@dataclass(frozen=True, slots=True)
class InboxRow:
    id: int
    template: str
    facts: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of somebody's messages, newest first; `unread` and `total` count all of them."""

    rows: tuple[InboxRow, ...]
    total: int
    unread: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Waiting:
    template: str
    facts: dict[str, Any]
    mailed_at: datetime | None


def inbox(reader: Reader, person_id: int, page: int) -> Inbox:
    """Page 1 is the first."""
    total, unread = reader.execute(
        select(func.count(), func.count().filter(Message.read_at.is_(None)))
        .select_from(Message)
        .where(Message.person_id == person_id)
    ).one()
    rows = reader.execute(
        select(Message.id, Message.template, Message.facts, Message.created_at, Message.read_at)
        .where(Message.person_id == person_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return Inbox(rows=tuple(InboxRow(*row) for row in rows), total=total, unread=unread)


def waiting(reader: Reader, message_id: int) -> Waiting | None:
    """None when its person, and with them the message, is gone."""
    row = reader.execute(
        select(Message.template, Message.facts, Message.mailed_at).where(Message.id == message_id)
    ).one_or_none()
    return Waiting(*row) if row else None
