"""Refusals of every kind: problem+json, in two languages, never a page and never a 500."""

import contextvars
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Gone, TooManyRequests

from portal.api.problems import KINDS, errors_by_field, known_types
from tests.api.conftest import Caller, House, problem

UNKNOWN = ["/api/v1/nothing", "/api/v2/sites", "/api/", "/api/v1/sites/", "/api/v1/bookings/a/b"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_addresses(path: str, api: Callable[..., Caller]) -> None:
    problem(api()("GET", path), 404, "not-found")


def test_unknown_addresses_elsewhere_are_pages(api: Callable[..., Caller]) -> None:
    response = contextvars.Context().run(api().client.get, "/apiary")
    assert (response.status_code, response.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("PUT", "/sites", "GET"), ("GET", "/bookings", "POST")]
)
def test_wrong_methods(method: str, path: str, allowed: str, api: Callable[..., Caller]) -> None:
    response = api()(method, path)
    problem(response, 405, "method-not-allowed")
    assert allowed in response.headers["Allow"]


NO_JSON = [
    "",
    "{",
    "resource_id=1",
    "{'resource_id': 1}",
    "[" * 100_000,
    '{"a":' * 100_000,
    b"\xff\xfe\x00",
    b"\x00",
    '{"resource_id": NaN}',
    '{"resource_id": -Infinity}',
    '{"resource_id": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize(("method", "path"), [("POST", "/bookings"), ("PATCH", "/bookings/TRS222222")])
def test_a_body_that_is_no_json(
    method: str, path: str, house: House, api: Callable[..., Caller], subtests: pytest.Subtests
) -> None:
    caller = api(house.person)
    for body in NO_JSON:
        for headers in ({}, {"Idempotency-Key": "k"}):
            with subtests.test(body=ascii(body[:20])):
                response = caller(method, path, data=body, content_type="application/json", headers=headers)
                problem(response, 400, "not-json")


def test_json_that_is_no_object(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    for body in ("[]", "null", '"text"', "1", "true", "[[]]", "[" * 500 + "]" * 500):
        with subtests.test(body=body[:20]):
            response = caller("POST", "/bookings", data=body, content_type="application/json")
            assert list(problem(response, 422, "validation")["errors"]) == ["body"]


@pytest.mark.parametrize("size", [2**20, 11 * 2**20])
def test_a_large_body(size: int, house: House, api: Callable[..., Caller]) -> None:
    body = '{"a": "' + "x" * size + '"}'
    response = api(house.person)("POST", "/bookings", data=body, content_type="application/json")
    problem(response, 413, "too-large")


class Unfinished(BytesIO):
    """What a server hands on when chunks are none: an exception of its own kind."""

    def read(self, size: int | None = -1) -> bytes:
        raise EOFError("invalid chunk size")


def test_a_body_in_chunks_that_are_none(house: House, api: Callable[..., Caller]) -> None:
    response = api(house.person)(
        "POST",
        "/bookings",
        input_stream=Unfinished(),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    problem(response, 400, "bad-request")


def test_a_large_body_in_chunks(house: House, api: Callable[..., Caller]) -> None:
    body = BytesIO(b"{}" + b" " * 11 * 2**20)
    response = api(house.person)(
        "POST",
        "/bookings",
        input_stream=body,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    problem(response, 413, "too-large")
    # It was listened to until its end: cut off, the sender would not see the answer.
    assert body.read() == b""


NO_JSON_TYPES = [
    None,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
    "é",
]


def test_a_body_that_is_not_sent_as_json(
    house: House, api: Callable[..., Caller], subtests: pytest.Subtests
) -> None:
    caller = api(house.person)
    for content_type in NO_JSON_TYPES:
        with subtests.test(content_type=content_type):
            response = caller("POST", "/bookings", data='{"resource_id": 1}', content_type=content_type)
            problem(response, 415, "unsupported-media-type")


def test_fifty_thousand_form_parts(house: House, api: Callable[..., Caller]) -> None:
    parts = "".join(f"--x\r\nContent-Disposition: form-data; name=a{n}\r\n\r\n1\r\n" for n in range(50_000))
    response = api(house.person)(
        "POST", "/bookings", data=parts + "--x--", content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code in {413, 415}
    assert response.content_type == "application/problem+json"


LANGUAGES = [
    ("en", "en"),
    ("en-GB,en;q=0.9,id;q=0.1", "en"),
    ("id-ID", "id"),
    ("de", "id"),
    ("", "id"),
    ("*", "id"),
    ("en;q=0.2,id;q=0.8", "id"),
    (",;q=x,,é", "id"),
]


def test_the_callers_language(api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    for accepted, language in LANGUAGES:
        with subtests.test(accepted=accepted):
            for path in ("/nothing", "/bookings/TRS222222", "/sites"):
                response = api()("GET", path, headers={"Accept-Language": accepted})
                assert response.headers["Content-Language"] == language
                assert "Accept-Language" in response.headers["Vary"]
            body = problem(api()("GET", "/nothing", headers={"Accept-Language": accepted}), 404, "not-found")
            assert (body["title"] == "Nothing there") == (language == "en")


def test_every_kind_is_said_in_indonesian(app: Flask) -> None:
    with app.test_request_context(), force_locale("id"):
        for kind in KINDS.values():
            for english in (kind.title, kind.detail):
                assert gettext(english) != english


def test_known_types_have_names_of_their_own() -> None:
    names = [name for name, _, _ in known_types()]
    assert len(names) == len(set(names))
    assert {"slot-taken", "rule-day-quota", "rule-resource", "rule-too-late", "state"} <= set(names)
    assert {status for name, status, _ in known_types() if name.startswith("rule-")} == {422}


def test_errors_do_not_grow_with_what_was_sent(app: Flask) -> None:
    with app.test_request_context():
        found = errors_by_field({"json": {"x" * 500 + str(n): ["Unknown field."] for n in range(500)}})
    assert len(found) <= 30
    assert all(len(name) <= 60 for name in found)


def test_errors_of_what_lies_deeper(app: Flask) -> None:
    with app.test_request_context():
        found = errors_by_field({"json": {"people": {0: {"name": ["a"]}}, "_schema": ["b"]}})
    assert found == {"people.0.name": ["a"], "body": ["b"]}


Break = Callable[[Exception], None]


@pytest.fixture
def broken(app: Flask) -> Iterator[Break]:
    """Makes GET /sites raise."""
    name = "api.list_sites"
    whole = app.view_functions[name]

    def break_(error: Exception) -> None:
        def view() -> Any:
            raise error

        view.permission = "book"  # type: ignore[attr-defined]
        app.view_functions[name] = view

    yield break_
    app.view_functions[name] = whole


def test_a_fault_of_ours(house: House, api: Callable[..., Caller], broken: Break) -> None:
    broken(RuntimeError("secret"))
    response = api(house.person).get("/sites")
    problem(response, 500, "internal-error")
    assert "secret" not in response.text


def test_a_busy_database(house: House, api: Callable[..., Caller], broken: Break) -> None:
    broken(OperationalError("statement", {}, Exception("secret")))
    response = api(house.person).get("/sites")
    problem(response, 503, "unavailable")
    assert "secret" not in response.text


def test_too_often(house: House, api: Callable[..., Caller], broken: Break) -> None:
    broken(TooManyRequests(retry_after=30))
    response = api(house.person).get("/sites")
    problem(response, 429, "too-many-requests")
    assert response.headers["Retry-After"] == "30"


def test_what_has_no_words_of_ours(house: House, api: Callable[..., Caller], broken: Break) -> None:
    broken(Gone())
    response = api(house.person).get("/sites")
    assert (response.status_code, response.content_type) == (410, "application/problem+json")
    assert '"about:blank"' in response.text
