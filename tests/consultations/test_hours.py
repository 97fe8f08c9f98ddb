"""Hours of consultants through their services: set, refused, changed by two at once, taken back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations.appointments import services as appointments
from portal.consultations.consultants.hours import refusals, services
from portal.consultations.consultants.hours.queries import absences, ahead, overrides, subject, usual_week
from portal.consultations.consultants.hours.refusals import HoursRefused
from portal.consultations.consultants.hours.services import SetOverride, SetWeek, TakeOff
from portal.consultations.consultants.hours.week import Bounds, faults, from_then_on, mark_of
from portal.consultations.finding.free_times import Weekly
from portal.consultations.topics.models import Mode
from portal.db import unit_of_work
from portal.resources.models import Site
from portal.resources.services import CloseCommand, Target, TargetKind, close
from tests.factories import (
    ConsultantFactory,
    PersonFactory,
    ResourceFactory,
    SiteFactory,
    TopicFactory,
    consultation_room,
    words,
)

AT = datetime(2026, 9, 7, 1, tzinfo=UTC)
"""A Monday, 08.00 WIB."""
TODAY = date(2026, 9, 7)
TEN = datetime(2026, 9, 8, 3, tzinfo=UTC)
"""Tuesday 10.00 WIB."""


class Office:
    """A consultant who works weekdays from 9 to 16, a second site further east, and somebody who asks."""

    def __init__(self, session: Session) -> None:
        here, east = SiteFactory(), SiteFactory(time_zone="Asia/Makassar")
        self.here, self.east = here.id, east.id
        topic = TopicFactory(confirms_itself=True)
        self.topic_id = topic.id
        self.ratna = ConsultantFactory(site=here, topics=[topic])
        self.id, self.person_id = self.ratna.id, self.ratna.person_id
        self.other_id = ConsultantFactory(site=here, topics=[topic]).id
        self.siti = PersonFactory().id
        session.commit()

    def week(self, *stretches: tuple[int, int, int], site_id: int | None = None) -> tuple[Weekly, ...]:
        """(weekday, from hour, to hour) each."""
        return tuple(
            Weekly(weekday, time(opens), time(closes % 24), site_id or self.here)
            for weekday, opens, closes in stretches
        )

    def seen(self, at: datetime = AT) -> str:
        return mark_of(self.now(at))

    def now(self, at: datetime = AT) -> list[Weekly]:
        with unit_of_work() as session:
            whose = subject(session, self.id)
            assert whose is not None
            return usual_week(session, whose, whose.today(at))

    def overrides(self) -> Any:
        with unit_of_work() as session:
            whose = subject(session, self.id)
            assert whose is not None
            return overrides(session, whose, TODAY)

    def set(self, stretches: tuple[Weekly, ...], **more: Any) -> list[int]:
        command = {
            "actor_id": self.person_id,
            "consultant_id": self.id,
            "stretches": stretches,
            "seen": self.seen(),
        }
        return list(do(services.set_week, SetWeek(**command | more)))

    def override(self, first: date, last: date, *stretches: tuple[int, int, int], **more: Any) -> int:
        command = {
            "actor_id": self.person_id,
            "consultant_id": self.id,
            "from_date": first,
            "until_date": last,
            "stretches": self.week(*stretches),
        }
        return int(do(services.set_override, SetOverride(**command | more)))

    def off(self, first: date, last: date, **more: Any) -> list[int]:
        command = {"actor_id": self.person_id, "consultant_id": self.id, "first": first, "last": last}
        return list(do(services.take_off, TakeOff(**command | more)))

    def ask(self, starts_at: datetime = TEN, mode: Mode = Mode.VIDEO, at: datetime = AT) -> Any:
        return do(
            appointments.request,
            appointments.Request(
                actor=Actor(id=self.siti),
                person_id=self.siti,
                topic_id=self.topic_id,
                consultant_id=self.id,
                starts_at=starts_at,
                mode=mode,
            ),
            at=at,
        )

    def stranded(self, at: datetime = AT) -> Any:
        with unit_of_work() as session:
            whose = subject(session, self.id)
            assert whose is not None
            return ahead(session, whose, at=at).stranded


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def do(verb: Callable[..., Any], *arguments: Any, at: datetime = AT, **more: Any) -> Any:
    with unit_of_work() as session:
        return verb(session, *arguments, at=at, **more)


def refused(call: Callable[[], Any]) -> list[tuple[int, str, str]]:
    with pytest.raises(HoursRefused) as caught:
        call()
    return [(fault.index, fault.part, fault.refusal.code) for fault in caught.value.faults]


def test_a_week_takes_the_place_of_the_one_before(office: Office, session: Session) -> None:
    changed = office.set(office.week((0, 8, 12), (0, 13, 15), (5, 9, 11)))
    assert changed == [0, 1, 2, 3, 4, 5]
    assert [(row.weekday, row.opens.hour, row.closes.hour) for row in office.now()] == [
        (0, 8, 12),
        (0, 13, 15),
        (5, 9, 11),
    ]
    event = session.execute(text("SELECT verb, actor_id, person_id, changes FROM audit_event")).one()
    assert event[:3] == ("consultations.set-week", office.person_id, office.person_id)
    assert event.changes["after"]["hours"][0] == f"Mon 08:00-12:00 @{office.here}"


def test_saving_what_is_there_changes_nothing(office: Office, session: Session) -> None:
    assert office.set(tuple(office.now())) == []
    assert session.scalar(text("SELECT count(*) FROM audit_event")) == 0


def test_stretches_may_touch_and_end_with_the_day(office: Office) -> None:
    office.set(office.week((0, 8, 12), (0, 12, 15), (1, 0, 24)))
    assert len(office.now()) == 3


def test_all_that_is_wrong_is_said_at_once_and_nothing_changes(office: Office) -> None:
    before = office.now()
    assert refused(lambda: office.set(office.week((0, 8, 12), (0, 11, 15), (1, 15, 9), (2, 9, 9)))) == [
        (1, "opens", "overlap"),
        (2, "closes", "order"),
        (3, "closes", "order"),
    ]
    assert office.now() == before


def test_a_site_must_exist_and_have_a_zone_that_exists(office: Office, session: Session) -> None:
    nowhere = SiteFactory(time_zone="Asia/Slawi").id
    session.commit()
    for site_id in (nowhere, 4_000_000):
        assert refused(lambda site=site_id: office.set(office.week((0, 8, 12), site_id=site))) == [  # type: ignore[misc]
            (0, "site", "site")
        ]


def test_the_same_moment_at_two_sites_overlaps_by_their_own_clocks(office: Office) -> None:
    """09.00 in Makassar is 08.00 in Slawi."""
    here, east = office.week((0, 8, 9)), office.week((0, 9, 10), site_id=office.east)
    assert refused(lambda: office.set(here + east)) == [(1, "opens", "overlap")]
    office.set(here + office.week((0, 10, 12), site_id=office.east))
    late, early = office.week((0, 23, 24)), office.week((1, 0, 1), site_id=office.east)
    assert refused(lambda: office.set(late + early)) == [(1, "opens", "overlap")]


@pytest.mark.parametrize(
    ("from_date", "until_date", "expected"),
    [
        (date(2026, 10, 5), date(2026, 10, 4), ("until", "dates")),
        (None, date(2026, 9, 6), ("until", "over")),
        (None, date(9999, 12, 31), ("until", "far")),
        (date(9999, 12, 31), None, ("from", "far")),
        (date(1, 1, 1), None, ("from", "over")),
        (None, date(1, 1, 1), ("until", "over")),
    ],
)
def test_dates_are_in_order_and_within_reach(
    office: Office, from_date: date | None, until_date: date | None, expected: tuple[str, str]
) -> None:
    row = Weekly(0, time(8), time(9), office.here, from_date, until_date)
    assert refused(lambda: office.set((row,))) == [(0, *expected)]


def test_hours_of_other_dates_do_not_overlap(office: Office) -> None:
    until = Weekly(0, time(8), time(12), office.here, None, date(2026, 9, 30))
    later = Weekly(0, time(9), time(13), office.here, date(2026, 10, 1), None)
    office.set((until, later))
    # No Monday lies between the two days that both would count on.
    both = [
        Weekly(0, time(8), time(12), office.here, None, date(2026, 10, 1)),
        Weekly(0, time(9), time(13), office.here, date(2026, 9, 30), None),
    ]
    assert faults(both, {office.here: "Asia/Jakarta"}, Bounds(TODAY)) == []


def test_a_week_from_some_day_on_leaves_the_days_before_as_they_are(office: Office) -> None:
    october = date(2026, 10, 1)
    office.set(office.week((0, 9, 16), (1, 10, 12)), starting=october)
    rows = office.now()
    assert [row for row in rows if row.weekday == 0] == [Weekly(0, time(9), time(16), office.here)]
    assert [row for row in rows if row.weekday == 1] == [
        Weekly(1, time(9), time(16), office.here, None, date(2026, 9, 30)),
        Weekly(1, time(10), time(12), office.here, october, None),
    ]
    assert {row.until_date for row in rows if row.weekday > 1} == {date(2026, 9, 30)}


def test_from_then_on_cuts_what_begins_later_too() -> None:
    week = [
        Weekly(0, time(8), time(9), 1, None, date(2026, 9, 15)),
        Weekly(1, time(8), time(9), 1, date(2026, 11, 1), None),
    ]
    assert from_then_on(week, [], date(2026, 10, 1)) == [week[0]]


@pytest.mark.parametrize("starting", [date(1, 1, 1), date(2026, 9, 6), date(9999, 12, 31)])
def test_a_week_begins_neither_in_the_past_nor_out_of_reach(office: Office, starting: date) -> None:
    assert refused(lambda: office.set(office.week((0, 9, 16)), starting=starting))[0][1] == "starting"


def test_what_is_over_stays_as_history(office: Office, session: Session) -> None:
    office.set((Weekly(0, time(9), time(16), office.here, None, date(2026, 9, 10)),))
    later = AT + timedelta(days=30)
    assert office.now(later) == []
    do(
        services.set_week,
        SetWeek(
            actor_id=office.person_id,
            consultant_id=office.id,
            stretches=office.week((2, 9, 16)),
            seen=office.seen(later),
        ),
        at=later,
    )
    assert (
        session.scalar(text("SELECT count(*) FROM opening_hours WHERE resource_id = :id"), {"id": office.id})
        == 2
    )


def test_whoever_saves_second_is_asked(office: Office) -> None:
    seen = office.seen()
    office.set(office.week((0, 8, 12)), seen=seen)
    with pytest.raises(refusals.ChangedMeanwhile):
        office.set(office.week((0, 13, 15)), seen=seen)
    assert len(office.now()) == 1
    office.set(office.week((0, 8, 12)), seen=seen)  # the very same, as by a second click
    office.set(office.week((0, 13, 15)))


def test_only_consultants_have_such_hours(office: Office, session: Session) -> None:
    desk = ResourceFactory().id
    session.commit()
    for id_ in (desk, 4_000_000):
        with pytest.raises(refusals.UnknownConsultant):
            office.set(office.week((0, 8, 12)), consultant_id=id_)


def test_no_more_than_a_page_can_hold(office: Office) -> None:
    assert refused(lambda: office.set(office.week(*[(0, 1, 2)] * 101)))[0][2] == "stretches"


OCTOBER = (date(2026, 10, 5), date(2026, 10, 9))


def test_other_hours_for_a_range_of_dates(office: Office, session: Session) -> None:
    id_ = office.override(*OCTOBER, (0, 13, 15), (1, 13, 15))
    assert [(row.id, row.from_date, len(row.stretches)) for row in office.overrides()] == [
        (id_, OCTOBER[0], 2)
    ]
    assert len(office.now()) == 5
    assert office.override(*OCTOBER, (0, 13, 15), (1, 13, 15)) == id_  # a second click
    assert session.scalar(text("SELECT count(*) FROM hours_override")) == 1


def test_an_override_inside_another_is_refused(office: Office) -> None:
    office.override(*OCTOBER, (0, 13, 15))
    inside = (date(2026, 10, 6), date(2026, 10, 7))
    assert refused(lambda: office.override(*inside, (1, 9, 10))) == [(0, "first", "override-overlap")]
    assert len(office.overrides()) == 1
    office.override(date(2026, 10, 10), date(2026, 10, 12), (0, 9, 10))


def test_the_database_refuses_it_as_well(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.override(*OCTOBER, (0, 13, 15))
    monkeypatch.setattr(services, "_refuse_overlap", lambda rows, command: None)
    assert refused(lambda: office.override(OCTOBER[1], OCTOBER[1], (4, 9, 10))) == [
        (0, "first", "override-overlap")
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 10, 9), date(2026, 10, 5), ("last", "dates")),
        (date(2026, 9, 1), date(2026, 9, 6), ("last", "over")),
        (date(1, 1, 1), date(2026, 10, 5), ("first", "over")),
        (date(9999, 12, 30), date(9999, 12, 31), ("first", "far")),
        (date(2026, 10, 1), date(2028, 10, 5), ("last", "days")),
    ],
)
def test_a_range_is_in_order_and_within_reach(
    office: Office, first: date, last: date, expected: tuple[str, str]
) -> None:
    for call in (office.override, office.off):
        assert expected in [fault[1:] for fault in refused(lambda call=call: call(first, last))]  # type: ignore[misc]


def test_an_override_is_changed_and_taken_back(office: Office) -> None:
    id_ = office.override(*OCTOBER, (0, 13, 15))
    mark = office.overrides()[0].mark
    changed = office.override(*OCTOBER, (0, 8, 9), override_id=id_, seen=mark)
    assert [row.stretches[0].opens for row in office.overrides()] == [time(8)]
    with pytest.raises(refusals.ChangedMeanwhile):
        office.override(*OCTOBER, (0, 10, 11), override_id=changed, seen=mark)
    do(services.delete_override, office.id, changed, actor_id=office.person_id)
    assert office.overrides() == []
    with pytest.raises(refusals.UnknownOverride):
        do(services.delete_override, office.id, changed, actor_id=office.person_id)


def test_nobody_reaches_what_is_a_colleagues(office: Office) -> None:
    id_ = office.override(*OCTOBER, (0, 13, 15))
    (closure,) = office.off(TODAY, TODAY)
    with pytest.raises(refusals.UnknownOverride):
        do(services.delete_override, office.other_id, id_, actor_id=office.person_id)
    with pytest.raises(refusals.UnknownOverride):
        office.override(*OCTOBER, (0, 8, 9), override_id=id_, consultant_id=office.other_id)
    with pytest.raises(refusals.UnknownAbsence):
        do(services.give_back, office.other_id, closure, actor_id=office.person_id)
    assert len(office.overrides()) == 1


def test_time_off_is_one_closure_for_whole_days_and_one_a_day_by_the_hour(
    office: Office, session: Session
) -> None:
    days = (date(2026, 9, 14), date(2026, 9, 16))
    assert len(office.off(*days, reason="Cuti")) == 1
    assert len(office.off(*days, reason="Cuti")) == 1  # a second click
    assert len(office.off(*days, opens=time(12), closes=time(13), reason="Salat")) == 3
    rows = absences(session, office.id, at=AT)
    assert len(rows) == 4
    assert rows[0].reason == words("Cuti")
    assert rows[0].starts_at == datetime(2026, 9, 13, 17, tzinfo=UTC)
    assert rows[0].ends_at == datetime(2026, 9, 16, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [(time(12), None, "closes"), (None, time(12), "opens"), (time(12), time(12), "closes")],
)
def test_hours_of_time_off_come_in_pairs_and_in_order(
    office: Office, opens: time | None, closes: time | None, expected: str
) -> None:
    assert refused(lambda: office.off(TODAY, TODAY, opens=opens, closes=closes))[0][1] == expected


def test_time_off_that_goes_on_ends_now_and_coming_time_off_goes(office: Office, session: Session) -> None:
    (now_on,) = office.off(TODAY, TODAY)
    (later,) = office.off(date(2026, 9, 14), date(2026, 9, 14))
    for id_ in (now_on, later):
        do(services.give_back, office.id, id_, actor_id=office.person_id)
    assert session.execute(text("SELECT id, ends_at FROM closure")).all() == [(now_on, AT)]


def test_appointments_made_already_are_listed_and_left_alone(office: Office, session: Session) -> None:
    office.ask()
    assert not office.stranded()
    office.set(office.week((2, 9, 16)))
    (one,) = office.stranded()
    assert (one.row.starts_at, one.is_away, one.told_at) == (TEN, False, None)
    # Wednesday 09.00 is the nearest.
    assert one.instead.astimezone(UTC) == datetime(2026, 9, 9, 2, tzinfo=UTC)
    assert session.scalar(text("SELECT starts_at FROM claim")) == TEN


def test_time_off_and_closed_places_leave_appointments_outside_too(office: Office) -> None:
    office.ask()
    (id_,) = office.off(TEN.date(), TEN.date())
    assert [one.is_away for one in office.stranded()] == [True]
    do(services.give_back, office.id, id_, actor_id=office.person_id)
    assert not office.stranded()
    closing = CloseCommand(
        target=Target(TargetKind.SITE, office.here),
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=1),
        reason=words("Listrik"),
        actor_id=None,
    )
    do(close, closing)
    assert [one.is_away for one in office.stranded()] == [True]


def test_no_two_are_offered_the_same_time(office: Office, session: Session) -> None:
    office.ask()
    second = PersonFactory().id
    session.commit()
    office.siti = second
    office.ask(TEN + timedelta(hours=1))
    office.set(office.week((2, 9, 16)))
    first, other = office.stranded()
    assert first.instead != other.instead


def test_who_calls_may_be_anywhere_who_meets_may_not(office: Office, session: Session) -> None:
    site = session.get_one(Site, office.here)
    consultation_room(site)
    session.commit()
    office.ask()
    met = office.ask(TEN + timedelta(days=1), Mode.IN_PERSON)
    # The same moments, spent in Makassar: 10.00 there is 09.00 here.
    office.set(tuple(Weekly(day, time(10), time(17), office.east) for day in range(5)))
    assert [one.row.id for one in office.stranded()] == [met.id]
