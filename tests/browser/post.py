"""The mails that wait, sent by a real worker to the real mailbox of the demonstration."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal.config import ROOT
from portal.demo.mailbox import mails
from tests.concurrency.hosts import free_port

PATIENCE = 60


def deliver(environ: Mapping[str, str], instance: Path) -> str:
    """The name of the newest mail, once none waits any more."""
    folder = instance / "mail"
    with _catcher(folder) as port:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work", "--once"]
        with_mail = {**environ, "PORTAL_MAIL_URL": f"smtp://127.0.0.1:{port}"}
        subprocess.run(command, cwd=ROOT, env=with_mail, check=True, timeout=PATIENCE)
    return mails(folder)[0].name


@contextmanager
def _catcher(folder: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "portal.demo.catcher", str(port), str(folder)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the mailbox did not get ready")
