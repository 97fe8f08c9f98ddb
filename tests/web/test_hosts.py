"""Names of the portal that are not its own."""

from dataclasses import replace

import pytest
from flask import Flask

from portal import create_app
from portal.config import Settings
from portal.db import db
from portal.web import logging

ELSEWHERE = {"Host": "evil.example"}


@pytest.fixture
def production(settings: Settings, app: Flask) -> Flask:
    made = create_app(replace(settings, demo=False, base_url="https://bosmuda.example"))
    logging.configure(json=False)
    return made


@pytest.mark.parametrize("path", ["/spaces//1/day/2026-11-25", "/spaces//", "/bookings//"])
def test_no_redirect_tells_of_the_host_that_was_asked_for(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, headers=ELSEWHERE)
    assert answer.status_code == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "bosmuda.example.evil.example", "[", "bosmuda.example@evil.example"]
)
def test_other_names_are_refused(production: Flask, host: str) -> None:
    for path in ("/", "/sign-in", "/nowhere"):
        assert production.test_client().get(path, headers={"Host": host}).status_code == 400
    answer = production.test_client().get("/api/v1/openapi.json", headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize("host", ["bosmuda.example", "BosMuda.example:443", "127.0.0.1:8000", "localhost"])
def test_its_own_name_and_this_machine(production: Flask, host: str) -> None:
    assert production.test_client().get("/sign-in", headers={"Host": host}).status_code == 200


def test_machines_ask_by_any_name(production: Flask) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert production.test_client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    with production.app_context():
        db.engine.dispose()


def test_a_demonstration_answers_to_every_name(app: Flask) -> None:
    assert app.test_client().get("/sign-in", headers={"Host": "laptop.local:8000"}).status_code == 200
