"""What may be booked at all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import RuleBroken
from portal.resources import refusals
from portal.resources.calendar import Closed, Hours, Place, SiteCalendar
from portal.resources.free_time import covers, epoch_minutes
from portal.resources.rules import Rules, bookable, check
from tests.factories import words

RULES = Rules(
    slot_minutes=30,
    shortest_minutes=60,
    longest_minutes=180,
    notice_minutes=15,
    horizon_days=14,
    day_minutes=360,
    week_minutes=1200,
    cancel_minutes=60,
    late_minutes=15,
)
CALENDAR = SiteCalendar("Asia/Jakarta", [Hours(weekday, time(8), time(20)) for weekday in range(6)], [], [])
DESK = Place(7)
MONDAY = date(2026, 9, 7)
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)  # 09.00 WIB


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), CALENDAR.zone)


def refusal(start: datetime, end: datetime, calendar: SiteCalendar = CALENDAR) -> type[RuleBroken] | None:
    try:
        check(RULES, calendar, DESK, start, end, now=NOW)
    except RuleBroken as error:
        return type(error)
    return None


def test_within_all_rules() -> None:
    assert refusal(at(10), at(12)) is None
    assert refusal(at(17), at(20)) is None
    assert refusal(at(9, 30), at(10, 30)) is None


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (at(12), at(12), refusals.Reversed),
        (at(12), at(10), refusals.Reversed),
        (at(8), at(9), refusals.InThePast),
        (at(9), at(10), refusals.InThePast),
        (at(10, 15), at(12), refusals.NotOnGrid),
        (at(10), at(12, 1), refusals.NotOnGrid),
        (at(10) + timedelta(seconds=1), at(12), refusals.NotOnGrid),
        (at(10), at(10, 30), refusals.TooShort),
        (at(10), at(13, 30), refusals.TooLong),
        (at(19), at(21), refusals.OutsideHours),
        (at(23), at(1, day=MONDAY + timedelta(days=1)), refusals.OutsideHours),
        (at(10, day=date(2026, 9, 13)), at(12, day=date(2026, 9, 13)), refusals.OutsideHours),
        (at(10, day=date(2026, 9, 22)), at(12, day=date(2026, 9, 22)), refusals.TooFar),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, 2, tzinfo=UTC), refusals.InThePast),
        (datetime(9999, 12, 31, 20, tzinfo=UTC), datetime(9999, 12, 31, 22, tzinfo=UTC), refusals.TooFar),
    ],
)
def test_each_rule(start: datetime, end: datetime, why: type[RuleBroken]) -> None:
    assert refusal(start, end) is why


def test_notice() -> None:
    check(RULES, CALENDAR, DESK, at(9, 30), at(10, 30), now=at(9, 15))
    with pytest.raises(refusals.TooSoon):
        check(RULES, CALENDAR, DESK, at(9, 30), at(10, 30), now=at(9, 16))


def test_a_closure_says_so() -> None:
    closed = Closed(epoch_minutes(at(11)), epoch_minutes(at(13)), words("Kelas"))
    calendar = SiteCalendar("Asia/Jakarta", CALENDAR.hours, [], [closed])
    assert refusal(at(10), at(12), calendar) is refusals.ClosedThen


@given(
    st.lists(st.tuples(st.integers(0, 47), st.integers(0, 47)), max_size=5),
    st.integers(0, 47),
    st.integers(1, 8),
    st.integers(0, 15),
)
def test_bookable_is_exactly_what_check_lets_through(
    taken: list[tuple[int, int]], start: int, length: int, days: int
) -> None:
    """Nothing is offered that would be refused, nothing left out that could be had."""
    day = MONDAY + timedelta(days=days)
    midnight = CALENDAR.midnight(day)
    claims = [(midnight + a * 30, midnight + b * 30) for a, b in taken]
    wanted = (midnight + start * 30, midnight + (start + length) * 30)
    offered = bookable(RULES, CALENDAR, DESK, day, claims, now=NOW)
    is_free = not any(a < wanted[1] and wanted[0] < b for a, b in claims if a < b)
    passes = refusal(CALENDAR.moment(wanted[0]), CALENDAR.moment(wanted[1])) is None and is_free
    if passes:
        assert covers(offered, wanted)
    elif RULES.shortest_minutes <= length * 30 <= RULES.longest_minutes:
        assert not covers(offered, wanted)
