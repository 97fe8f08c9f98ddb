"""How jobs are deferred, run and tidied away."""

from collections.abc import Callable

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal import jobs
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.notifications.models import Message
from portal.notifications.services import Recipient, send
from tests.factories import PersonFactory
from tests.notifications.conftest import JobRow

Run = Callable[[], None]
Rows = Callable[[], list[JobRow]]


def only_for_test(name: str, function: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.job(name)(function)
    task = jobs.app.tasks.pop(name)
    monkeypatch.setitem(jobs.app.tasks, name, task)


def test_a_job_runs_inside_the_application(
    app: Flask, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    only_for_test(
        "tests.note", lambda word: seen.append((word, current_app.config["SETTINGS"].region)), monkeypatch
    )
    with unit_of_work() as session:
        jobs.defer(session, "tests.note", word="é\n")
    run_jobs()
    assert seen == [("é\n", "Kabupaten Tegal")]


def test_a_job_of_a_transaction_rolled_back_is_none(app: Flask, job_rows: Rows) -> None:
    with unit_of_work() as session:
        jobs.defer(session, "tests.note", word="x")
        session.rollback()
    assert job_rows() == []


def test_an_unknown_job_is_kept_to_be_looked_at(app: Flask, run_jobs: Run, job_rows: Rows) -> None:
    with unit_of_work() as session:
        jobs.defer(session, "tests.forgotten")
    run_jobs()
    assert [row.status for row in job_rows()] == ["failed"]


def test_failed_jobs_are_deleted_after_a_fortnight(app: Flask, run_jobs: Run) -> None:
    with unit_of_work() as session:
        jobs.defer(session, "tests.forgotten")
        jobs.defer(session, "tests.forgotten")
    run_jobs()
    with unit_of_work() as session:
        session.execute(text("UPDATE procrastinate_events SET at = at - interval '15 days' WHERE job_id = 1"))
        jobs.defer(session, "jobs.tidy", timestamp=0)
    run_jobs()
    with reading() as connection:
        assert connection.scalars(text("SELECT id FROM procrastinate_jobs")).all() == [2]


def test_a_job_that_kills_each_worker_is_given_up(app: Flask, run_jobs: Run, job_rows: Rows) -> None:
    with unit_of_work() as session:
        jobs.defer(session, "tests.deadly")
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', attempts = 60"))
        jobs.defer(session, "jobs.take_up", timestamp=0)
    run_jobs()
    assert [(row.name, row.status) for row in job_rows()] == [("tests.deadly", "failed")]


def test_the_log_names_no_arguments(
    app: Flask, run_jobs: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(link: str) -> None:
        raise jobs.FinalError("no")

    only_for_test("tests.failing", failing, monkeypatch)
    with unit_of_work() as session:
        jobs.defer(session, "tests.failing", link="a-secret-token")
    run_jobs()
    said = capsys.readouterr().err
    assert "a-secret-token" not in said


def test_what_killed_workers_left_is_looked_for_each_minute(app: Flask) -> None:
    lines = {key[0]: task.cron for key, task in jobs.app.periodic_registry.periodic_tasks.items()}
    assert lines["jobs.take_up"] == "* * * * *"


def test_a_job_can_send_something_itself(
    app: Flask, session: Session, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a worker Procrastinate's own connector is asynchronous, while the session's connection is not."""
    person = PersonFactory()
    session.commit()

    def tell() -> None:
        with unit_of_work() as unit:
            told = Recipient(person.id, "id", "Siti", "siti@example.id")
            send(unit, told, "bookings/cancelled", {}, at=now())

    only_for_test("tests.tell", tell, monkeypatch)
    with unit_of_work() as unit:
        jobs.defer(unit, "tests.tell")
    run_jobs()
    assert session.scalars(select(Message.template)).all() == ["bookings/cancelled"]
