"""Who asks, moves and cancels without end fills nobody's mailbox: from then on the inbox alone has it, for a while."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST_MAILS = 30
"""To one consultant about what one person did, within `WHILE`."""
WHILE = timedelta(hours=1)

_TOLD = text(
    """
    SELECT count(*) FROM message JOIN reservation v ON v.reference = message.facts ->> 'reference'
    WHERE message.person_id = :consultant_person_id AND message.created_at > :since AND v.person_id = :person_id
    """
)


def is_flooded(session: Session, consultant_person_id: int, *, person_id: int, at: datetime) -> bool:
    """Whether a consultant was told so often of what this person did that no mail is sent about it now."""
    parameters = {
        "consultant_person_id": consultant_person_id,
        "person_id": person_id,
        "since": at - WHILE,
    }
    return int(session.scalar(_TOLD, parameters) or 0) >= MOST_MAILS
