"""What is wrong is listed from the top of the page to its end; the test's visitor looks, in every refused form."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.client import Visitor
from tests.factories import PersonFactory

Visit = Callable[..., Visitor]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/password", ["current", "password"]),
        ("/account/email", ["email", "current"]),
        ("/account/phone", ["phone", "current"]),
    ],
)
def test_the_first_field_is_named_first(
    session: Session, visitor: Visit, path: str, fields: list[str]
) -> None:
    person = PersonFactory()
    session.commit()
    page = visitor(person).submit(path)
    places = [page.text.index(f'<a href="#{field}">') for field in fields]
    assert places == sorted(places)


@pytest.mark.parametrize("path", ["/register", "/sign-in", "/forgot", "/forgot/code"])
def test_forms_of_strangers(visitor: Visit, path: str) -> None:
    answer = visitor().submit(path, page=path)
    assert answer.status_code == 422
    assert 'class="summary"' in answer.text
