"""`/desk/people/<id>/email`: strangers first, then an address put right, and one that is no business of the desk's."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.permissions import Role
from tests.agenda.test_feed import case
from tests.client import Visitor
from tests.factories import PersonFactory, SiteFactory

__all__ = ["case"]

pytestmark = pytest.mark.usefixtures("clock")
Visit = Callable[..., Visitor]
WRONG, RIGHT = "siti@gmial.com", "siti@gmail.com"


@pytest.fixture
def siti(session: Session) -> Person:
    SiteFactory()
    person: Person = PersonFactory(name="Siti Nuraeni", email=WRONG, unconfirmed=True)
    session.commit()
    return person


@pytest.fixture
def desk(session: Session, visitor: Visit) -> Visitor:
    clerk = PersonFactory(roles=[Role.ADMIN])
    session.commit()
    return visitor(clerk)


@pytest.mark.parametrize("role", [Role.ENTREPRENEUR, Role.CONSULTANT, Role.MANAGER, Role.OFFICIAL])
def test_others_may_not(session: Session, visitor: Visit, siti: Person, role: Role) -> None:
    path = f"/desk/people/{siti.id}/email"
    assert visitor().get(path).status_code == 302
    person = PersonFactory(roles=[role])
    session.commit()
    assert visitor(person).get(path).status_code == 403
    assert visitor(person).submit(path, {"email": RIGHT}).status_code == 403
    session.expire_all()
    assert session.get_one(Person, siti.id).email == WRONG


def test_from_the_search_to_the_right_address(session: Session, desk: Visitor, siti: Person) -> None:
    path = f"/desk/people/{siti.id}/email"
    assert path in desk.get("/desk?q=Siti").text
    assert WRONG in desk.get(path).text
    answer = desk.submit(path, {"email": f" {RIGHT} "}, page=path)
    assert answer.status_code == 303
    assert f"dikirim ke {RIGHT}" in desk.get(answer.location).text
    session.expire_all()
    assert session.get_one(Person, siti.id).email == RIGHT


@pytest.mark.parametrize("typed", ["", "siti", "siti@", "siti@@gmail.com", "a\0@b.id"])
def test_what_is_none_is_refused_and_kept(session: Session, desk: Visitor, siti: Person, typed: str) -> None:
    path = f"/desk/people/{siti.id}/email"
    answer = desk.submit(path, {"email": typed}, page=path)
    assert answer.status_code == 422
    session.expire_all()
    assert session.get_one(Person, siti.id).email == WRONG


def test_a_confirmed_one_is_its_owner_s_to_change(session: Session, desk: Visitor) -> None:
    SiteFactory()
    person = PersonFactory(name="Siti Nuraeni", email=WRONG)
    session.commit()
    path = f"/desk/people/{person.id}/email"
    assert path not in desk.get("/desk?q=Siti").text
    answer = desk.submit(path, {"email": RIGHT}, page=path)
    assert answer.status_code == 422
    assert "Alamat itu sudah" in answer.text
    session.expire_all()
    assert session.get_one(Person, person.id).email == WRONG


def test_nobody_of_that_number(desk: Visitor) -> None:
    assert desk.get("/desk/people/999999/email").status_code == 404
