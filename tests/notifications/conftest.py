"""A real SMTP server, and a worker that runs what is due."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import text

from portal import jobs
from portal.config import Settings
from portal.db import reading, unit_of_work


@dataclass
class PostOffice:
    """What an SMTP server got. It refuses recipients with `refusal`, and hangs while `hold` is set."""

    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusal: str | None = None
    began: threading.Event = field(default_factory=threading.Event)
    hold: bool = False
    url: str = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.began.set()
        while self.hold:
            await asyncio.sleep(0.02)
        message = message_from_bytes(envelope.content, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


class AnyPort(Controller):
    """Port 0, whatever the system makes of it."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def post_office(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    office = PostOffice()
    controller = AnyPort(office, hostname="127.0.0.1", port=0, ready_timeout=20)
    controller.start()
    office.url = f"smtp://127.0.0.1:{controller.port}"
    use_mail_url(app, monkeypatch, office.url)
    try:
        yield office
    finally:
        office.hold = False
        controller.stop()


def use_mail_url(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    settings: Settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, mail_url=url))


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], None]:
    """Runs what is due, and returns."""

    def run() -> None:
        failures: list[BaseException] = []

        def work() -> None:
            try:
                assert jobs.work(app, wait=False)
            except BaseException as error:
                failures.append(error)

        # In a thread of its own: the main one may have an event loop already, of a browser.
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(120)
        assert not thread.is_alive()
        if failures:
            raise failures[0]

    return run


@dataclass(frozen=True)
class JobRow:
    name: str
    status: str
    attempts: int
    waits: float | None
    """Seconds until it is due."""


@pytest.fixture
def job_rows(app: Flask) -> Callable[[], list[JobRow]]:
    def rows() -> list[JobRow]:
        with reading() as connection:
            return [
                JobRow(*row)
                for row in connection.execute(
                    text(
                        "SELECT task_name, status::text, attempts,"
                        " extract(epoch FROM scheduled_at - now())::float FROM procrastinate_jobs ORDER BY id"
                    )
                )
            ]

    return rows


def make_due() -> None:
    """As if the waits of all jobs had passed."""
    with unit_of_work() as session:
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"))
