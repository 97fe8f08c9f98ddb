"""Finding a time against the plainest model there is: every minute looked at by itself, over sets of minutes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.consultations.finding.free_times import (
    Length,
    Limits,
    Obstacle,
    Override,
    Schedule,
    Taken,
    Weekly,
    free_times,
    room_beginnings,
    why_not,
)
from portal.db import Words
from portal.resources.calendar import Closed, SiteCalendar, Special
from portal.resources.free_time import Stretch, epoch_minutes

CHANGES = {
    "Asia/Jakarta": (date(2026, 9, 7),),
    "Asia/Jayapura": (date(2026, 9, 7), date(1963, 12, 31)),
    "Europe/Amsterdam": (date(2026, 3, 28), date(2026, 10, 24), date(2026, 6, 1)),
    # Clocks there change by half an hour, and here they once did at one minute past midnight.
    "Australia/Lord_Howe": (date(2026, 4, 4), date(2026, 10, 3)),
    "America/St_Johns": (date(2026, 3, 7), date(2026, 10, 31), date(2010, 11, 6), date(2010, 3, 13)),
}
"""Zones, and first days of windows in which something happens to their clocks, or nothing."""
DAYS = 3
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A whole schedule is drawn for each example, whatever else the machine does."""
WORDS = Words("Libur", "Holiday")


@dataclass(frozen=True)
class Case:
    schedule: Schedule
    calendars: Mapping[int, SiteCalendar]
    days: Sequence[date]
    length: Length
    now: datetime
    rooms: Mapping[int, Sequence[Stretch[int]]] | None

    def found(self) -> set[tuple[int, int]]:
        rows = free_times(
            self.schedule, self.calendars, self.days, self.length, now=self.now, rooms=self.rooms
        )
        assert rows == sorted(rows)
        pairs = [(row.at, row.site_id) for row in rows]
        assert len(set(pairs)) == len(pairs)
        return set(pairs)

    def why_not(self, at: int) -> Obstacle | None:
        return why_not(self.schedule, self.calendars, at, self.length, now=self.now, rooms=self.rooms)


clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 1, 15, 30, 45]))


@st.composite
def cases(draw: st.DrawFn, zones: Sequence[str] = tuple(CHANGES)) -> Case:
    names = draw(st.lists(st.sampled_from(zones), min_size=1, max_size=2))
    first = draw(st.sampled_from(CHANGES[names[0]]))
    days = [first + timedelta(days=n) for n in range(DAYS)]
    begin = epoch_minutes(datetime.combine(first, time.min, ZoneInfo(names[0]))) - 120
    minutes = st.integers(begin, begin + (DAYS * 24 + 4) * 60)

    def stretches(most: int, longest: int) -> list[Stretch[int]]:
        found = draw(st.lists(st.tuples(minutes, st.integers(1, longest)), max_size=most))
        return [(start, start + length) for start, length in found]

    def date_or_none() -> date | None:
        return draw(st.none() | st.sampled_from(days))

    site_ids = list(range(1, len(names) + 1))
    weekly = [
        Weekly(
            draw(st.sampled_from(days)).weekday(),
            draw(clocks),
            draw(clocks),
            draw(st.sampled_from(site_ids)),
            date_or_none(),
            date_or_none(),
            draw(st.sampled_from([None, None, 7])),
        )
        for _ in range(draw(st.integers(1, 8)))
    ]
    # As the database keeps them: an end at 00.00 is the day's, others come after the start.
    weekly = [row for row in weekly if row.closes > row.opens or row.closes == time.min]
    ends = sorted((draw(st.sampled_from(days)), draw(st.sampled_from(days))))
    calendars = {
        id_: SiteCalendar(
            name,
            (),
            _specials(draw, days),
            [Closed(start, end, WORDS) for start, end in stretches(1, 300)]
            + [Closed(begin, None, WORDS, floor_id=1), Closed(begin, None, WORDS, resource_id=1)],
        )
        for id_, name in zip(site_ids, names, strict=True)
    }
    length = Length(
        minutes=draw(st.sampled_from([5, 30, 45, 60, 90])),
        before=draw(st.sampled_from([0, 0, 10])),
        after=draw(st.sampled_from([0, 0, 15])),
        step=draw(st.sampled_from([5, 15, 30, 60])),
    )
    taken = [
        Taken(start, end, draw(st.sampled_from([None, start, min(start + 5, end)])))
        for start, end in stretches(4, 180)
    ]
    day_limit = draw(st.integers(1, 4))
    schedule = Schedule(
        limits=Limits(
            day=day_limit,
            week=draw(st.integers(day_limit, 6)),
            notice_minutes=draw(st.sampled_from([0, 0, 1, 120])),
            horizon_days=draw(st.integers(1, 4)),
        ),
        weekly=weekly,
        overrides=draw(st.sampled_from([(), (Override(7, *ends),)])),
        absences=stretches(2, 400),
        taken=taken,
    )
    seconds = draw(st.integers(-86_400, DAYS * 86_400))
    now = datetime.fromtimestamp(begin * 60 + seconds, UTC)
    free = st.lists(st.tuples(minutes, st.integers(1, 600)), max_size=3)
    rooms = None
    if draw(st.booleans()):
        rooms = {id_: [(start, start + size) for start, size in draw(free)] for id_ in site_ids[:1]}
    return Case(schedule, calendars, days, length, now, rooms)


def _specials(draw: st.DrawFn, days: Sequence[date]) -> list[Special]:
    special = st.builds(
        lambda opens, closes: (opens, closes) if opens < closes else (None, None), clocks, clocks
    )
    found = draw(st.dictionaries(st.sampled_from(days), special, max_size=1))
    return [Special(day, WORDS, opens, closes) for day, (opens, closes) in found.items()]


def worked(case: Case, site_id: int, day: date) -> set[int]:
    """Minutes of a local day at a site: what the rows say, the holiday, time off and closures considered."""
    calendar, schedule = case.calendars[site_id], case.schedule
    zone = ZoneInfo(calendar.time_zone)

    def between(opens: time, closes: time) -> set[int]:
        start = datetime.combine(day, opens, zone)
        last = day + timedelta(days=1) if closes == time.min else day
        return set(range(epoch_minutes(start), epoch_minutes(datetime.combine(last, closes, zone))))

    overridden = [row.id for row in schedule.overrides if row.from_date <= day <= row.until_date]
    minutes: set[int] = set()
    for row in schedule.weekly:
        counts = row.override_id in overridden if overridden else row.override_id is None
        begun = row.from_date is None or row.from_date <= day
        over = row.until_date is not None and row.until_date < day
        if row.site_id == site_id and row.weekday == day.weekday() and counts and begun and not over:
            minutes |= between(row.opens, row.closes)
    for special in calendar.specials:
        if special.day == day:
            minutes &= between(special.opens, special.closes) if special.opens and special.closes else set()
    away = [*schedule.absences, *((row.start, row.end) for row in calendar.closures if row.end is not None)]
    return minutes - as_set(away)


def as_set(stretches: Iterable[Stretch[int]]) -> set[int]:
    return {minute for start, end in stretches for minute in range(start, end)}


def every_minute(case: Case) -> set[tuple[int, int]]:
    """All beginnings, each minute of the days looked at by itself."""
    schedule, length = case.schedule, case.length
    claimed = as_set((taken.start, taken.end) for taken in schedule.taken)
    found = set()
    for site_id in {row.site_id for row in schedule.weekly}:
        zone = ZoneInfo(case.calendars[site_id].time_zone)
        rooms = None if case.rooms is None else as_set(case.rooms.get(site_id, ()))
        today = case.now.astimezone(zone).date()
        busy = [
            datetime.fromtimestamp(taken.appointment_at * 60, zone).date()
            for taken in schedule.taken
            if taken.appointment_at is not None
        ]
        for day in case.days:
            week = [one for one in busy if one.isocalendar()[:2] == day.isocalendar()[:2]]
            if busy.count(day) >= schedule.limits.day or len(week) >= schedule.limits.week:
                continue
            if not today <= day <= today + timedelta(days=schedule.limits.horizon_days):
                continue
            midnight = epoch_minutes(datetime.combine(day, time.min, zone))
            open_ = worked(case, site_id, day)
            for at in open_:
                soonest = case.now + timedelta(minutes=schedule.limits.notice_minutes)
                moment = datetime.fromtimestamp(at * 60, UTC)
                if (
                    (at - midnight) % length.step == 0
                    and moment > case.now
                    and moment >= soonest
                    and all(minute in open_ for minute in range(at, at + length.minutes))
                    and claimed.isdisjoint(range(at - length.before, at + length.minutes + length.after))
                    and (rooms is None or at in rooms)
                ):
                    found.add((at, site_id))
    return found


@patient
@given(cases())
def test_every_minute_looked_at_by_itself_says_the_same(case: Case) -> None:
    """Never outside hours, over a claim, in time off, a holiday or a closure; nothing left out."""
    assert case.found() == every_minute(case)


@patient
@given(cases(), st.data())
def test_why_not_has_nothing_to_say_exactly_where_a_time_is_free(case: Case, data: st.DataObject) -> None:
    found = {at for at, _ in case.found()}
    zones = {ZoneInfo(calendar.time_zone) for calendar in case.calendars.values()}
    bounds = (case.days[0], case.days[-1] + timedelta(days=1))
    starts, ends = (
        [epoch_minutes(datetime.combine(day, time.min, zone)) for zone in zones] for day in bounds
    )
    # Where zones differ a minute near the edges may lie on a day that was not asked about.
    asked = range(max(starts), min(ends))
    for at in [*found, *data.draw(st.lists(st.sampled_from(asked), max_size=40))]:
        assert (case.why_not(at) is None) == (at in found), case.why_not(at)


@patient
@given(cases())
def test_whoever_takes_a_free_time_leaves_the_others_what_does_not_touch_it(case: Case) -> None:
    """What is claimed, buffers and all, is free for nobody afterwards, and nothing else is lost but by limits."""
    limits = replace(case.schedule.limits, day=99, week=99)
    case = replace(case, schedule=replace(case.schedule, limits=limits))
    before = case.found()
    if not before:
        return
    at, _ = min(before)
    length = case.length
    claim = Taken(at - length.before, at + length.minutes + length.after, at)
    after = replace(case, schedule=replace(case.schedule, taken=[*case.schedule.taken, claim])).found()
    assert after == {
        (other, site_id)
        for other, site_id in before
        if other + length.minutes + length.after <= claim.start or other - length.before >= claim.end
    }


@patient
@given(cases(), st.integers(0, 3))
def test_a_full_day_has_no_time_left(case: Case, more: int) -> None:
    found = case.found()
    if not found:
        return
    at, site_id = min(found)
    zone = ZoneInfo(case.calendars[site_id].time_zone)
    day = datetime.fromtimestamp(at * 60, zone).date()
    far = at + 10**6  # the claim itself lies elsewhere: only that it is that day's counts
    appointments = [Taken(far + n, far + n + 1, at) for n in range(case.schedule.limits.day + more)]
    full = replace(case, schedule=replace(case.schedule, taken=[*case.schedule.taken, *appointments]))
    assert all(
        datetime.fromtimestamp(other * 60, zone).date() != day
        for other, other_site in full.found()
        if other_site == site_id
    )
    assert full.why_not(at) is not None


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4),
            st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4),
        ),
        max_size=3,
    ),
    st.sampled_from([5, 30, 60]),
)
def test_a_room_is_free_throughout(
    rooms: list[tuple[list[Stretch[int]], list[Stretch[int]]]], minutes: int
) -> None:
    free = [as_set(open_) - as_set(taken) for open_, taken in rooms]
    expected = {at for at in range(300) if any(set(range(at, at + minutes)) <= room for room in free)}
    assert as_set(room_beginnings(rooms, Length(minutes=minutes))) == expected


def on(zone: str, first: date, opens: str, closes: str, step: int = 60) -> list[str]:
    """Beginnings of an hour, as the wall says, of somebody who works from the first to the second on that day."""
    weekly = Weekly(first.weekday(), time.fromisoformat(opens), time.fromisoformat(closes), 1)
    schedule = Schedule(limits=Limits(day=9, week=9, notice_minutes=0, horizon_days=9), weekly=[weekly])
    calendar = SiteCalendar(zone, (), (), ())
    now = datetime.combine(first - timedelta(days=1), time(12), ZoneInfo(zone)).astimezone(UTC)
    rows = free_times(schedule, {1: calendar}, [first], Length(minutes=60, step=step), now=now)
    return [f"{calendar.moment(row.at):%H:%M%z}" for row in rows]


def test_a_morning_that_loses_an_hour_is_shorter() -> None:
    assert on("Europe/Amsterdam", date(2026, 3, 29), "00:00", "05:00") == [
        "00:00+0100",
        "01:00+0100",
        "03:00+0200",
        "04:00+0200",
    ]


def test_a_morning_that_gains_an_hour_is_longer() -> None:
    assert on("Europe/Amsterdam", date(2026, 10, 25), "01:00", "04:00") == [
        "01:00+0200",
        "02:00+0200",
        "02:00+0100",
        "03:00+0100",
    ]


def test_clocks_without_change_and_off_the_hour() -> None:
    assert on("Asia/Jayapura", date(2026, 9, 7), "09:00", "11:00") == ["09:00+0900", "10:00+0900"]
    assert on("America/St_Johns", date(2026, 9, 7), "09:00", "11:00") == ["09:00-0230", "10:00-0230"]
