"""An administrator, and whoever else tries."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.db import db
from portal.permissions import Role
from tests.client import Visitor
from tests.factories import PersonFactory


@pytest.fixture
def admin(session: Session) -> Any:
    person = PersonFactory(name="Bu Ratna", roles=[Role.ADMIN])
    session.commit()
    return person


@pytest.fixture
def client(visitor: Callable[..., Visitor], admin: Any) -> Visitor:
    return visitor(admin)


@pytest.fixture
def statements(app: object) -> Iterator[list[str]]:
    """Every statement from here on."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
