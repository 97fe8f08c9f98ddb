"""The job that mails a message, and the one that clears old ones away."""

from datetime import datetime
from email.headerregistry import Address
from typing import Any

from flask import current_app
from sqlalchemy import update
from structlog import get_logger

from portal.clock import now
from portal.config import Settings
from portal.db import reading, unit_of_work
from portal.jobs import FinalError, job
from portal.notifications.calendar_files import CalendarEvent, Party, calendar_file
from portal.notifications.letters import Letter, addressed
from portal.notifications.models import Message
from portal.notifications.post import UnsentError, hand_over, sender_of
from portal.notifications.queries import waiting
from portal.notifications.sealing import SEALED, BrokenSealError, unseal
from portal.notifications.services import MOST_AT_ONCE, clear_inboxes
from portal.notifications.wording import worded

log = get_logger("portal.notifications")


@job("notifications.mail")
def mail(
    *,
    key: str,
    message_id: int | None,
    template: str,
    facts: dict[str, Any],
    address: str,
    name: str,
    language: str,
    calendar: dict[str, Any] | None,
    at: str,
    until: str | None,
) -> None:
    """At least once: `mailed_at` is looked at first, and set when the server has accepted the mail."""
    settings: Settings = current_app.config["SETTINGS"]
    if SEALED in facts:
        facts = _opened(facts[SEALED])
    if message_id is not None:
        with reading() as connection:
            message = waiting(connection, message_id)
        if message is None or message.mailed_at is not None:
            return
        template, facts = message.template, message.facts | facts
    if until and datetime.fromisoformat(until) < now():
        log.info("mail came too late", template=template, message=message_id)
        return
    if settings.mail_url is None:
        raise UnsentError("PORTAL_MAIL_URL is not set")
    try:
        to = addressed(name, address)
    except ValueError:
        raise FinalError("no address that mail can be sent to") from None
    sender = sender_of(settings)
    event = CalendarEvent.from_json(calendar) if calendar else None
    hand_over(
        Letter(
            worded(template, facts, language=language, name=name),
            to=to,
            sender=sender,
            key=key,
            calendar=_enclosure(event, language, at, sender, to) if event else None,
            method=event.method if event else "",
        )
    )
    if message_id is not None:
        with unit_of_work() as session:
            session.execute(update(Message).where(Message.id == message_id).values(mailed_at=now()))


@job("notifications.sweep", every="23 19 * * *")
def sweep() -> None:
    """By night in Indonesia."""
    settings: Settings = current_app.config["SETTINGS"]
    cleared = MOST_AT_ONCE
    while settings.inbox_months and cleared == MOST_AT_ONCE:
        with unit_of_work() as session:
            cleared = clear_inboxes(session, settings.inbox_months, at=now())


def _opened(sealed: str) -> dict[str, Any]:
    try:
        return unseal(sealed)
    except BrokenSealError:
        raise FinalError("sealed with another PORTAL_SECRET_KEY") from None


def _enclosure(event: CalendarEvent, language: str, at: str, sender: Address, to: Address) -> bytes:
    settings: Settings = current_app.config["SETTINGS"]
    return calendar_file(
        event,
        language=language,
        base_url=settings.base_url,
        stamp=datetime.fromisoformat(at),
        organizer=Party(event.organizer or sender.display_name, sender.addr_spec),
        attendee=Party(to.display_name, to.addr_spec),
    )
