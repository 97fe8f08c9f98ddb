"""Book, move, cancel, over real PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.audit.models import AuditEvent
from portal.bookings import refusals, services
from portal.bookings.booked import Booked
from portal.bookings.models import Booking
from portal.bookings.visits.services import check_in, check_out, undo_check_in
from portal.db import Words
from portal.errors import PortalError
from portal.notifications.models import Message
from portal.notifications.wording import speaking
from portal.resources.models import Claim, Closure, Reservation, Resource, State
from portal.resources.refusals import (
    ClosedThen,
    ConfirmFirst,
    InThePast,
    OutsideHours,
    SlotTaken,
    TooLateToChange,
    UnknownResource,
)
from portal.web.errors import words
from tests.bookings.house import House, at
from tests.factories import PersonFactory


def test_a_booking_holds_the_time_and_tells(house: House, session: Session) -> None:
    booked = house.book(at(10), at(12))
    reservation = session.get_one(Reservation, booked.id)
    claim = session.scalars(select(Claim)).one()
    assert (claim.resource_id, claim.person_id, claim.reservation_id) == (
        house.desk.id,
        house.person.id,
        booked.id,
    )
    assert (claim.starts_at, claim.ends_at, claim.released_at) == (at(10), at(12), None)
    assert reservation.state == State.CONFIRMED
    assert reservation.reference == booked.reference
    assert booked.reference.startswith(house.site.reference_prefix)
    assert len(booked.reference) == 9
    assert session.scalars(select(Message.template)).all() == ["bookings/confirmed"]
    assert session.scalars(select(AuditEvent.verb)).all() == ["bookings.book"]
    mails = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail'")
    assert session.scalar(mails) == 1


def test_touching_bookings_stand(house: House) -> None:
    house.book(at(10), at(12))
    house.book(at(12), at(13), house.rival)
    house.book(at(9, 30), at(10), house.rival)


@pytest.mark.parametrize(
    ("start", "end"),
    [(at(10), at(12)), (at(9, 30), at(11)), (at(11), at(13)), (at(9, 30), at(13)), (at(10), at(11))],
)
def test_any_overlap_is_taken(house: House, session: Session, start: datetime, end: datetime) -> None:
    house.book(at(10), at(12))
    with pytest.raises(SlotTaken):
        house.book(start, end, house.rival)
    assert session.scalar(select(func.count()).select_from(Reservation)) == 1
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1


def test_one_desk_at_a_time_but_a_room_beside_it(house: House) -> None:
    house.book(at(10), at(12))
    with pytest.raises(refusals.OneDeskAtATime):
        house.book(at(11), at(13), resource=house.other)
    house.book(at(11), at(13), resource=house.room)
    house.book(at(12), at(13), resource=house.other)


def test_the_day_quota_counts_the_local_day(house: House) -> None:
    house.book(at(8, days=1), at(11, days=1))
    house.book(at(8, days=2), at(11, days=2))
    with pytest.raises(refusals.DayQuotaReached) as refusal:
        house.book(at(12, days=1), at(13, 30, days=1))
    assert refusal.value.facts == {"held": 3, "limit": 4}
    house.book(at(12, days=1), at(13, days=1))


def test_the_week_quota_ends_on_monday(house: House) -> None:
    for days in (1, 2, 3):
        house.book(at(10, days=days), at(13, days=days))
    with pytest.raises(refusals.WeekQuotaReached):
        house.book(at(10, days=6), at(12, days=6))
    house.book(at(10, days=6), at(11, days=6))
    house.book(at(10, days=7), at(14, days=7))


def test_what_was_cancelled_does_not_count(house: House) -> None:
    first = house.book(at(10, days=1), at(14, days=1))
    house.do(services.cancel, first)
    house.book(at(10, days=1), at(14, days=1))


def test_an_unconfirmed_person_holds_one_coming_booking(house: House, session: Session) -> None:
    newcomer = PersonFactory(unconfirmed=True)
    session.commit()
    house.book(at(10), at(12), newcomer)
    with pytest.raises(ConfirmFirst):
        house.book(at(10, days=1), at(12, days=1), newcomer)
    house.book(at(10, days=1), at(12, days=1), newcomer, now=at(13))


def test_staff_have_neither_quota_nor_one_desk_limit(house: House) -> None:
    for desk in (house.desk, house.other):
        for start in (8, 12, 16):
            house.book(
                at(start, days=1), at(start + 4, days=1), house.staff, actor=house.desk_staff, resource=desk
            )


@pytest.mark.parametrize("resource_id", [0, -1, 2**31 - 1])
def test_a_resource_that_is_not_there(house: House, resource_id: int) -> None:
    class Nothing:
        id = resource_id

    with pytest.raises(UnknownResource):
        house.book(at(10), at(12), resource=Nothing)


def test_a_resource_out_of_use(house: House, session: Session) -> None:
    session.get_one(Resource, house.desk.id).is_active = False
    session.commit()
    with pytest.raises(UnknownResource):
        house.book(at(10), at(12))


def test_moving_in_time_keeps_the_reference(house: House, session: Session) -> None:
    booked = house.book(at(10), at(12))
    moved = house.move(booked, at(11), at(13))
    assert (moved.id, moved.reference) == (booked.id, booked.reference)
    claim = session.scalars(select(Claim)).one()
    assert (claim.starts_at, claim.ends_at) == (at(11), at(13))
    reservation = session.get_one(Reservation, booked.id)
    assert (reservation.starts_at, reservation.sequence) == (at(11), 1)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "bookings.move")).one()
    assert datetime.fromisoformat(event.changes["before"]["starts_at"]) == at(10)
    assert session.scalars(select(Message.template).order_by(Message.id)).all()[-1] == "bookings/moved"


def test_the_old_time_is_kept_unless_the_new_one_is_had(house: House, session: Session) -> None:
    house.book(at(14), at(16), house.rival)
    booked = house.book(at(10), at(12))
    with pytest.raises(SlotTaken):
        house.move(booked, at(15), at(17))
    claim = session.scalars(select(Claim).where(Claim.reservation_id == booked.id)).one()
    assert (claim.starts_at, claim.ends_at, claim.released_at) == (at(10), at(12), None)


def test_moving_to_another_desk_but_not_to_a_room(house: House, session: Session) -> None:
    booked = house.book(at(10), at(12))
    house.move(booked, at(10), at(12), resource=house.other)
    assert session.get_one(Booking, booked.id).resource_id == house.other.id
    with pytest.raises(UnknownResource):
        house.move(booked, at(10), at(12), resource=house.room)


def test_moving_onto_itself_changes_nothing(house: House, session: Session) -> None:
    booked = house.book(at(10), at(12))
    house.move(booked, at(10), at(12))
    assert session.get_one(Reservation, booked.id).sequence == 0


def test_a_move_does_not_count_itself_twice(house: House) -> None:
    booked = house.book(at(10), at(14))
    house.move(booked, at(11), at(15))


def test_cancelling_gives_the_time_back_once(house: House, session: Session) -> None:
    booked = house.book(at(14), at(16))
    house.do(services.cancel, booked)
    house.do(services.cancel, booked)
    house.book(at(14), at(16), house.rival)
    assert house.state(booked) == State.CANCELLED
    assert session.scalars(select(Message.template).order_by(Message.id)).all() == [
        "bookings/confirmed",
        "bookings/cancelled",
        "bookings/confirmed",
    ]


def test_the_deadline_holds_for_people_not_for_staff(house: House) -> None:
    booked = house.book(at(10), at(12))
    with pytest.raises(TooLateToChange):
        house.do(services.cancel, booked, at(9, 1))
    with pytest.raises(TooLateToChange):
        house.move(booked, at(14), at(15), now=at(9, 1))
    house.do(services.cancel, booked, at(9, 30), house.desk_staff)


def test_a_booking_that_is_not_there(house: House) -> None:
    nothing = Booked(999, "TRSXXXXXX", State.CONFIRMED, 1, at(10), at(12), "Asia/Jakarta")
    for service in (services.cancel, check_in, check_out, undo_check_in):
        with pytest.raises(refusals.NoSuchBooking):
            house.do(service, nothing)


def test_nothing_is_left_of_a_refusal(house: House, session: Session) -> None:
    with pytest.raises(InThePast):
        house.book(at(8), at(8, 30))
    for table in ("reservation", "claim", "booking", "message", "audit_event", "procrastinate_jobs"):
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_every_refusal_says_why_in_both_languages(house: House) -> None:
    def everything(kind: type[PortalError]) -> Iterator[type[PortalError]]:
        for sub in kind.__subclasses__():
            yield sub
            yield from everything(sub)

    names = ("name", "slot_minutes", "minutes", "hours", "days", "last", "held", "limit", "until", "day")
    for refusal in set(everything(PortalError)):
        if not refusal.__module__.startswith(("portal.bookings", "portal.resources")):
            continue
        with speaking("id"):
            indonesian = words(refusal(**dict.fromkeys(names, 3)))
        with speaking("en"):
            english = words(refusal(**dict.fromkeys(names, 3)))
        assert indonesian != english, refusal


def test_an_unconfirmed_address_is_not_flooded(house: House, session: Session) -> None:
    """Whoever registers with somebody else's address must not make the portal write to it without end."""
    newcomer = PersonFactory(unconfirmed=True)
    session.commit()
    for _ in range(4):
        booked = house.book(at(14), at(15), newcomer)
        house.do(services.cancel, booked)
    mails = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail'")
    assert session.scalar(mails) == 3
    assert session.scalar(select(func.count()).select_from(Message)) == 8


def test_outside_hours_is_not_called_closed(house: House, session: Session) -> None:
    session.add(
        Closure(
            resource_id=house.desk.id,
            starts_at=at(10, days=1),
            ends_at=at(11, days=1),
            reason=Words("Kelas", "Class"),
        )
    )
    session.commit()
    with pytest.raises(ClosedThen):
        house.book(at(10, days=1), at(12, days=1))
    with pytest.raises(OutsideHours):
        house.book(at(21, days=1), at(22, days=1))
