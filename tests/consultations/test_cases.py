"""What comes of a consultation: note, advice, follow-ups, files, stars."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.consultations.appointments import services as appointments
from portal.consultations.cases import refusals, services
from portal.consultations.cases.models import Outcome
from portal.consultations.cases.queries import average_stars, case_of, may_see_file
from portal.consultations.cases.services import AddFollowUp, SaveNote
from portal.consultations.erasing import cancel_coming
from portal.consultations.refusals import NoSuchAppointment
from portal.db import db, unit_of_work
from portal.files.checks import checked
from portal.files.refusals import NoSuchFile
from tests.consultations.test_appointments import TEN, House
from tests.factories import words
from tests.files.made import pdf

LATER = TEN + timedelta(minutes=70)


@pytest.fixture
def held(session: Session) -> tuple[House, int]:
    """A confirmed consultation whose time is over."""
    trasa = House(session, confirms_itself=True)
    return trasa, trasa.request().id


def do(verb: Callable[..., Any], *arguments: Any, at: datetime = LATER, **named: Any) -> Any:
    with unit_of_work() as session:
        return verb(session, *arguments, at=at, **named)


def note(trasa: House, appointment_id: int, **values: Any) -> SaveNote:
    wanted: dict[str, Any] = {
        "actor": Actor(id=trasa.first_person, is_staff=True),
        "appointment_id": appointment_id,
        "private_note": "Ragu-ragu soal modal.",
        "advice": "Daftar NIB pekan ini.",
        "outcome_id": None,
        "version": 0,
    } | values
    return SaveNote(**wanted)


def test_the_private_note_is_for_its_consultant_alone(held: tuple[House, int]) -> None:
    trasa, id_ = held
    do(services.save_note, note(trasa, id_))
    with db.engine.connect() as reader:
        seen, kept = (case_of(reader, id_, for_consultant=who).note for who in (False, True))
    assert seen is not None
    assert kept is not None
    assert (seen.private_note, seen.advice) == ("", "Daftar NIB pekan ini.")
    assert kept.private_note == "Ragu-ragu soal modal."


def test_two_windows_lose_nothing_of_each_other(held: tuple[House, int]) -> None:
    trasa, id_ = held
    assert do(services.save_note, note(trasa, id_)) == 1
    assert do(services.save_note, note(trasa, id_, version=1, advice="Besok.")) == 2
    with pytest.raises(refusals.NoteChanged):
        do(services.save_note, note(trasa, id_, version=1, advice="Lusa."))
    with db.engine.connect() as reader:
        assert reader.scalar(text("SELECT advice FROM case_note")) == "Besok."


def test_nobody_else_writes_a_note(held: tuple[House, int]) -> None:
    trasa, id_ = held
    for stranger in (trasa.second_person, trasa.person, trasa.other):
        with pytest.raises(NoSuchAppointment):
            do(services.save_note, note(trasa, id_, actor=Actor(id=stranger, is_staff=True)))


def test_an_outcome_says_that_it_took_place(held: tuple[House, int], session: Session) -> None:
    trasa, id_ = held
    outcome = Outcome(name=words("Izin diajukan", "Permit applied for"))
    session.add(outcome)
    session.commit()
    with pytest.raises(refusals.OutcomeUnknown):
        do(services.save_note, note(trasa, id_, outcome_id=outcome.id + 1))
    do(services.save_note, note(trasa, id_, outcome_id=outcome.id))
    assert session.scalar(text("SELECT state FROM reservation")) == "completed"


def test_a_follow_up_is_told_reminded_of_once_and_ticked_off(
    held: tuple[House, int], session: Session
) -> None:
    trasa, id_ = held
    command = AddFollowUp(
        actor=Actor(id=trasa.first_person, is_staff=True),
        appointment_id=id_,
        by_consultant=False,
        task="Bawa foto produk",
        due_on=date(2026, 9, 15),
    )
    follow_up_id = do(services.add_follow_up, command)
    assert do(services.remind_of_follow_up, follow_up_id) is True
    assert do(services.remind_of_follow_up, follow_up_id) is False
    with pytest.raises(NoSuchAppointment):
        do(services.finish_follow_up, Actor(id=trasa.other), id_, follow_up_id)
    elsewhere = trasa.request(starts_at=TEN + timedelta(hours=2)).id
    with pytest.raises(refusals.NoSuchFollowUp):
        do(services.finish_follow_up, Actor(id=trasa.person), elsewhere, follow_up_id)
    do(services.finish_follow_up, Actor(id=trasa.person), id_, follow_up_id)
    do(services.finish_follow_up, Actor(id=trasa.person), id_, follow_up_id)
    assert session.scalar(text("SELECT done_at FROM follow_up")) == LATER
    told = session.scalars(text("SELECT template FROM message WHERE person_id = :id"), {"id": trasa.person})
    assert {"consultations/follow_up", "consultations/follow_up_due"} <= set(told)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"task": "  "}, refusals.TaskMissing),
        ({"task": "x" * 501}, refusals.TaskMissing),
        ({"due_on": date(2026, 9, 7)}, refusals.DueInThePast),
        ({"due_on": date(9999, 12, 31)}, refusals.DueInThePast),
    ],
)
def test_follow_ups_that_cannot_be(
    held: tuple[House, int], values: dict[str, Any], refusal: type[Exception]
) -> None:
    trasa, id_ = held
    usual: dict[str, Any] = {
        "actor": Actor(id=trasa.first_person),
        "appointment_id": id_,
        "by_consultant": True,
        "task": "Telepon dinas",
        "due_on": date(2026, 9, 15),
    }
    with pytest.raises(refusal):
        do(services.add_follow_up, AddFollowUp(**usual | values))


def test_only_the_entrepreneur_of_a_held_one_rates_it(held: tuple[House, int]) -> None:
    trasa, id_ = held
    with pytest.raises(refusals.NotHeld):
        do(services.rate, Actor(id=trasa.person), id_, 5)
    do(appointments.complete, Actor(id=trasa.first_person, is_staff=True), id_)
    with pytest.raises(NoSuchAppointment):
        do(services.rate, Actor(id=trasa.first_person), id_, 5)
    with pytest.raises(refusals.StarsMissing):
        do(services.rate, Actor(id=trasa.person), id_, 6)
    do(services.rate, Actor(id=trasa.person), id_, 4, "Jelas sekali")
    do(services.rate, Actor(id=trasa.person), id_, 5)
    with db.engine.connect() as reader:
        assert case_of(reader, id_, for_consultant=True).rating is None
        assert average_stars(reader, [trasa.first]) == {}


def test_files_are_seen_as_their_owner_wishes_and_taken_away_by_them_alone(held: tuple[House, int]) -> None:
    trasa, id_ = held
    upload = checked("izin.pdf", pdf())
    consultant, person = Actor(id=trasa.first_person, is_staff=True), Actor(id=trasa.person)
    (kept_back,) = do(services.add_files, consultant, id_, [upload], is_shared=False)
    (brought,) = do(services.add_files, person, id_, [upload], is_shared=False)
    with db.engine.connect() as reader:
        assert [file.id for file in case_of(reader, id_, for_consultant=False).files] == [brought]
        assert not may_see_file(reader, id_, kept_back, for_consultant=False)
        assert may_see_file(reader, id_, brought, for_consultant=True)
    with pytest.raises(NoSuchFile):
        do(services.remove_file, person, id_, kept_back)
    do(services.remove_file, person, id_, brought)
    with pytest.raises(NoSuchAppointment):
        do(services.add_files, Actor(id=trasa.other), id_, [upload])
    with pytest.raises(refusals.TooManyFilesKept):
        do(services.add_files, person, id_, [upload] * 20)


def test_whoever_is_erased_leaves_no_words_behind(held: tuple[House, int], session: Session) -> None:
    trasa, id_ = held
    do(services.save_note, note(trasa, id_))
    do(services.add_files, Actor(id=trasa.person), id_, [checked("izin.pdf", pdf())])
    with unit_of_work() as unit:
        cancel_coming(unit, trasa.person, trasa.person, LATER)
    assert session.execute(text("SELECT private_note, advice FROM case_note")).one() == ("", "")
    assert session.scalar(text("SELECT count(*) FROM stored_file")) == 0
