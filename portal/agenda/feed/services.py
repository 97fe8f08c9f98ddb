"""Give a calendar another address."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.agenda.feed.models import CalendarFeed
from portal.audit.services import record


def renew(session: Session, person_id: int, *, by_id: int | None, at: datetime) -> None:
    """From now on nobody reads the calendar at the address it had."""
    session.execute(
        upsert(CalendarFeed)
        .values(person_id=person_id, generation=1)
        .on_conflict_do_update(
            index_elements=[CalendarFeed.person_id], set_={"generation": CalendarFeed.generation + 1}
        )
    )
    record(session, "agenda.renew-feed", ("person", person_id), at=at, actor_id=by_id, person_id=person_id)


def close(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    """Of somebody who is erased: whoever still holds the address finds nothing there."""
    renew(session, person_id, by_id=by, at=at)
