"""What goes wrong: what the log may hold of it, and what the visitor gets."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Settings
from portal.db import db, unit_of_work
from portal.permissions import public
from portal.web import logging
from tests.client import Visitor
from tests.factories import LONG_AGO, PersonFactory

Visit = Callable[..., Visitor]


@pytest.fixture
def log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the portal writes there, as production writes it; a failure is answered as in production too."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    logging.configure(json=True)
    for name in ("portal.web.errors", "portal.web.logging", "portal.web.views"):
        monkeypatch.setattr(f"{name}.log", structlog.get_logger("portal"))
    yield written
    logging.configure(json=False)


@pytest.fixture
def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Lets the page of a new password do something else."""

    def fail(how: Callable[[], object]) -> None:
        endpoint = app.url_map.bind("localhost").match("/reset/a-living-secret")[0]
        monkeypatch.setitem(app.view_functions, endpoint, public(lambda **_: how()))

    return fail


def test_a_failure_is_logged_without_people_and_secrets(
    visitor: Visit, session: Session, log: io.StringIO, failing: Callable[..., None]
) -> None:
    PersonFactory.create(email="rahasia@tegal.example", email_confirmed_at=LONG_AGO)
    session.commit()

    def insert_again() -> None:
        with unit_of_work() as unit:
            unit.execute(
                text(
                    "INSERT INTO person (name, email, email_confirmed_at, language, created_at)"
                    " VALUES (:name, :email, now(), 'id', now())"
                ),
                {"name": "Nama Rahasia", "email": "rahasia@tegal.example"},
            )

    failing(insert_again)
    assert visitor().get("/reset/a-living-secret").status_code == 500
    written = log.getvalue()
    assert "uq_person_confirmed_email" in written
    assert "insert_again" in written
    for secret in ("rahasia@tegal.example", "Nama Rahasia", "a-living-secret", "DETAIL"):
        assert secret not in written


def refuse(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "error", [PoolTimeout("no connection left"), OperationalError("SELECT 1", {}, Exception("too slow"))]
)
@pytest.mark.usefixtures("log")
def test_a_busy_database_is_told_apart_from_a_mistake(
    visitor: Visit, failing: Callable[..., None], error: Exception
) -> None:
    failing(lambda: refuse(error))
    answer = visitor().get("/reset/a-living-secret")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("is_command", "limit"), [("false", "30s"), ("true", "0")])
def test_pages_may_not_take_long_but_commands_may(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_command: str, limit: str
) -> None:
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", is_command)
    with create_app(settings).app_context():
        with db.engine.connect() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == limit
        db.engine.dispose()


def test_a_refused_form_has_a_request_id_of_its_own(
    app: Flask, visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = visitor()
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    ids = {person.post("/sign-in", data={}).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("proxies", [0, 1])
def test_only_a_proxy_of_ours_names_requests(settings: Settings, proxies: int) -> None:
    app = create_app(replace(settings, trusted_proxies=proxies))
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": "chosenbyme"})
    assert (answer.headers["X-Request-ID"] == "chosenbyme") is bool(proxies)


def test_invented_methods_make_no_labels(visitor: Visit) -> None:
    person = visitor()
    person.open("/healthz", method="BREW")
    person.open("/healthz", method="GET")
    numbers = person.get("/metrics").text
    assert "BREW" not in numbers
    assert 'portal_requests_total{endpoint="none",method="other",status="405"}' in numbers
    assert 'method="GET"' in numbers
