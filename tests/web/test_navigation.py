"""The menus: nothing that a role may open is out of reach, on no device."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.permissions import PERMISSIONS, Role
from portal.web.navigation import ENTRIES
from tests.client import Visitor
from tests.factories import PersonFactory

LINK = re.compile(r'<a(?: class="until-laptop")? href="([^"]+)"')


@pytest.mark.parametrize("role", list(Role))
def test_all_that_a_role_may_open_is_in_a_menu_on_phones(
    app: Flask, session: Session, visitor: Callable[..., Visitor], role: Role
) -> None:
    person = PersonFactory(roles=[role])
    session.commit()
    page = visitor(person).get("/inbox").text
    bottom = re.search(r'<nav class="tabbar".*?</nav>', page, re.DOTALL)
    under_initials = re.search(r'<details class="menu">.*?</details>', page, re.DOTALL)
    assert bottom
    assert under_initials
    at_hand = LINK.findall(bottom[0])
    assert len(at_hand) <= 5, f"the bottom bar has no room for {at_hand}"
    shown = {*at_hand, *LINK.findall(under_initials[0])}
    with app.test_request_context():
        for entry in ENTRIES:
            may = entry.permission in PERMISSIONS and role in PERMISSIONS[entry.permission]
            if may and entry.endpoint in app.view_functions:
                assert app.url_for(entry.endpoint) in shown, f"{entry.label} is out of reach for {role}"


def test_a_form_that_comes_back_marks_the_page_it_stood_on(
    app: Flask, session: Session, visitor: Callable[..., Visitor]
) -> None:
    person = PersonFactory(roles=[Role.FRONTDESK])
    session.commit()
    answer = visitor(person).submit("/desk/people/new", {"name": "", "phone": ""})
    assert answer.status_code == 422
    bottom = re.search(r'<nav class="tabbar".*?</nav>', answer.text, re.DOTALL)
    assert bottom
    assert re.findall(r'href="([^"]+)" aria-current="page"', bottom[0]) == ["/desk"]
