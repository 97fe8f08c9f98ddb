import pytest
from sqlalchemy.orm import Session

from tests.bookings.house import House


@pytest.fixture
def house(session: Session) -> House:
    return House(session)
