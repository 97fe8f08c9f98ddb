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
    shown = set(re.findall(r'<a(?: class="only-phone")? href="([^"]+)"', bottom[0] + under_initials[0]))
    with app.test_request_context():
        for entry in ENTRIES:
            if entry.permission in PERMISSIONS and role in PERMISSIONS[entry.permission]:
                assert app.url_for(entry.endpoint) in shown, f"{entry.label} is out of reach for {role}"


def test_the_bottom_bar_has_room_for_five() -> None:
    for role in Role:
        entries = [
            entry
            for entry in ENTRIES
            if entry.on_phone and (entry.permission is None or role in PERMISSIONS.get(entry.permission, ()))
        ]
        assert len(entries) <= 5, f"{role}: {[entry.label for entry in entries]}"
