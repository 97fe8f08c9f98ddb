"""What the two demonstration entrepreneurs have done, have before them and were told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import messages
from portal.bookings.booked import as_booked
from portal.bookings.models import Booking
from portal.demo.history import DAY, Visit
from portal.demo.places import Spot
from portal.notifications.services import mark_all_read
from portal.resources.calendar import SiteCalendar
from portal.resources.claims import lock_people, lock_resources
from portal.resources.models import Reservation, ResourceKind, State

FIRST, SECOND = "entrepreneur@demo.example", "entrepreneur2@demo.example"
PAST = {
    FIRST: (*[State.COMPLETED] * 7, State.CANCELLED, State.NO_SHOW),
    SECOND: (State.COMPLETED,) * 3,
}
"""Latest first."""
APART = 5 * DAY
"""Minutes, at least, between two of their visits."""


def lend_visits(
    visits: Sequence[Visit],
    spots: Sequence[Spot],
    accounts: dict[str, int],
    calendar: SiteCalendar,
    today: date,
) -> list[Visit]:
    """Lets them have come, with quota and desk time to spare: no desk this week or later.

    The first also has a room one evening of next week: a room stands in nobody's way who tries to book desks.
    """
    lent = list(visits)
    desks = {spot.id for spot in spots if spot.kind == ResourceKind.DESK}
    monday = calendar.midnight(today - timedelta(days=today.weekday()))
    for email, states in PAST.items():
        before, wanted = monday, list(states)
        for number in range(len(lent) - 1, -1, -1):
            visit = lent[number]
            is_free = visit.person_id not in accounts.values() and not visit.is_walk_in
            if (
                wanted
                and is_free
                and visit.resource_id in desks
                and visit.ends <= before
                and visit.state == wanted[0]
            ):
                lent[number] = visit._replace(person_id=accounts[email])
                before = visit.starts - APART
                wanted.pop(0)
    evenings = [
        number
        for number, visit in enumerate(lent)
        if visit.resource_id not in desks
        and visit.state == State.CONFIRMED
        and 7 <= (calendar.moment(visit.starts).date() - today).days <= 13
        and 60 <= visit.ends - visit.starts <= 120
    ]
    if evenings:
        number = max(evenings, key=lambda number: (calendar.moment(lent[number].starts).hour, -number))
        lent[number] = lent[number]._replace(person_id=accounts[FIRST])
    return lent


def tell(session: Session, accounts: dict[str, int]) -> None:
    """The first finds a word about the latest visit, read, and one about the coming one, mailed as well."""
    person_id = accounts[FIRST]
    rows = session.execute(
        select(Reservation, Booking.resource_id)
        .join(Booking, Booking.id == Reservation.id)
        .where(
            Reservation.person_id == person_id,
            Reservation.state.in_([State.COMPLETED, State.CONFIRMED]),
        )
        .order_by(Reservation.starts_at.desc())
        .limit(2)
    ).all()
    person = lock_people(session, [person_id])[person_id]
    for reservation, resource_id in reversed(rows):
        resource = lock_resources(session, [resource_id])[resource_id]
        booked = as_booked(reservation, resource)
        if reservation.state == State.CONFIRMED:
            messages.confirmed(session, person, resource, booked, at=reservation.created_at)
        else:
            before = reservation.starts_at - timedelta(hours=16)
            messages.reminder(session, replace(person, email=None), resource, booked, at=before)
            mark_all_read(session, person_id, at=before + timedelta(hours=1))
