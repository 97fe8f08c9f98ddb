"""Mails of demonstration mode: caught over SMTP, kept as files, shown at /dev/mail."""

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from portal.config import ROOT, Settings
from portal.demo import mailbox
from tests.client import Visitor


def letter(subject: str = "Meja A07 jadi milikmu") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Portal Bos Muda <portal@portal.test>"
    message["To"] = "Siti Nuraéni <siti@example.org>"
    message["Subject"] = subject
    message["Date"] = "Tue, 08 Sep 2026 10:00:00 +0700"
    message.set_content("Halo Siti, meja A07 jadi milikmu.")
    message.add_alternative(
        "<!doctype html><html><head><title>x</title></head><body><p>Halo <b>Siti</b></p>"
        "<script>alert(1)</script></body></html>",
        subtype="html",
    )
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="meja.ics")
    return message


@pytest.fixture
def folder(settings: Settings) -> Iterator[Path]:
    path = settings.instance / "mail"
    yield path
    for mail in path.glob("*"):
        mail.unlink()


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "portal.demo.catcher", str(port), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        _wait_for(process, port)
        yield port, tmp_path
        process.terminate()
        assert process.wait(10) == 0


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Machines are slow and shared: as long as it starts, it may take its time."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the catcher does not listen: {process.poll()}")


def test_a_mail_sent_by_smtp_is_kept_as_it_was(catcher: tuple[int, Path]) -> None:
    port, folder = catcher
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.send_message(letter())
    (heading,) = mailbox.mails(folder)
    assert heading.subject == "Meja A07 jadi milikmu"
    assert "siti@example.org" in heading.to
    mail = mailbox.mail(folder, heading.name)
    assert mail is not None
    assert mail.text.strip() == "Halo Siti, meja A07 jadi milikmu."
    assert mail.html is not None
    assert "<b>Siti</b>" in mail.html
    assert [(part.filename, part.content_type) for part in mail.attachments] == [
        ("meja.ics", "text/calendar")
    ]


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "KEPT", 3)
    for number in range(5):
        mailbox.store(tmp_path, letter(f"Surel {number}").as_bytes())
    assert [mail.subject for mail in mailbox.mails(tmp_path)] == ["Surel 4", "Surel 3", "Surel 2"]


@pytest.mark.parametrize("name", ["..", "../secret-key", "x.eml", "20260908T100000000000-0123456789.eml"])
def test_only_mails_are_read(tmp_path: Path, name: str) -> None:
    assert mailbox.mail(tmp_path, name) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"Subject: =?nowhere?q?x?=\n\n\xff", b"Content-Type: text/plain; charset=nowhere\n\n\xff"],
)
def test_a_mail_that_is_none_is_shown_all_the_same(tmp_path: Path, content: bytes) -> None:
    name = mailbox.store(tmp_path, content).name
    assert len(mailbox.mails(tmp_path)) == 1
    assert mailbox.mail(tmp_path, name) is not None


def test_the_pages_show_it(app: Flask, folder: Path, visitor: Callable[..., Visitor]) -> None:
    name = mailbox.store(folder, letter().as_bytes()).name
    client = visitor()
    assert name in client.get("/dev/mail").text
    shown = client.get(f"/dev/mail/{name}").text
    assert "Halo Siti, meja A07 jadi milikmu." in shown
    assert "<b>Siti</b>" not in shown
    page = app.test_client().get(f"/dev/mail/{name}/page")
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert "allow-scripts" not in page.headers["Content-Security-Policy"]
    file = client.get(f"/dev/mail/{name}/attachments/1")
    assert file.mimetype == "text/calendar"
    assert "meja.ics" in file.headers["Content-Disposition"]
    for missing in ("attachments/0", "attachments/2"):
        assert client.get(f"/dev/mail/{name}/{missing}").status_code == 404


def test_an_empty_mailbox_says_so(app: Flask, folder: Path, visitor: Callable[..., Visitor]) -> None:
    assert "Belum ada surel" in visitor().get("/dev/mail").text
