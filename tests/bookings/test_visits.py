"""Who comes, who goes, who stays away, over real PostgreSQL."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import refusals
from portal.bookings.services import cancel
from portal.bookings.visits.services import (
    check_in,
    check_out,
    complete,
    mark_no_show,
    remind,
    undo_check_in,
)
from portal.resources.models import Claim, State
from portal.resources.refusals import SlotTaken
from tests.bookings.house import House, at


def test_coming_and_going(house: House) -> None:
    booked = house.book(at(10), at(12))
    house.do(check_in, booked, at(9, 55), house.desk_staff)
    house.do(check_in, booked, at(9, 56), house.desk_staff)
    assert house.state(booked) == State.CHECKED_IN
    house.do(check_out, booked, at(11, 7), house.desk_staff)
    house.do(check_out, booked, at(11, 8), house.desk_staff)
    assert house.state(booked) == State.COMPLETED
    house.book(at(11, 30), at(13), house.rival, now=at(11, 10))
    with pytest.raises(refusals.AlreadyOver):
        house.do(cancel, booked, at(11, 10), house.desk_staff)


def test_going_before_the_start_gives_everything_back(house: House, session: Session) -> None:
    booked = house.book(at(10), at(12))
    house.do(check_in, booked, at(9, 30), house.desk_staff)
    house.do(check_out, booked, at(9, 40), house.desk_staff)
    assert session.scalars(select(Claim.released_at)).one() == at(9, 40)


def test_a_slip_of_the_finger(house: House) -> None:
    booked = house.book(at(10), at(12))
    house.do(check_in, booked, at(9, 55), house.desk_staff)
    house.do(undo_check_in, booked, at(9, 56), house.desk_staff)
    assert house.state(booked) == State.CONFIRMED
    with pytest.raises(refusals.AlreadyOver):
        house.do(undo_check_in, booked, at(9, 56), house.desk_staff)


def test_checking_in_on_another_day(house: House) -> None:
    booked = house.book(at(10, days=1), at(12, days=1))
    with pytest.raises(refusals.NotToday):
        house.do(check_in, booked, at(10))


def test_who_does_not_come_loses_the_desk(house: House) -> None:
    booked = house.book(at(10), at(12))
    assert not house.run(mark_no_show, booked, at(10, 14), late_minutes=15)
    assert house.run(mark_no_show, booked, at(10, 15), late_minutes=15)
    assert house.state(booked) == State.NO_SHOW
    assert not house.run(mark_no_show, booked, at(10, 16), late_minutes=15)


def test_who_comes_late_after_all_gets_the_desk_if_it_is_still_free(house: House) -> None:
    first = house.book(at(10), at(12))
    house.run(mark_no_show, first, at(10, 15), late_minutes=15)
    house.do(check_in, first, at(10, 20), house.desk_staff)
    assert house.state(first) == State.CHECKED_IN

    second = house.book(at(14), at(16), now=at(10, 30))
    house.run(mark_no_show, second, at(14, 15), late_minutes=15)
    house.book(at(14, 30), at(15), house.rival, now=at(14, 16))
    with pytest.raises(SlotTaken):
        house.do(check_in, second, at(14, 20), house.desk_staff)
    assert house.state(second) == State.NO_SHOW


def test_completing_what_is_over(house: House) -> None:
    booked = house.book(at(10), at(12))
    house.run(complete, booked, at(12, 1))
    assert house.state(booked) == State.CONFIRMED
    house.do(check_in, booked, at(10), house.desk_staff)
    house.run(complete, booked, at(12, 1))
    assert house.state(booked) == State.COMPLETED


def test_one_reminder_and_another_after_a_move(house: House) -> None:
    booked = house.book(at(10, days=1), at(12, days=1))
    assert house.run(remind, booked, at(16))
    assert not house.run(remind, booked, at(16))
    house.move(booked, at(14, days=1), at(16, days=1))
    assert house.run(remind, booked, at(17))


def test_hours_not_used_are_given_back(house: House) -> None:
    """Who missed a booking or left early is not held to hours that others could use."""
    missed = house.book(at(10), at(13))
    house.run(mark_no_show, missed, at(10, 15), late_minutes=15)
    left = house.book(at(11), at(14), now=at(10, 20))
    house.do(check_in, left, at(11), house.desk_staff)
    house.do(check_out, left, at(12), house.desk_staff)
    house.book(at(15), at(18), now=at(12))
    with pytest.raises(refusals.DayQuotaReached):
        house.book(at(18), at(18, 30), now=at(12))


def test_undoing_the_check_in_of_who_had_been_given_up(house: House, session: Session) -> None:
    booked = house.book(at(10), at(12))
    house.run(mark_no_show, booked, at(10, 15), late_minutes=15)
    house.do(check_in, booked, at(10, 20), house.desk_staff)
    house.do(undo_check_in, booked, at(10, 21), house.desk_staff)
    assert house.state(booked) == State.NO_SHOW
    house.book(at(10, 30), at(12), house.rival, now=at(10, 22))


def test_undoing_is_for_slips_not_for_history(house: House) -> None:
    booked = house.book(at(10), at(12))
    house.do(check_in, booked, at(10), house.desk_staff)
    with pytest.raises(refusals.AlreadyOver):
        house.do(undo_check_in, booked, at(10, 31), house.desk_staff)
