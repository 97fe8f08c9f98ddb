"""The OpenAPI document, and the API held against it."""

import contextvars
import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema_rs import validator_for
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Caller, House, at


@pytest.fixture
def document(api: Callable[..., Caller]) -> dict[str, Any]:
    return dict(api().get("/openapi.json").json)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


def test_it_is_public_and_can_be_kept(api: Callable[..., Caller]) -> None:
    first = api().get("/openapi.json")
    assert first.status_code == 200
    assert first.json["openapi"].startswith("3.1")
    assert "public" in first.headers["Cache-Control"]
    again = api()("GET", "/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_it_tells_of_every_address(app: Flask, document: dict[str, Any]) -> None:
    told = {(path, method.upper()) for path, method, _ in operations(document)}
    there = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert told == there


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert operation["summary"], path
        if "security" not in operation:
            assert "401" in operation["responses"], path
        if method == "post":
            parameters = {parameter["name"] for parameter in operation["parameters"]}
            assert "Idempotency-Key" in parameters, path
    assert document["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for name, response in document["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], name
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "default" or int(status) >= 400:
                assert response["$ref"].startswith("#/components/responses/"), path


def test_types_are_listed(document: dict[str, Any]) -> None:
    for name in ("slot-taken", "validation", "rule-day-quota", "idempotency-key-reused", "unauthorized"):
        assert f"/{name}`" in document["info"]["description"]
    assert "%(" not in json.dumps(document)


def test_schemas_are_strict(document: dict[str, Any]) -> None:
    for name in ("NewBooking", "BookingChange"):
        assert document["components"]["schemas"][name]["additionalProperties"] is False


def test_answers_are_as_described(document: dict[str, Any], house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    for name, response in (
        ("Booking", caller.book(house.desk, at(10), at(11))),
        ("Problem", api(house.rival).book(house.desk, at(10), at(11))),
        ("Problem", caller.get("/availability")),
        ("Sites", caller.get("/sites")),
        ("Resources", caller.get("/resources")),
        ("Availability", caller.get("/availability", site=house.site.id, date="2026-09-08")),
    ):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        validator_for(schema).validate(json.loads(response.text))


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
VALID, INVALID = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


@pytest.mark.parametrize("mode", [VALID, INVALID])
def test_nothing_sent_breaks_it(
    mode: schemathesis.GenerationMode,
    app: Flask,
    house: House,
    api: Callable[..., Caller],
    subtests: pytest.Subtests,
) -> None:
    """What is made up from the document, valid or not, gets an answer that the document describes."""
    caller = api(house.person)
    reference = caller.book(house.desk, at(10), at(11)).json["reference"]
    loaded = contextvars.Context().run(schemathesis.openapi.from_wsgi, "/api/v1/openapi.json", app)
    described = [result.ok() for result in loaded.get_all_operations() if isinstance(result, Ok)]
    assert len(described) >= 7
    for operation in described:

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: schemathesis.Case[Any]) -> None:
            if mode is VALID:
                point_at_what_is_there(case, house, reference)
            # Schemathesis asks for brotli by itself and reads no brotli.
            headers = {"Authorization": f"Bearer {caller.token}", "Accept-Encoding": "identity"}
            response = contextvars.Context().run(case.call, headers=headers)
            case.validate_response(response, checks=CHECKS)
            if mode is VALID and response.status_code >= 400:
                assert not response.json()["type"].endswith(("/validation", "/not-json")), response.text

        with subtests.test(operation.label):
            holds()


def point_at_what_is_there(case: schemathesis.Case[Any], house: House, reference: str) -> None:
    """Ids made up at random would find nothing but 404."""
    if "reference" in case.path_parameters:
        case.path_parameters["reference"] = reference
    if "site" in case.query:
        case.query["site"] = house.site.id
    if isinstance(case.body, dict) and "resource_id" in case.body:
        case.body["resource_id"] = house.other.id
