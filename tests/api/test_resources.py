from collections.abc import Callable

import pytest
from sqlalchemy import update

from portal.resources.models import Resource, Site
from tests.api.conftest import Caller, House, problem


def test_resources_of_a_site(house: House, api: Callable[..., Caller]) -> None:
    items = api(house.person).get("/resources", site=house.site.id).json["items"]
    assert [(item["name"], item["kind"]) for item in items] == [
        ("A01", "desk"),
        ("A02", "desk"),
        ("Ruang Wijaya", "room"),
    ]
    assert items[0] == {
        "id": house.desk.id,
        "name": "A01",
        "kind": "desk",
        "site_id": house.site.id,
        "capacity": 1,
        "floor": "Lantai 2",
        "zone": "Zona Taman",
        "features": [{"code": "window", "name": "Dekat jendela"}],
        "rules": {
            "slot_minutes": 30,
            "shortest_minutes": 30,
            "longest_minutes": 240,
            "notice_minutes": 0,
            "horizon_days": 30,
            "day_minutes": 240,
            "week_minutes": 600,
            "cancel_minutes": 60,
            "late_minutes": 15,
        },
    }
    assert items[2]["zone"] is None


def test_names_in_english(house: House, api: Callable[..., Caller]) -> None:
    response = api(house.person)(
        "GET", "/resources", query_string={"site": house.site.id}, headers={"Accept-Language": "en"}
    )
    desk = response.json["items"][0]
    assert (desk["floor"], desk["zone"]) == ("Floor 2", "Garden zone")
    assert desk["features"] == [{"code": "window", "name": "By a window"}]


def test_one_kind(house: House, api: Callable[..., Caller]) -> None:
    items = api(house.person).get("/resources", site=house.site.id, kind="room").json["items"]
    assert [item["id"] for item in items] == [house.room.id]


def test_all_sites(house: House, api: Callable[..., Caller]) -> None:
    items = api(house.person).get("/resources", kind="desk").json["items"]
    assert {item["id"] for item in items} == {house.desk.id, house.other.id, house.elsewhere.id}


def test_what_is_out_of_use_is_not_there(house: House, api: Callable[..., Caller]) -> None:
    house.session.execute(update(Resource).where(Resource.id == house.desk.id).values(is_active=False))
    house.session.execute(update(Site).where(Site.id == house.elsewhere.site_id).values(is_active=False))
    house.session.commit()
    items = api(house.person).get("/resources", kind="desk").json["items"]
    assert [item["id"] for item in items] == [house.other.id]
    problem(api(house.person).get("/resources", site=house.elsewhere.site_id), 404, "not-found")


def test_a_site_that_is_not_there(house: House, api: Callable[..., Caller]) -> None:
    problem(api(house.person).get("/resources", site=2**31 - 1), 404, "not-found")


BAD_QUERIES = [
    ("site=true", "site"),
    ("site=-1", "site"),
    ("site=0", "site"),
    ("site=", "site"),
    ("site=1.0", "site"),
    ("site=1_0", "site"),
    ("site=%D9%A1", "site"),
    ("site=1%00", "site"),
    ("site=%201", "site"),
    ("site=1" + "0" * 30, "site"),
    ("site=2147483648", "site"),
    ("site=1' OR '1'='1", "site"),
    ("kind=", "kind"),
    ("kind=Desk", "kind"),
    ("kind=consultant", "kind"),
    ("kind=desk%00", "kind"),
    ("kind=%FF", "kind"),
    ("knd=desk", "knd"),
    ("user_id=1", "user_id"),
]


def test_bad_queries(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    for query, field in BAD_QUERIES:
        with subtests.test(query=query):
            response = caller("GET", f"/resources?{query}")
            assert list(problem(response, 422, "validation")["errors"]) == [field]
