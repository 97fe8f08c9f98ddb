"""Every route says who may call it, and keeps to that: walked as owner, colleague, stranger and nobody."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.accounts.models import ApiToken, RoleGrant, UserSession
from portal.accounts.tokens import token_hash
from portal.clock import now
from portal.notifications.models import Message
from portal.permissions import PERMISSIONS, Role, permission_of
from portal.resources.models import Reservation
from tests.bookings.house import House, at
from tests.client import Visitor
from tests.factories import AgencyFactory, PersonFactory

Visit = Callable[..., Visitor]


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_every_route_carries_permit_or_public(migrated_app: Flask) -> None:
    bare = []
    for rule, method in rules(migrated_app):
        try:
            permission_of(migrated_app.view_functions[rule.endpoint], method)
        except LookupError:
            bare.append(f"{method} {rule.rule} ({rule.endpoint})")
    assert not bare, "Neither @permit nor @public:\n" + "\n".join(bare)


def test_every_permission_is_asked_for(migrated_app: Flask) -> None:
    asked = {
        permission_of(migrated_app.view_functions[rule.endpoint], method)
        for rule, method in rules(migrated_app)
    }
    in_code = {"book-for-others", "confirm-person"}
    assert set(PERMISSIONS) - asked - in_code == set()


def test_nothing_changes_by_following_a_link(migrated_app: Flask) -> None:
    """A path that only POST answers must not answer GET, and the other way round for what its name promises."""
    verbs = re.compile(r"/(?:cancel|move|delete|remove|revoke|check-in|check-out|confirm|read)$")
    for rule, method in rules(migrated_app):
        if method == "GET" and verbs.search(rule.rule):
            endpoint = rule.endpoint.split(".")[-1]
            assert endpoint.startswith(("ask_", "show_", "confirm")), (
                f"GET {rule.rule} ({rule.endpoint}) sounds as if it acted"
            )


def address(rule: Rule, reference: str) -> str:
    """A real address of a rule."""
    values = {
        "site_id": "1",
        "day": now().date().isoformat(),
        "reference": reference,
        "token": "x" * 43,
        "name": "x",
        "number": "1",
    }
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: values.get(part[1], "1"), rule.rule)


@pytest.fixture
def booked(session: Session) -> tuple[House, str]:
    house = House(session)
    tomorrow = at(10).replace(year=now().year, month=now().month, day=now().day) + (at(10, days=1) - at(10))
    return house, house.book(tomorrow, tomorrow.replace(hour=11), now=now()).reference


def test_nobody_is_asked_to_sign_in(app: Flask, booked: tuple[House, str], visitor: Visit) -> None:
    nobody = visitor()
    for rule, method in rules(app):
        if method != "GET" or permission_of(app.view_functions[rule.endpoint], method) is None:
            continue
        answer = nobody.get(address(rule, booked[1]))
        if rule.rule.startswith("/api/"):
            assert answer.status_code == 401, rule.rule
        else:
            assert answer.status_code == 302, rule.rule
            assert answer.headers["Location"].startswith("/sign-in?next="), rule.rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_it_may_and_nothing_else(
    app: Flask, session: Session, booked: tuple[House, str], visitor: Visit, role: Role
) -> None:
    person = PersonFactory(roles=[role])
    session.commit()
    somebody = visitor(person)
    for rule, method in rules(app):
        if rule.rule.startswith(("/api/", "/static/")) or method != "GET":
            continue
        permission = permission_of(app.view_functions[rule.endpoint], method)
        answer = somebody.get(address(rule, booked[1]))
        where = f"{rule.rule} ({rule.endpoint}) as {role}: {answer.status}"
        assert answer.status_code < 500, where
        if permission is not None and role not in PERMISSIONS[permission]:
            assert answer.status_code == 403, where
        elif permission is not None:
            assert answer.status_code != 403, where


def test_a_booking_is_found_by_its_owner_and_the_front_desk_alone(
    session: Session, booked: tuple[House, str], visitor: Visit
) -> None:
    house, reference = booked
    colleague = PersonFactory(roles=[Role.CONSULTANT])
    session.commit()
    for path in ("", ".ics", "/cancel"):
        where = f"/bookings/{reference}{path}"
        assert visitor(house.person).get(where).status_code == 200
        assert visitor(house.staff).get(where).status_code == 200
        for other in (house.rival, colleague):
            assert visitor(other).get(where).status_code == 404
        assert visitor().get(where).status_code == 302


CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def changing(app: Flask, *, api: bool = False) -> Iterator[tuple[Rule, str]]:
    for rule, method in rules(app):
        if method in CHANGING and rule.rule.startswith("/api/") == api:
            yield rule, method


def test_nobody_changes_anything_before_signing_in(
    app: Flask, booked: tuple[House, str], visitor: Visit
) -> None:
    for rule, method in changing(app):
        assert method == "POST", f"a form cannot send {method} {rule.rule}"
        if permission_of(app.view_functions[rule.endpoint], method) is None:
            continue
        answer = visitor().submit(address(rule, booked[1]), page="/sign-in")
        where = f"{rule.rule} ({rule.endpoint}): {answer.status}"
        assert answer.status_code == 303, where
        assert answer.headers["Location"].startswith("/sign-in"), where
    for rule, method in changing(app, api=True):
        answer = visitor().open(address(rule, booked[1]), method=method, json={})
        assert answer.status_code == 401, f"{method} {rule.rule}: {answer.status}"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_changes_what_it_may_and_nothing_else(
    app: Flask, session: Session, booked: tuple[House, str], visitor: Visit, role: Role
) -> None:
    """An empty form, so that little happens; each with a device of its own, as some sign that one out."""
    person = PersonFactory(roles=[role])
    session.add(ApiToken(person_id=person.id, token_hash=token_hash("t" * 43), created_at=now()))
    session.commit()
    for rule, method in changing(app):
        permission = permission_of(app.view_functions[rule.endpoint], method)
        page = "/account" if permission else "/privacy"
        answer = visitor(person).submit(address(rule, booked[1]), page=page)
        _as_permitted(answer, permission, role, f"{rule.rule} ({rule.endpoint}) as {role}: {answer.status}")
    bearer = {"Authorization": "Bearer " + "t" * 43}
    for rule, method in changing(app, api=True):
        permission = permission_of(app.view_functions[rule.endpoint], method)
        answer = visitor().open(address(rule, booked[1]), method=method, json={}, headers=bearer)
        where = f"{method} {rule.rule} as {role}: {answer.status}"
        assert answer.status_code != 401, where
        _as_permitted(answer, permission, role, where)


def _as_permitted(answer: TestResponse, permission: str | None, role: Role, where: str) -> None:
    assert answer.status_code < 500, where
    if permission is not None and role not in PERMISSIONS[permission]:
        assert answer.status_code in {403, 404}, where
    else:
        assert answer.status_code != 403, where


def test_a_stranger_changes_nothing_of_somebody_elses(
    app: Flask, session: Session, booked: tuple[House, str], visitor: Visit
) -> None:
    """Whatever address of theirs a stranger sends a form to: the first row of each kind is the owner's."""
    house, reference = booked
    owner = visitor(house.person)
    before = _belongings(session, house.person.id)
    assert all(before), "nothing here that a stranger could change"
    for rule, method in changing(app):
        if rule.arguments and permission_of(app.view_functions[rule.endpoint], method) is not None:
            answer = visitor(house.rival).submit(address(rule, reference))
            where = f"{rule.rule} ({rule.endpoint}): {answer.status}"
            assert answer.status_code in {303, 403, 404}, where
            if "reference" in rule.arguments:
                assert answer.status_code != 303, where
    assert _belongings(session, house.person.id) == before
    assert owner.get(f"/bookings/{reference}").status_code == 200


def _belongings(session: Session, person_id: int) -> list[list[tuple[Any, ...]]]:
    """What is theirs: rows as they stand, all tables that name a person."""
    tables = (Reservation, Message, UserSession, RoleGrant)
    found = []
    for table in tables:
        rows = session.execute(
            select(table.__table__).where(table.person_id == person_id).order_by(table.id)
        ).all()
        found.append([tuple(row) for row in rows])
    session.rollback()
    return found


def test_what_changes_asks_for_a_token(app: Flask, booked: tuple[House, str], visitor: Visit) -> None:
    """A forged form is refused wherever it is sent."""
    app.config["WTF_CSRF_ENABLED"] = True
    house, reference = booked
    person = visitor(house.person)
    for rule, method in rules(app):
        if method == "POST" and not rule.rule.startswith("/api/"):
            answer = person.post(address(rule, reference), data={"csrf_token": "forged"})
            assert answer.status_code in {403, 422}, f"{rule.rule}: {answer.status}"


def test_personal_pages_are_not_kept_by_others(app: Flask, booked: tuple[House, str], visitor: Visit) -> None:
    person = visitor(booked[0].person)
    for rule, method in rules(app):
        if method != "GET" or permission_of(app.view_functions[rule.endpoint], method) is None:
            continue
        kept = person.get(address(rule, booked[1])).headers["Cache-Control"]
        assert "private" in kept or "no-store" in kept, f"{rule.rule}: {kept}"


def test_the_front_desk_of_another_agency_sees_and_changes_nothing(
    session: Session, booked: tuple[House, str], visitor: Visit
) -> None:
    house, reference = booked
    stranger = PersonFactory(roles=[])
    session.add(RoleGrant(person_id=stranger.id, role=Role.FRONTDESK, agency_id=AgencyFactory().id))
    session.add(ApiToken(person_id=stranger.id, token_hash=token_hash("t" * 43), created_at=now()))
    session.commit()
    other = visitor(stranger)
    for path in ("", ".ics", "/cancel", "/move"):
        assert other.get(f"/bookings/{reference}{path}").status_code == 404
    assert other.submit(f"/bookings/{reference}/cancel").status_code == 404
    bearer = {"Authorization": "Bearer " + "t" * 43}
    for ask in (other.get, other.delete):
        assert ask(f"/api/v1/bookings/{reference}", headers=bearer).status_code == 404
    assert visitor(house.staff).get(f"/bookings/{reference}").status_code == 200
