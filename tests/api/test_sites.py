from collections.abc import Callable

from sqlalchemy import update

from portal.resources.models import Site
from tests.api.conftest import Caller, House, problem
from tests.factories import SiteFactory


def test_sites(house: House, api: Callable[..., Caller]) -> None:
    first, *others = api(house.person).get("/sites").json["items"]
    assert first == {
        "id": house.site.id,
        "name": "Trasa",
        "kind": "site",
        "time_zone": "Asia/Jakarta",
        "address": "Jl. A. Yani 7, Slawi",
        "phone": None,
        "map_url": None,
    }
    assert [site["id"] for site in others] == [house.elsewhere.site_id]


def test_a_site_out_of_use_is_not_there(house: House, api: Callable[..., Caller]) -> None:
    house.session.execute(update(Site).values(is_active=False))
    house.session.commit()
    assert api(house.person).get("/sites").json == {"items": []}


def test_names_in_any_script_arrive(house: House, api: Callable[..., Caller]) -> None:
    SiteFactory(name="Slawi 🏢 \u200fعربي")
    house.session.commit()
    assert api(house.person).get("/sites").json["items"][-1]["name"] == "Slawi 🏢 \u200fعربي"


def test_one_site_has_no_address_of_its_own(house: House, api: Callable[..., Caller]) -> None:
    problem(api(house.person).get("/sites/1"), 404, "not-found")


def test_answers_are_the_callers_own(house: House, api: Callable[..., Caller]) -> None:
    assert "private" in api(house.person).get("/sites").headers["Cache-Control"]
