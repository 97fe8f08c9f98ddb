"""An address that nobody has confirmed may be a stranger's: it gets a few mails, not any number."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.notifications.models import Message

MOST_MAILS = 3
"""To one person, whatever they are about: asked for, changed, and a reminder."""


def address_to_mail(session: Session, person_id: int, email: str | None, *, is_confirmed: bool) -> str | None:
    """Where to mail to; None: nowhere, the inbox alone has it. Asks the database only while nothing is confirmed."""
    if email is None or is_confirmed:
        return email
    sent = session.scalar(select(func.count()).select_from(Message).where(Message.person_id == person_id))
    return email if (sent or 0) < MOST_MAILS else None
