"""Who may call: strangers first."""

import contextvars
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from portal.accounts.models import ApiToken
from portal.permissions import permission_of
from portal.resources.models import Reservation
from tests.api.conftest import NOW, Caller, House, at, problem
from tests.client import Visitor

ADDRESSES = (
    ("GET", "/sites"),
    ("GET", "/resources"),
    ("GET", "/availability?site=1&date=2026-09-07"),
    ("POST", "/bookings"),
    ("GET", "/bookings/TRS222222"),
    ("PATCH", "/bookings/TRS222222"),
    ("DELETE", "/bookings/TRS222222"),
)


def test_every_operation_but_the_document_wants_a_token(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert len(rules) >= len(ADDRESSES)
    for rule in rules:
        permission = permission_of(app.view_functions[rule.endpoint], "GET")
        assert (permission is None) == (rule.endpoint == "api.show_document"), rule


def test_without_a_token(api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    for method, path in ADDRESSES:
        with subtests.test(f"{method} {path}"):
            response = api()(method, path, {} if method in {"POST", "PATCH"} else None)
            problem(response, 401, "unauthorized")
            assert response.headers["WWW-Authenticate"] == 'Bearer realm="portal"'
            assert "Location" not in response.headers


WRONG = [
    "Bearer wrong",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "Token x",
    "Bearer a=b",
    "Bearer é",
    "Basic é",
    "Basic /////w==",
    "Basic ÿþ==",
    "Digest é=",
    "x" * 5000,
]


def test_with_a_wrong_token(api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    for authorization in WRONG:
        with subtests.test(authorization[:20]):
            response = api()("GET", "/sites", headers={"Authorization": authorization})
            problem(response, 401, "unauthorized")
            assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_with_a_revoked_token(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    assert caller.get("/sites").status_code == 200
    house.session.execute(update(ApiToken).values(revoked_at=NOW))
    house.session.commit()
    problem(caller.get("/sites"), 401, "unauthorized")
    problem(caller.book(house.desk, at(10), at(11)), 401, "unauthorized")
    assert house.session.scalar(select(func.count()).select_from(Reservation)) == 0


def test_a_browsers_cookie_does_nothing(house: House, visitor: Callable[..., Visitor]) -> None:
    response = contextvars.Context().run(visitor(house.person).get, "/api/v1/sites")
    problem(response, 401, "unauthorized")


def test_a_cookie_beside_a_token_changes_nothing(
    house: House, visitor: Callable[..., Visitor], api: Callable[..., Caller]
) -> None:
    caller = api(house.person)
    made = caller.book(house.desk, at(10), at(11)).json
    response = contextvars.Context().run(
        visitor(house.rival).get,
        f"/api/v1/bookings/{made['reference']}",
        headers={"Authorization": f"Bearer {caller.token}"},
    )
    assert response.status_code == 200


def test_a_token_opens_no_page(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    response = contextvars.Context().run(
        caller.client.get, "/bookings", headers={"Authorization": f"Bearer {caller.token}"}
    )
    assert response.status_code == 302
    assert "/sign-in" in response.headers["Location"]


@pytest.mark.parametrize("authorization", WRONG)
def test_on_a_page_it_says_nothing(app: Flask, authorization: str) -> None:
    for path in ("/sign-in", "/account", "/nowhere"):
        answer = contextvars.Context().run(
            app.test_client().get, path, headers={"Authorization": authorization}
        )
        assert answer.status_code in {200, 302, 404}


def test_somebody_without_a_role(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    house.session.execute(text("DELETE FROM role_grant"))
    house.session.commit()
    problem(caller.get("/sites"), 403, "not-allowed")


def test_no_answer_sets_a_cookie(house: House, api: Callable[..., Caller]) -> None:
    for response in (api(house.person).get("/sites"), api().get("/sites"), api().get("/openapi.json")):
        assert "Set-Cookie" not in response.headers
