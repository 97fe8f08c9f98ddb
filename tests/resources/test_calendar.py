"""When a resource is to be had."""

from datetime import date, time, timedelta

from portal.db import Words
from portal.resources.calendar import Closed, Hours, Place, SiteCalendar, Special

MONDAY = date(2026, 9, 7)
SITE = [Hours(weekday, time(8), time(20)) for weekday in range(5)]
DESK = Place(resource_id=7, zone_id=3, floor_id=2)
WHY = Words("Dipakai kelas", "Used by a class")


def calendar(
    hours: list[Hours] = SITE, specials: list[Special] | None = None, closures: list[Closed] | None = None
) -> SiteCalendar:
    return SiteCalendar("Asia/Jakarta", hours, specials or [], closures or [])


def clock(found: SiteCalendar, day: date, place: Place = DESK) -> list[tuple[str, str]]:
    return [
        (f"{found.moment(start):%H:%M}", f"{found.moment(end):%H:%M}")
        for start, end in found.open_on(day, place)
    ]


def test_weekly_hours_in_local_time() -> None:
    assert clock(calendar(), MONDAY) == [("08:00", "20:00")]
    assert clock(calendar(), MONDAY + timedelta(days=5)) == []


def test_the_nearest_owner_decides() -> None:
    zone = [*SITE, Hours(0, time(8), time(18), zone_id=3)]
    assert clock(calendar(zone), MONDAY) == [("08:00", "18:00")]
    assert clock(calendar(zone), MONDAY, Place(8, zone_id=4)) == [("08:00", "20:00")]
    own = [*zone, Hours(0, time(10), time(12), resource_id=7), Hours(0, time(13), time(15), resource_id=7)]
    assert clock(calendar(own), MONDAY) == [("10:00", "12:00"), ("13:00", "15:00")]


def test_hours_that_hold_for_a_while() -> None:
    next_monday = MONDAY + timedelta(7)
    changed = [
        Hours(0, time(8), time(12), until_date=MONDAY),
        Hours(0, time(14), time(16), from_date=next_monday),
    ]
    assert clock(calendar(changed), MONDAY) == [("08:00", "12:00")]
    assert clock(calendar(changed), next_monday) == [("14:00", "16:00")]


def test_a_day_until_midnight() -> None:
    assert clock(calendar([Hours(0, time(20), time(0))]), MONDAY) == [("20:00", "00:00")]


def test_a_holiday_closes_everything_and_special_hours_narrow() -> None:
    holiday = [Special(MONDAY, Words("Libur", "Holiday"))]
    assert clock(calendar(specials=holiday), MONDAY) == []
    short = [Special(MONDAY, Words("Puasa", "Fasting"), time(9), time(15))]
    assert clock(calendar(specials=short), MONDAY) == [("09:00", "15:00")]


def test_a_special_day_can_open_a_closed_weekday() -> None:
    sunday = MONDAY - timedelta(days=1)
    fair = [Special(sunday, Words("Pameran", "Fair"), time(9), time(12))]
    assert clock(calendar(specials=fair), sunday) == [("09:00", "12:00")]


def test_closures_of_the_site_a_floor_a_resource() -> None:
    at = calendar().minute(MONDAY, time(10))
    until = calendar().minute(MONDAY, time(12))
    for closure in (
        Closed(at, until, WHY),
        Closed(at, until, WHY, floor_id=2),
        Closed(at, until, WHY, resource_id=7),
    ):
        assert clock(calendar(closures=[closure]), MONDAY) == [("08:00", "10:00"), ("12:00", "20:00")]
    for closure in (Closed(at, until, WHY, floor_id=9), Closed(at, until, WHY, resource_id=8)):
        assert clock(calendar(closures=[closure]), MONDAY) == [("08:00", "20:00")]


def test_until_further_notice() -> None:
    closed = calendar(closures=[Closed(calendar().minute(MONDAY, time(9)), None, WHY, resource_id=7)])
    assert clock(closed, MONDAY) == [("08:00", "09:00")]
    assert clock(closed, MONDAY + timedelta(days=1)) == []


def test_a_zone_that_changes_its_clock_keeps_wall_time() -> None:
    """No zone of Indonesia does; the arithmetic must not depend on that."""
    berlin = SiteCalendar("Europe/Berlin", [Hours(6, time(1), time(5))], [], [])
    begins, ends = date(2026, 3, 29), date(2026, 10, 25)
    assert [end - start for start, end in berlin.open_on(begins, DESK)] == [3 * 60]
    assert [end - start for start, end in berlin.open_on(ends, DESK)] == [5 * 60]
