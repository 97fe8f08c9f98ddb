from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.bookings.house import NOW, House


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


@pytest.fixture
def monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
