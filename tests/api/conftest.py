"""Callers of the API over a small house, on Monday 7 September 2026 at 09.00 WIB."""

import contextvars
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import ApiToken, Person
from portal.accounts.tokens import new_token, token_hash
from portal.db import db
from portal.permissions import Role
from portal.resources.models import Reservation, Resource, ResourceFeature
from tests.factories import (
    FeatureFactory,
    FloorFactory,
    PersonFactory,
    ResourceFactory,
    RulesFactory,
    SiteFactory,
    ZoneFactory,
    words,
)

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def at(hour: int, minute: int = 0, days: int = 0) -> str:
    """A local time of that day, as callers write it."""
    return (datetime(2026, 9, 7, hour, minute, tzinfo=WIB) + timedelta(days=days)).isoformat()


if TYPE_CHECKING:

    class Answer(TestResponse):
        """A response of which a test knows that it holds JSON."""

        @property
        def json(self) -> Any: ...


class Caller:
    """Sends requests with a bearer token, each in a context of its own, as a server does."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client(use_cookies=False)
        self.token = token

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> "Answer":
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            options.setdefault("data", json.dumps(body))
            options.setdefault("content_type", "application/json")
        address = path if path.startswith("/api") else "/api/v1" + path
        response = contextvars.Context().run(
            self.client.open, address, method=method, headers=sent, **options
        )
        return cast("Answer", response)

    def get(self, path: str, **query: Any) -> "Answer":
        return self("GET", path, query_string=query)

    def book(
        self, resource: Resource | int, start: str, end: str, *, key: str | None = None, **more: Any
    ) -> "Answer":
        resource_id = resource if isinstance(resource, int) else resource.id
        body = {"resource_id": resource_id, "starts_at": start, "ends_at": end} | more
        return self("POST", "/bookings", body, headers={"Idempotency-Key": key} if key else None)


class House:
    """Two desks and a room at one site, one desk at another, and people."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.site = SiteFactory(name="Trasa")
        self.floor = FloorFactory(site_id=self.site.id, name=words("Lantai 2", "Floor 2"))
        self.zone = ZoneFactory(floor_id=self.floor.id)
        self.rules = RulesFactory(day_minutes=240, week_minutes=600)
        place: dict[str, Any] = {"site": self.site, "floor_id": self.floor.id, "rules_id": self.rules.id}
        self.desk: Resource = ResourceFactory(**place, zone_id=self.zone.id, name="A01")
        self.other: Resource = ResourceFactory(**place, zone_id=self.zone.id, name="A02")
        self.room: Resource = ResourceFactory(**place, room=True, name="Ruang Wijaya")
        self.elsewhere: Resource = ResourceFactory(name="B01")
        feature = FeatureFactory(code="window", name=words("Dekat jendela", "By a window"))
        session.add(ResourceFeature(resource_id=self.desk.id, feature_id=feature.id))
        self.person: Person = PersonFactory()
        self.rival: Person = PersonFactory()
        self.frontdesk: Person = PersonFactory(roles=[Role.FRONTDESK])
        self.consultant: Person = PersonFactory(roles=[Role.CONSULTANT])
        session.commit()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


@pytest.fixture
def api(app: Flask) -> Callable[..., Caller]:
    """`api()` has no token; `api(person)` one of theirs."""

    def call(person: Person | None = None) -> Caller:
        if person is None:
            return Caller(app, None)
        token = new_token()
        with Session(db.engine) as session:
            session.add(ApiToken(person_id=person.id, token_hash=token_hash(token), created_at=NOW))
            session.commit()
        return Caller(app, token)

    return call


def count(house: House, model: type[Any] = Reservation) -> int:
    """How many rows there are by now."""
    house.session.rollback()
    return house.session.scalar(select(func.count()).select_from(model)) or 0


def problem(response: TestResponse, status: int, name: str) -> dict[str, Any]:
    """The body of a refusal, after a look at what all refusals have in common."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body = json.loads(response.text)
    assert body["type"].endswith(f"/{name}"), body
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert response.headers["Cache-Control"] == "no-store"
    return dict(body)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database within the block, jobs that are handed in too."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
