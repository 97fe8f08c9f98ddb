"""The web's one way to book: at a tap, or for somebody who has just entered with a choice in hand."""

from datetime import datetime

from portal.accounts.actor import Actor
from portal.bookings.queries import same_booking
from portal.bookings.services import Book, book
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.web import metrics


def book_once(actor: Actor, person_id: int, resource_id: int, starts_at: datetime, ends_at: datetime) -> str:
    """The reference of the new booking, or of the same one that a first click has made already.

    Raises: as `services.book`.
    """
    command = Book(
        actor=actor, person_id=person_id, resource_id=resource_id, starts_at=starts_at, ends_at=ends_at
    )
    try:
        with unit_of_work() as session:
            booked = book(session, command, at=now())
    except PortalError as refusal:
        metrics.BOOKINGS.labels(refusal.code).inc()
        with reading() as connection:
            already = same_booking(connection, person_id, resource_id, starts_at, ends_at)
        if already is None:
            raise
        return already.reference
    metrics.BOOKINGS.labels("booked").inc()
    return booked.reference
