"""What is written down about a consultation, while its person is erased."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.entering import hooks
from portal.accounts.erasing.services import erase
from portal.consultations.cases import services
from portal.consultations.cases.models import Outcome
from portal.consultations.refusals import NoSuchAppointment
from portal.db import db, unit_of_work
from portal.resources.claims import lock_people
from tests.consultations.test_appointments import House
from tests.consultations.test_cases import LATER, note
from tests.factories import words

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def test_a_note_that_is_saved_meanwhile_neither_stays_nor_deadlocks(app: Flask, session: Session) -> None:
    trasa = House(session, confirms_itself=True)
    held = trasa.request()
    outcome = Outcome(name=words("Izin diajukan", "Permit applied for"))
    session.add(outcome)
    session.commit()
    command = note(trasa, held.id, outcome_id=outcome.id)

    def save() -> None:
        with app.app_context(), unit_of_work() as unit:
            services.save_note(unit, command, at=LATER)

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work() as unit:
            lock_people(unit, [trasa.person])
            saving = pool.submit(save)
            until = monotonic() + 10
            with db.engine.connect() as reader:
                while not reader.scalar(WAITING) and monotonic() < until and not saving.done():
                    sleep(0.01)
            erase(unit, trasa.person, by=None, at=LATER, let_go=hooks(app).on_erased)
        with pytest.raises(NoSuchAppointment):
            saving.result(timeout=10)
    assert session.scalar(text("SELECT count(*) FROM case_note")) == 0
