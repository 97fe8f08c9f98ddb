"""Reminders, releases and endings come by themselves, once, whoever else is at work."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings.booked import Booked
from portal.bookings.models import Booking
from portal.bookings.services import Book, Move, book, cancel, move
from portal.bookings.visits import jobs
from portal.bookings.visits.services import check_in, mark_no_show
from portal.db import unit_of_work
from portal.notifications.models import Message
from portal.resources.models import Claim, Reservation, State
from tests.factories import PersonFactory, ResourceFactory, SiteFactory

WIB = ZoneInfo("Asia/Jakarta")
TUESDAY = datetime(2026, 9, 8, tzinfo=WIB)


def at(hour: int, minute: int = 0, *, day: int = 8) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=WIB).astimezone(UTC)


@pytest.fixture
def desk(session: Session) -> Any:
    return ResourceFactory(name="A07", site=SiteFactory())


@pytest.fixture
def booked(session: Session, desk: Any) -> Callable[..., Booked]:
    """Somebody's booking of the desk, made at a given moment."""

    def make(starts: datetime, ends: datetime, *, made: datetime, resource: Any = None) -> Booked:
        person = PersonFactory()
        resource = resource or desk
        session.commit()
        command = Book(
            actor=Actor(id=person.id),
            person_id=person.id,
            resource_id=resource.id,
            starts_at=starts,
            ends_at=ends,
        )
        with unit_of_work() as work:
            return book(work, command, at=made)

    return make


def state(session: Session, booking: Booked) -> State:
    session.rollback()
    found = session.scalar(select(Reservation.state).where(Reservation.id == booking.id))
    assert found is not None
    return found


def letters(session: Session, template: str) -> int:
    session.rollback()
    return len(session.scalars(select(Message).where(Message.template == f"bookings/{template}")).all())


class TestRemind:
    def test_in_the_afternoon_before_and_only_once(
        self, session: Session, booked: Callable[..., Booked]
    ) -> None:
        booking = booked(at(10), at(12), made=at(9, day=1))
        with time_machine.travel(at(15, 59, day=7), tick=False):
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 0
        with time_machine.travel(at(16, day=7), tick=False):
            jobs.remind_of_tomorrow()
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 1
        assert session.scalar(select(Booking.reminded_at).where(Booking.id == booking.id)) == at(16, day=7)

    def test_not_in_the_night_and_not_when_it_is_about_to_begin(
        self, session: Session, booked: Callable[..., Booked]
    ) -> None:
        booked(at(8), at(10), made=at(9, day=1))
        for moment in (at(22, day=7), at(4), at(7, 30)):
            with time_machine.travel(moment, tick=False):
                jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 0

    def test_a_worker_that_was_down_makes_up_for_it_in_the_morning(
        self, session: Session, booked: Callable[..., Booked]
    ) -> None:
        booked(at(11), at(12), made=at(9, day=1))
        with time_machine.travel(at(6), tick=False):
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 1

    def test_who_booked_in_the_evening_needs_no_reminder(
        self, session: Session, booked: Callable[..., Booked]
    ) -> None:
        booked(at(11), at(12), made=at(17, day=7))
        with time_machine.travel(at(18, day=7), tick=False):
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 0

    def test_who_moved_it_early_does_and_late_does_not(
        self, session: Session, booked: Callable[..., Booked], desk: Any
    ) -> None:
        early = booked(at(9, day=10), at(10, day=10), made=at(9, day=1))
        late = booked(at(11, day=10), at(12, day=10), made=at(9, day=1))
        actor = Actor(id=1, is_staff=True)
        for booking, hour, moment in ((early, 14, at(10, day=7)), (late, 16, at(17, day=7))):
            session.rollback()
            owner = session.scalar(select(Reservation.person_id).where(Reservation.id == booking.id)) or 0
            with unit_of_work() as work:
                command = Move(
                    actor=Actor(id=owner, is_staff=actor.is_staff),
                    reservation_id=booking.id,
                    resource_id=desk.id,
                    starts_at=at(hour),
                    ends_at=at(hour + 1),
                )
                move(work, command, at=moment)
        with time_machine.travel(at(18, day=7), tick=False):
            jobs.remind_of_tomorrow()
        session.rollback()
        reminded = session.scalars(select(Booking.id).where(Booking.reminded_at.is_not(None))).all()
        assert reminded == [early.id]

    def test_by_the_clock_of_the_place(self, session: Session, booked: Callable[..., Booked]) -> None:
        east = ResourceFactory(site=SiteFactory(time_zone="Asia/Jayapura"))
        starts = datetime(2026, 9, 8, 10, tzinfo=ZoneInfo("Asia/Jayapura"))
        booked(starts, starts + timedelta(hours=1), made=at(9, day=1), resource=east)
        with time_machine.travel(at(13, 59, day=7), tick=False):
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 0
        with time_machine.travel(at(14, day=7), tick=False):
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 1

    def test_a_cancelled_booking_is_nobody_s_business(
        self, session: Session, booked: Callable[..., Booked]
    ) -> None:
        booking = booked(at(10), at(12), made=at(9, day=1))
        with unit_of_work() as work:
            cancel(work, Actor(id=1, is_staff=True), booking.id, at=at(10, day=1))
        with time_machine.travel(at(17, day=7), tick=False):
            jobs.remind_of_tomorrow()
        assert letters(session, "reminder") == 0


class TestRelease:
    def test_after_the_minutes_of_the_rules(self, session: Session, booked: Callable[..., Booked]) -> None:
        booking = booked(at(10), at(12), made=at(9, day=1))
        with time_machine.travel(at(10, 14), tick=False):
            jobs.release_not_come()
        assert state(session, booking) == State.CONFIRMED
        with time_machine.travel(at(10, 15), tick=False):
            jobs.release_not_come()
        assert state(session, booking) == State.NO_SHOW
        assert session.scalar(select(Claim.released_at).where(Claim.reservation_id == booking.id)) == at(
            10, 15
        )
        assert letters(session, "missed") == 1

    def test_the_desk_can_be_had_by_others_then(
        self, session: Session, booked: Callable[..., Booked]
    ) -> None:
        booked(at(10), at(12), made=at(9, day=1))
        with time_machine.travel(at(10, 15), tick=False):
            jobs.release_not_come()
        booked(at(10, 30), at(12), made=at(10, 16))

    def test_who_came_keeps_it(self, session: Session, booked: Callable[..., Booked]) -> None:
        booking = booked(at(10), at(12), made=at(9, day=1))
        with unit_of_work() as work:
            check_in(work, Actor(id=1, is_staff=True), booking.id, at=at(10, 5))
        with time_machine.travel(at(11), tick=False):
            jobs.release_not_come()
        assert state(session, booking) == State.CHECKED_IN

    def test_one_that_fails_keeps_nobody_else_waiting(
        self, session: Session, booked: Callable[..., Booked], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = booked(at(10), at(11), made=at(9, day=1))
        second = booked(at(11), at(12), made=at(9, day=1))

        def breaks_once(work: Session, reservation_id: int, **options: Any) -> bool:
            if reservation_id == first.id:
                work.execute(
                    text("UPDATE reservation SET sequence = 7 WHERE id = :id"), {"id": reservation_id}
                )
                raise RuntimeError
            return mark_no_show(work, reservation_id, **options)

        monkeypatch.setattr(jobs, "mark_no_show", breaks_once)
        monkeypatch.setattr(jobs, "BATCH", 1)
        with time_machine.travel(at(13), tick=False):
            jobs.release_not_come()
        assert (state(session, first), state(session, second)) == (State.CONFIRMED, State.NO_SHOW)
        assert session.scalar(select(Reservation.sequence).where(Reservation.id == first.id)) == 0

    def test_two_workers_at_once_tell_people_once(
        self, app: Flask, session: Session, booked: Callable[..., Booked]
    ) -> None:
        for hour in range(8, 14):
            booked(at(hour), at(hour + 1), made=at(7, day=1))
        together = Barrier(2)

        def work() -> None:
            with app.app_context():
                together.wait()
                jobs.release_not_come()

        with time_machine.travel(at(20), tick=False):
            workers = [Thread(target=work) for _ in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        assert letters(session, "missed") == 6


class TestComplete:
    def test_when_the_time_of_who_came_is_over(self, session: Session, booked: Callable[..., Booked]) -> None:
        booking = booked(at(10), at(12), made=at(9, day=1))
        with unit_of_work() as work:
            check_in(work, Actor(id=1, is_staff=True), booking.id, at=at(10))
        for moment, then in ((at(11, 59), State.CHECKED_IN), (at(12), State.COMPLETED)):
            with time_machine.travel(moment, tick=False):
                jobs.complete_over()
            assert state(session, booking) == then

    def test_who_never_came_has_not_used_it(self, session: Session, booked: Callable[..., Booked]) -> None:
        booking = booked(at(10), at(12), made=at(9, day=1))
        with time_machine.travel(at(13), tick=False):
            jobs.complete_over()
        assert state(session, booking) == State.CONFIRMED
