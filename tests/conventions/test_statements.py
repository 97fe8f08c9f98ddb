"""What a page costs the database doesn't depend on how much it shows."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import ApiToken, Person
from portal.accounts.tokens import token_hash
from portal.permissions import Role
from tests.bookings.house import NOW, House, at
from tests.client import Visitor
from tests.conventions.test_routes import address, rules
from tests.factories import FeatureFactory, PersonFactory, words
from tests.statements import counted

Visit = Callable[..., Visitor]
TOKEN = "token-of-the-statements-test-" + "x" * 14
DAY = "/spaces/1/day/2026-09-08"


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


@pytest.fixture
def staff(house: House, session: Session) -> Person:
    person: Person = PersonFactory(roles=[Role.FRONTDESK, Role.ADMIN, Role.ENTREPRENEUR])
    session.flush()
    session.add(ApiToken(person_id=person.id, token_hash=token_hash(TOKEN), created_at=NOW))
    session.commit()
    return person


def fill(house: House) -> None:
    """A dozen of everything that lists show: desks, people, messages, bookings of today, before and to come."""
    desks, people = house.desks(12), house.people(12)
    for n in range(12):
        FeatureFactory(name=words(f"Fitur {n}"))
        house.book(at(10), at(11), people[n], resource=desks[n])
        house.book(at(13, days=1), at(14, days=1), people[n], resource=desks[n])
        for person in (house.person, house.staff):
            start, earlier = at(15, days=-n - 1), NOW - timedelta(days=25)
            house.book(
                start,
                start + timedelta(hours=1),
                person,
                resource=desks[n - (person is house.staff)],
                actor=house.desk_staff,
                now=earlier,
            )
    house.session.commit()


def costs(app: Flask, visitor: Visitor, reference: str) -> dict[str, int]:
    """Statements of every address that answers GET, the second time it is asked for."""
    found = {}
    for rule, method in rules(app):
        if method != "GET" or rule.endpoint == "static":
            continue
        path = address(rule, reference)
        if "date" in rule.rule:
            path = DAY
        if path == "/api/v1/availability":
            path += "?site=1&date=2026-09-08"
        if path == "/api/v1/resources":
            path += "?site=1"
        headers = {"Authorization": f"Bearer {TOKEN}"} if path.startswith("/api/") else {}
        visitor.get(path, headers=headers)
        with counted() as sent:
            visitor.get(path, headers=headers)
        found[path] = len(sent)
    return found


def test_no_page_costs_more_for_having_more_to_show(
    app: Flask, house: House, staff: Person, visitor: Visit
) -> None:
    own = house.book(at(10, days=1), at(12, days=1)).reference
    theirs = house.book(at(13, days=1), at(14, days=1), staff, actor=house.desk_staff).reference
    few = [costs(app, visitor(house.person), own), costs(app, visitor(staff), theirs)]
    fill(house)
    many = [costs(app, visitor(house.person), own), costs(app, visitor(staff), theirs)]
    for before, after in zip(few, many, strict=True):
        grown = {path: (before[path], count) for path, count in after.items() if count > before[path]}
        assert not grown, f"statements with few rows and with many: {grown}"


@pytest.mark.parametrize("desks", [0, 60])
def test_the_day_page(house: House, visitor: Visit, desks: int) -> None:
    house.desks(desks)
    for who, most in ((house.person, 3), (None, 2)):
        person = visitor(who)
        person.get(DAY)
        with counted() as sent:
            assert person.get(DAY).status_code == 200
        assert len(sent) <= most, sent


def test_a_booking(house: House, staff: Person, visitor: Visit) -> None:
    wanted = {
        "resource_id": house.desk.id,
        "starts_at": at(10, days=1).isoformat(),
        "ends_at": at(12, days=1).isoformat(),
    }
    with counted() as sent:
        answer = visitor().post("/api/v1/bookings", json=wanted, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 201, answer.text
    assert len(sent) <= 10, sent
