"""SMTP servers that are down, silent or unwilling, and workers that are killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import jobs
from portal.config import ROOT, Settings, SettingsError
from portal.db import reading, unit_of_work
from portal.notifications import post
from tests.notifications.conftest import JobRow, PostOffice, make_due, use_mail_url
from tests.notifications.test_send import recipient, tell

Rows = Callable[[], list[JobRow]]
Run = Callable[[], None]
MAILS_LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notifications.mail'"


def test_while_the_server_is_down_waits_grow_and_then_it_is_delivered(
    app: Flask,
    session: Session,
    post_office: PostOffice,
    run_jobs: Run,
    job_rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(recipient(session))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused at once
        use_mail_url(app, monkeypatch, f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        waits = []
        for attempt in range(1, 10):
            run_jobs()
            (row,) = job_rows()
            assert (row.status, row.attempts) == ("todo", attempt)
            assert row.waits is not None
            waits.append(round(row.waits / 30) * 30)
            make_due()
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    use_mail_url(app, monkeypatch, post_office.url)
    run_jobs()
    assert len(post_office.received) == 1
    assert job_rows() == []


def test_a_waiting_mail_is_not_tried_before_its_time(
    session: Session, post_office: PostOffice, run_jobs: Run, job_rows: Rows
) -> None:
    post_office.refusal = "451 later"
    tell(recipient(session))
    run_jobs()
    run_jobs()
    (row,) = job_rows()
    assert row.attempts == 1


def test_in_the_end_it_gives_up() -> None:
    def decision(attempts: int, error: Exception) -> Any:
        job = Job(queue="default", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
        return jobs.GrowingWaits().get_retry_decision(exception=error, job=job)

    assert decision(59, OSError()) is not None
    assert decision(60, OSError()) is None
    assert decision(0, jobs.FinalError()) is None


@pytest.mark.parametrize(
    ("refusal", "status"), [("550 no such user", "failed"), ("452 full", "todo"), ("421 closing", "todo")]
)
def test_a_refusal_for_good_is_final_and_one_for_now_is_not(
    refusal: str, status: str, session: Session, post_office: PostOffice, run_jobs: Run, job_rows: Rows
) -> None:
    post_office.refusal = refusal
    tell(recipient(session))
    run_jobs()
    (row,) = job_rows()
    assert row.status == status


def test_an_address_that_cannot_be_is_not_tried_for_days(
    session: Session, post_office: PostOffice, run_jobs: Run, job_rows: Rows
) -> None:
    tell(recipient(session), address="é@example.id")
    run_jobs()
    (row,) = job_rows()
    assert row.status == "failed"


def test_a_silent_server_is_left_alone_after_a_while(
    app: Flask, session: Session, run_jobs: Run, job_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "TIMEOUT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_mail_url(app, monkeypatch, f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        tell(recipient(session))
        run_jobs()
    (row,) = job_rows()
    assert (row.status, row.attempts) == ("todo", 1)


def test_a_server_that_hangs_after_the_mail_is_tried_again(
    session: Session,
    post_office: PostOffice,
    run_jobs: Run,
    job_rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(post, "TIMEOUT_SECONDS", 0.3)
    post_office.hold = True
    tell(recipient(session))
    run_jobs()
    (row,) = job_rows()
    assert row.status == "todo"
    post_office.hold = False
    monkeypatch.setattr(post, "TIMEOUT_SECONDS", 10)
    make_due()
    run_jobs()
    assert len({mail["Message-ID"] for mail in post_office.received}) == 1
    assert job_rows() == []


def test_mails_about_one_event_go_out_in_their_order(
    session: Session, post_office: PostOffice, run_jobs: Run
) -> None:
    to = recipient(session)
    post_office.refusal = "451 later"
    tell(to, "bookings/confirmed")
    run_jobs()
    post_office.refusal = None
    tell(to, "bookings/cancelled")
    run_jobs()
    assert post_office.received == []
    make_due()
    run_jobs()
    assert [mail["Subject"].split()[0] for mail in post_office.received] == ["Meja", "Batal:"]


def test_a_password_in_the_address_is_used_and_a_bad_address_refused() -> None:
    server = post.MailServer.from_url("smtps://portal%40x.id:a%2Fb@mail.example?from=bos@tegal.example")
    assert (server.host, server.port, server.user, server.password, server.sender) == (
        "mail.example",
        465,
        "portal@x.id",
        "a/b",
        "bos@tegal.example",
    )
    for bad in ("mail.example:25", "http://mail.example", "smtp://", "smtp://h:99999", ""):
        with pytest.raises(SettingsError):
            post.MailServer.from_url(bad)


@contextmanager
def worker(app: Flask) -> Iterator[subprocess.Popen[bytes]]:
    """`flask jobs work` as a process of its own."""
    settings: Settings = app.config["SETTINGS"]
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"],
        cwd=ROOT,
        env={
            **os.environ,
            "PORTAL_DATABASE_URL": settings.database_url,
            "PORTAL_SECRET_KEY": settings.secret_key,
            "PORTAL_BASE_URL": "http://127.0.0.1",
            "PORTAL_MAIL_URL": settings.mail_url or "",
        },
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def wait_for(what: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def count(query: str) -> int:
    with reading() as connection:
        return int(connection.scalar(text(query)) or 0)


def test_what_a_killed_worker_was_sending_is_taken_up_again(
    app: Flask, session: Session, post_office: PostOffice, run_jobs: Run, job_rows: Rows
) -> None:
    post_office.hold = True
    tell(recipient(session))
    with worker(app) as process:
        assert post_office.began.wait(90)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    post_office.hold = False
    post_office.received.clear()
    assert [row.status for row in job_rows() if row.name == "notifications.mail"] == ["doing"]
    with unit_of_work() as work:
        work.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 s'"))
        jobs.defer(work, "jobs.take_up", timestamp=0)
    run_jobs()
    wait_for(lambda: post_office.received)
    assert len({mail["Message-ID"] for mail in post_office.received}) == 1
    assert count(MAILS_LEFT) == 0


def test_a_living_workers_job_is_left_to_it(
    app: Flask, session: Session, post_office: PostOffice, run_jobs: Run, job_rows: Rows
) -> None:
    post_office.hold = True
    tell(recipient(session))
    with worker(app):
        assert post_office.began.wait(90)
        with unit_of_work() as work:
            jobs.defer(work, "jobs.take_up", timestamp=0)
        run_jobs()
        assert [row.status for row in job_rows() if row.name == "notifications.mail"] == ["doing"]
        post_office.hold = False
        wait_for(lambda: not count(MAILS_LEFT))
    assert len(post_office.received) == 1


def test_a_worker_hears_of_a_job_and_stops_when_told(
    app: Flask, session: Session, post_office: PostOffice
) -> None:
    to = recipient(session)
    session.execute(text("DELETE FROM procrastinate_workers"))
    session.commit()
    with worker(app) as process:
        wait_for(lambda: count("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
        tell(to)
        wait_for(lambda: post_office.received)
        process.send_signal(signal.SIGTERM)
        assert process.wait(jobs.GRACE_SECONDS) == 0
    assert count("SELECT count(*) FROM procrastinate_workers") == 0


def test_a_stopping_worker_lets_its_job_finish(app: Flask, session: Session, post_office: PostOffice) -> None:
    post_office.hold = True
    tell(recipient(session))
    with worker(app) as process:
        assert post_office.began.wait(90)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        post_office.hold = False
        assert process.wait(jobs.GRACE_SECONDS) == 0
    assert len(post_office.received) == 1
    assert count(MAILS_LEFT) == 0


@pytest.mark.soak
def test_a_worker_does_not_wait_for_ever_for_a_job(
    app: Flask, session: Session, post_office: PostOffice
) -> None:
    post_office.hold = True
    tell(recipient(session))
    with worker(app) as process:
        assert post_office.began.wait(90)
        process.send_signal(signal.SIGTERM)
        assert process.wait(jobs.GRACE_SECONDS + 4) == 0
