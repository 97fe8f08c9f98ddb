"""Holidays, single days and closures."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.audit.models import AuditEvent
from portal.db import Words, db
from portal.resources import claims
from portal.resources.calendar import Place
from portal.resources.claims import NewReservation, Part
from portal.resources.holidays import indonesian_holidays
from portal.resources.models import Closure, Reservation, ReservationKind, Resource, Site, SpecialDay, State
from portal.resources.refusals import Reversed
from portal.resources.services import (
    CloseCommand,
    HoursIncomplete,
    NoSuchPlace,
    OverrideDay,
    Target,
    TargetKind,
    close,
    load_holidays,
    override_day,
    reopen,
)
from portal.resources.site_map import site_map
from tests.factories import FloorFactory, PersonFactory, ResourceFactory, SiteFactory, words

AT = datetime(2026, 9, 7, 1, tzinfo=UTC)
TUESDAY = date(2026, 9, 8)
INDEPENDENCE = date(2026, 8, 17)
CLASS = Words("dipakai kelas foto produk", "used for a product photo class")


def clock(hour: int, minute: int = 0, day: date = TUESDAY) -> datetime:
    """A time of the site's wall clock (WIB)."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.fixture
def site(session: Session) -> Site:
    site: Site = SiteFactory()
    return site


@pytest.fixture
def desk(session: Session, site: Site) -> Resource:
    desk: Resource = ResourceFactory(site=site)
    return desk


def reserve(session: Session, desk: Resource, starts_at: datetime, ends_at: datetime) -> str:
    person = PersonFactory()
    _, reference = claims.hold(
        session,
        claims.holding("INSERT INTO booking (id, resource_id) SELECT id, :resource_id FROM reserved"),
        NewReservation(
            kind=ReservationKind.BOOKING,
            state=State.CONFIRMED,
            person_id=person.id,
            created_by_id=person.id,
            site_id=desk.site_id,
            reference_prefix="TRS",
            starts_at=starts_at,
            ends_at=ends_at,
        ),
        [Part(desk.id, starts_at, ends_at)],
        at=AT,
        resource_id=desk.id,
    )
    return reference


def closing(desk: Resource, starts_at: datetime, ends_at: datetime | None) -> CloseCommand:
    target = Target(TargetKind.RESOURCE, desk.id)
    return CloseCommand(target=target, starts_at=starts_at, ends_at=ends_at, reason=CLASS, actor_id=None)


def open_minutes(session: Session, desk: Resource, day: date = TUESDAY) -> int:
    found = site_map(session, desk.site_id, day, day)
    assert found is not None
    place = Place(desk.id, desk.zone_id, desk.floor_id)
    return sum(end - start for start, end in found.calendar.open_on(day, place))


def names(session: Session, site: Site) -> dict[date, Words]:
    rows = session.execute(select(SpecialDay.day, SpecialDay.name).where(SpecialDay.site_id == site.id))
    return {row.day: row.name for row in rows}


def test_holidays_come_in_both_languages_and_categories() -> None:
    days = indonesian_holidays([2026])
    assert days[INDEPENDENCE] == Words("Hari Kemerdekaan Republik Indonesia", "Independence Day")
    assert days[date(2026, 12, 24)].id.startswith("Cuti Bersama")
    assert {day.year for day in days} == {2026}
    assert indonesian_holidays([]) == {}


def test_loading_holidays_closes_the_site_on_them(session: Session, site: Site, desk: Resource) -> None:
    count = load_holidays(session, site.id, [2026, 2027])
    assert count == len(names(session, site)) > 40
    assert open_minutes(session, desk, date(2026, 12, 25)) == 0
    assert open_minutes(session, desk, date(2026, 12, 28)) == 720


def test_loading_holidays_again_keeps_what_was_changed_by_hand(session: Session, site: Site) -> None:
    load_holidays(session, site.id, [2026])
    before = names(session, site)
    command = OverrideDay(
        site_id=site.id, day=INDEPENDENCE, name=words("Lomba"), is_regular=True, actor_id=None
    )
    override_day(session, command, at=AT)
    load_holidays(session, site.id, [2026])
    assert names(session, site) == before | {INDEPENDENCE: words("Lomba")}


def test_a_day_that_the_library_no_longer_names_goes(session: Session, site: Site) -> None:
    estimate = date(2026, 3, 26)
    session.execute(
        insert(SpecialDay).values(site_id=site.id, day=estimate, name=words("Idul Fitri (perkiraan)"))
    )
    load_holidays(session, site.id, [2027])
    assert estimate in names(session, site)
    load_holidays(session, site.id, [2026])
    assert estimate not in names(session, site)


def test_holidays_of_an_unknown_site_are_refused(session: Session) -> None:
    with pytest.raises(NoSuchPlace):
        load_holidays(session, 4711, [2026])


@pytest.mark.parametrize(
    ("opens", "closes", "is_regular", "minutes"),
    [(None, None, False, 0), (time(10), time(14), False, 240), (None, None, True, 720)],
)
def test_each_day_can_be_overridden(
    session: Session,
    site: Site,
    desk: Resource,
    opens: time | None,
    closes: time | None,
    is_regular: bool,
    minutes: int,
) -> None:
    load_holidays(session, site.id, [2026])
    for day in (TUESDAY, INDEPENDENCE):
        command = OverrideDay(
            site_id=site.id,
            day=day,
            name=words("Hari lain"),
            opens=opens,
            closes=closes,
            is_regular=is_regular,
            actor_id=None,
        )
        override_day(session, command, at=AT)
        assert open_minutes(session, desk, day) == minutes
    assert session.scalar(select(func.count()).where(AuditEvent.verb == "resources.override_day")) == 2


def test_overriding_tells_who_is_outside_the_hours_then(session: Session, site: Site, desk: Resource) -> None:
    wednesday = TUESDAY + timedelta(days=1)
    early = reserve(session, desk, clock(8), clock(10))
    across = reserve(session, desk, clock(11), clock(13))
    within = reserve(session, desk, clock(13), clock(14))
    reserve(session, desk, clock(8, day=wednesday), clock(9, day=wednesday))
    shorter = OverrideDay(
        site_id=site.id, day=TUESDAY, name=words("Rapat"), opens=time(12), closes=time(20), actor_id=None
    )
    assert [row.reference for row in override_day(session, shorter, at=AT)] == [early, across]
    closed = OverrideDay(site_id=site.id, day=TUESDAY, name=words("Tutup"), actor_id=None)
    assert [row.reference for row in override_day(session, closed, at=AT)] == [early, across, within]


@pytest.mark.parametrize(
    ("opens", "closes"), [(time(8), None), (None, time(8)), (time(9), time(9)), (time(9), time(8))]
)
def test_half_or_reversed_hours_are_refused(
    session: Session, site: Site, opens: time | None, closes: time | None
) -> None:
    command = OverrideDay(
        site_id=site.id, day=TUESDAY, name=words("Salah"), opens=opens, closes=closes, actor_id=None
    )
    with pytest.raises(HoursIncomplete):
        override_day(session, command, at=AT)


def test_closing_a_desk_tells_whose_time_lies_inside(session: Session, desk: Resource) -> None:
    reserve(session, desk, clock(8), clock(9))
    across = reserve(session, desk, clock(9), clock(11))
    gone = reserve(session, desk, clock(11), clock(12))
    reserve(session, desk, clock(12), clock(13))
    reservation_id = session.scalar(select(Reservation.id).where(Reservation.reference == gone))
    assert reservation_id is not None
    claims.release(session, reservation_id, at=AT)
    done = close(session, closing(desk, clock(10), clock(12)), at=AT)
    assert [(row.reference, row.resource_name) for row in done.affected] == [(across, desk.name)]
    assert open_minutes(session, desk) == 600
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "resources.close")).one()
    assert (event.subject_kind, event.subject_id) == ("resource", desk.id)


def test_what_is_over_is_not_affected(session: Session, desk: Resource) -> None:
    reserve(session, desk, clock(8), clock(9))
    session.execute(update(Reservation).values(state=State.COMPLETED))
    assert close(session, closing(desk, clock(8), None), at=AT).affected == []


def test_closing_a_floor_or_site_closes_all_on_it(session: Session, site: Site, desk: Resource) -> None:
    elsewhere: Resource = ResourceFactory(site=site, floor_id=FloorFactory(site_id=site.id).id)
    stranger: Resource = ResourceFactory()
    first = reserve(session, desk, clock(8), clock(9))
    second = reserve(session, elsewhere, clock(9), clock(10))
    reserve(session, stranger, clock(9), clock(10))
    for target, found in (
        (Target(TargetKind.FLOOR, desk.floor_id or 0), [first]),
        (Target(TargetKind.SITE, site.id), [first, second]),
    ):
        command = CloseCommand(target=target, starts_at=AT, ends_at=None, reason=CLASS, actor_id=None)
        assert [row.reference for row in close(session, command, at=AT).affected] == found
    assert open_minutes(session, elsewhere) == 0
    assert open_minutes(session, stranger) == 720


def test_a_closure_needs_a_target_and_an_order(session: Session, desk: Resource) -> None:
    with pytest.raises(Reversed):
        close(session, closing(desk, clock(10), clock(10)), at=AT)
    for kind in TargetKind:
        command = CloseCommand(
            target=Target(kind, 4711), starts_at=AT, ends_at=None, reason=CLASS, actor_id=None
        )
        with pytest.raises(NoSuchPlace):
            close(session, command, at=AT)


def test_reopening_ends_what_has_begun_and_takes_back_what_has_not(session: Session, desk: Resource) -> None:
    begun = close(session, closing(desk, clock(8), None), at=AT).closure_id
    coming = close(session, closing(desk, clock(14), clock(16)), at=AT).closure_id
    over = close(session, closing(desk, clock(6), clock(7)), at=AT).closure_id
    for closure_id in (begun, coming, over, begun):
        reopen(session, closure_id, actor_id=None, at=clock(12))
    rows = {row.id: row.ends_at for row in session.execute(select(Closure.id, Closure.ends_at))}
    assert rows == {begun: clock(12), over: clock(7)}
    assert open_minutes(session, desk) == 480
    assert session.scalar(select(func.count()).where(AuditEvent.verb == "resources.reopen")) == 2
    with pytest.raises(NoSuchPlace):
        reopen(session, coming, actor_id=None, at=clock(12))


def test_a_closure_waits_for_a_claim_that_is_being_made(session: Session, desk: Resource) -> None:
    session.commit()
    claims.lock_resources(session, [desk.id])
    engine = db.engine
    found: list[str] = []

    def shut() -> None:
        with Session(engine) as other:
            done = close(other, closing(desk, clock(9), None), at=AT)
            found.extend(row.reference for row in done.affected)
            other.commit()

    thread = threading.Thread(target=shut)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    reference = reserve(session, desk, clock(9), clock(10))
    session.commit()
    thread.join(10)
    assert found == [reference]
