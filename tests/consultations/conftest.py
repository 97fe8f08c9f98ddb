from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.consultations.topics.models import IntakeQuestion, QuestionKind
from portal.db import Words
from tests.consultations.test_appointments import AT, TEN, House

LATER = TEN + timedelta(hours=1)


@pytest.fixture
def monday_morning() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def trasa(session: Session) -> House:
    return House(session)


@pytest.fixture
def question(session: Session, trasa: House) -> Callable[..., int]:
    """A question of the house's topic."""

    def ask(kind: QuestionKind = QuestionKind.TEXT, **values: Any) -> int:
        label = values.pop("label", Words("Apa usahamu?", "What is your business?"))
        row = IntakeQuestion(topic_id=trasa.topic_id, label=label, kind=kind, **values)
        session.add(row)
        session.commit()
        return row.id

    return ask
