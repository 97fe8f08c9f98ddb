from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update

from portal.resources.models import BookingRules, Closure, Resource, ResourceKind, Site
from tests.api.conftest import NOW, Caller, House, at, problem
from tests.factories import SiteFactory, words


def free(caller: Caller, resource: Resource, date: str) -> list[tuple[str, str]]:
    query = {"site": resource.site_id, "date": date, "kind": resource.kind.value}
    items = caller.get("/availability", **query).json["items"]
    found = next(item for item in items if item["resource_id"] == resource.id)
    assert found["name"] == resource.name
    return [(stretch["starts_at"], stretch["ends_at"]) for stretch in found["free"]]


def test_a_whole_day_is_one_stretch_in_the_sites_zone(house: House, api: Callable[..., Caller]) -> None:
    assert free(api(house.person), house.desk, "2026-09-08") == [(at(8, days=1), at(20, days=1))]


def test_another_zone(house: House, api: Callable[..., Caller]) -> None:
    house.session.execute(update(Site).values(time_zone="Asia/Makassar"))
    house.session.commit()
    assert free(api(house.person), house.desk, "2026-09-08") == [
        ("2026-09-08T08:00:00+08:00", "2026-09-08T20:00:00+08:00")
    ]


def test_only_the_kind_asked_for_desks_by_default(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)

    def ids(**query: str) -> list[int]:
        items = caller.get("/availability", site=house.site.id, date="2026-09-08", **query).json["items"]
        return [item["resource_id"] for item in items]

    assert ids() == ids(kind="desk") == [house.desk.id, house.other.id]
    assert ids(kind="room") == [house.room.id]


def test_what_is_taken_is_left_out_whoever_took_it(house: House, api: Callable[..., Caller]) -> None:
    api(house.rival).book(house.desk, at(10, days=1), at(12, days=1))
    expected = [(at(8, days=1), at(10, days=1)), (at(12, days=1), at(20, days=1))]
    for person in (house.person, house.rival):
        assert free(api(person), house.desk, "2026-09-08") == expected
    assert free(api(house.person), house.other, "2026-09-08") == [(at(8, days=1), at(20, days=1))]


def test_a_cancelled_booking_is_free_again(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    made = caller.book(house.desk, at(10, days=1), at(12, days=1)).json
    caller("DELETE", f"/bookings/{made['reference']}")
    assert free(caller, house.desk, "2026-09-08") == [(at(8, days=1), at(20, days=1))]


def test_today_begins_now(house: House, api: Callable[..., Caller]) -> None:
    assert free(api(house.person), house.desk, "2026-09-07") == [(at(9, 30), at(20))]


def test_yesterday_is_over(house: House, api: Callable[..., Caller]) -> None:
    assert free(api(house.person), house.desk, "2026-09-06") == []


def test_the_horizon_is_inclusive(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    assert free(caller, house.desk, "2026-10-07")
    assert free(caller, house.desk, "2026-10-08") == []


def test_notice(house: House, api: Callable[..., Caller], clock: time_machine.Traveller) -> None:
    house.session.execute(update(BookingRules).values(notice_minutes=60))
    house.session.commit()
    assert free(api(house.person), house.desk, "2026-09-07")[0][0] == at(10)
    clock.move_to(NOW + timedelta(seconds=1))
    assert free(api(house.person), house.desk, "2026-09-07")[0][0] == at(10, 30)


def test_a_closure(house: House, api: Callable[..., Caller]) -> None:
    house.session.add(
        Closure(
            floor_id=house.floor.id,
            starts_at=datetime(2026, 9, 8, 5, tzinfo=UTC),
            ends_at=None,
            reason=words("Perbaikan", "Repairs"),
        )
    )
    house.session.commit()
    assert free(api(house.person), house.desk, "2026-09-08") == [(at(8, days=1), at(12, days=1))]
    assert free(api(house.person), house.desk, "2026-09-09") == []


@pytest.mark.parametrize("seconds", [0, 1, 59, 1799, 1800, 1801])
@pytest.mark.parametrize("notice", [0, 15, 30, 60])
def test_all_that_is_offered_can_be_booked(
    seconds: int, notice: int, house: House, api: Callable[..., Caller], clock: time_machine.Traveller
) -> None:
    house.session.execute(update(BookingRules).values(notice_minutes=notice))
    house.session.commit()
    clock.move_to(NOW + timedelta(seconds=seconds))
    caller = api(house.person)
    start = datetime.fromisoformat(free(caller, house.desk, "2026-09-07")[0][0])
    half_an_hour = timedelta(minutes=30)
    made = caller.book(house.desk, start.isoformat(), (start + half_an_hour).isoformat())
    assert made.status_code == 201, made.text
    # And nothing earlier was kept back.
    earlier = caller.book(house.other, (start - half_an_hour).isoformat(), start.isoformat())
    assert earlier.status_code == 422


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "1970-01-01", "2028-02-29"])
def test_days_out_of_reach(date: str, house: House, api: Callable[..., Caller]) -> None:
    assert free(api(house.person), house.desk, date) == []


NO_DATES = [
    "2026-06-31",
    "2026-02-29",
    "0000-01-01",
    "10000-01-01",
    "tomorrow",
    "",
    "2026-9-8",
    "20260908",
    "2026-W37-2",
    "2026-09-08%00",
    "2026-09-08T00:00:00Z",
    "%D9%A2026-09-08",
    "1",
]


def test_days_that_do_not_exist(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    for date in NO_DATES:
        with subtests.test(date=date):
            response = caller("GET", f"/availability?site={house.site.id}&date={date}")
            assert list(problem(response, 422, "validation")["errors"]) == ["date"]


def test_what_is_missing_is_named(house: House, api: Callable[..., Caller]) -> None:
    assert set(problem(api(house.person).get("/availability"), 422, "validation")["errors"]) == {
        "site",
        "date",
    }


def test_what_is_given_twice_is_named(house: House, api: Callable[..., Caller]) -> None:
    """Of two sites one would be dropped in silence."""
    query = f"site={house.site.id}&site=99&date=2026-09-07&unknown=1&unknown=2"
    answer = api(house.person)("GET", f"/availability?{query}", headers={"Accept-Language": "id"})
    errors = problem(answer, 422, "validation")["errors"]
    assert errors == {name: ["Tulis satu kali saja."] for name in ("site", "unknown")}


def test_a_site_that_is_not_there(house: House, api: Callable[..., Caller]) -> None:
    problem(api(house.person).get("/availability", site=2**31 - 1, date="2026-09-08"), 404, "not-found")
    house.session.execute(update(Site).values(is_active=False))
    house.session.commit()
    problem(api(house.person).get("/availability", site=house.site.id, date="2026-09-08"), 404, "not-found")


def test_a_site_without_anything(house: House, api: Callable[..., Caller]) -> None:
    empty = SiteFactory(hours=False)
    house.session.commit()
    assert api(house.person).get("/availability", site=empty.id, date="2026-09-08").json == {"items": []}


def test_desks_out_of_use_are_not_there(house: House, api: Callable[..., Caller]) -> None:
    house.session.execute(update(Resource).where(Resource.kind == ResourceKind.DESK).values(is_active=False))
    house.session.commit()
    answer = api(house.person).get("/availability", site=house.site.id, date="2026-09-08")
    assert answer.json == {"items": []}
