"""Requests lapse and reminders go out by themselves, once."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations.appointments import jobs, services
from portal.consultations.appointments.services import Move
from tests.consultations.test_appointments import AT, TEN, House, do

FOUR = TEN.replace(day=7, hour=9)
"""Monday 16.00 WIB."""


def told(session: Session, template: str) -> int:
    session.rollback()
    count = text("SELECT count(*) FROM message WHERE template = :template")
    return session.scalar(count, {"template": f"consultations/{template}"}) or 0


def state(session: Session) -> str:
    session.rollback()
    return str(session.scalar(text("SELECT state FROM reservation ORDER BY id LIMIT 1")))


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


class TestLapsing:
    def test_when_the_time_to_answer_is_over(self, trasa: House, session: Session) -> None:
        trasa.request(starts_at=TEN + timedelta(days=1))
        with at(AT + timedelta(hours=24) - timedelta(seconds=1)):
            jobs.lapse_unanswered()
        assert state(session) == "requested"
        with at(AT + timedelta(hours=24)):
            jobs.lapse_unanswered()
            jobs.lapse_unanswered()
        assert state(session) == "declined"
        assert told(session, "lapsed") == told(session, "lapsed_for_consultant") == 1

    def test_never_what_was_answered(self, trasa: House, session: Session) -> None:
        arranged = trasa.request()
        do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
        with at(AT + timedelta(days=1)):
            jobs.lapse_unanswered()
        assert state(session) == "confirmed"

    def test_one_that_fails_keeps_nobody_else_waiting(
        self, trasa: House, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = trasa.request()
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, consultant_id=trasa.second)
        lapse = services.lapse

        def fails_once(work: Session, id_: int, *, at: datetime) -> bool:
            if id_ == first.id:
                raise RuntimeError("broken")
            return lapse(work, id_, at=at)

        monkeypatch.setattr(jobs, "lapse", fails_once)
        with at(AT + timedelta(days=1)):
            jobs.lapse_unanswered()
        assert told(session, "lapsed") == 1


class TestReminding:
    def agreed(self, trasa: House) -> int:
        arranged = trasa.request()
        do(services.confirm, Actor(id=trasa.first_person, is_staff=True), arranged.id)
        return int(arranged.id)

    def test_in_the_afternoon_before_and_only_once(self, trasa: House, session: Session) -> None:
        self.agreed(trasa)
        with at(FOUR - timedelta(minutes=1)):
            jobs.remind_of_tomorrow()
        assert told(session, "reminder") == 0
        with at(FOUR):
            jobs.remind_of_tomorrow()
            jobs.remind_of_tomorrow()
        assert told(session, "reminder") == 1

    def test_not_at_night(self, trasa: House, session: Session) -> None:
        self.agreed(trasa)
        with at(TEN.replace(hour=20, day=7)):
            jobs.remind_of_tomorrow()
        assert told(session, "reminder") == 0

    def test_never_of_what_nobody_agreed_to(self, trasa: House, session: Session) -> None:
        trasa.request()
        with at(FOUR):
            jobs.remind_of_tomorrow()
        assert told(session, "reminder") == 0

    def test_a_move_makes_it_due_again(self, trasa: House, session: Session) -> None:
        id_ = self.agreed(trasa)
        with at(FOUR):
            jobs.remind_of_tomorrow()
        staff = Actor(id=trasa.first_person, is_staff=True)
        do(services.move, Move(actor=staff, reservation_id=id_, starts_at=TEN + timedelta(days=1)), at=FOUR)
        with at(FOUR + timedelta(days=1)):
            jobs.remind_of_tomorrow()
        assert told(session, "reminder") == 2

    def test_it_names_how_many_others_wait(self, trasa: House, session: Session) -> None:
        self.agreed(trasa)
        later = TEN + timedelta(days=1)
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other, starts_at=later)
        with at(FOUR):
            jobs.remind_of_tomorrow()
        waiting = session.scalar(
            text("SELECT facts->>'waiting' FROM message WHERE template = 'consultations/reminder'")
        )
        assert waiting == "1"
