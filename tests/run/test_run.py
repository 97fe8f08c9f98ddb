"""`make run` from the outside, in a copy of the project whose folder has a space in its name."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.config import ROOT
from portal.run import RunError, free_port

PARTS = ("portal", "templates", "static", "migrations", "wsgi.py", "gunicorn.conf.py")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a copy")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(port: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {"PORT": str(port)} | more


def start(checkout: Path, port: int, **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "portal.run"],
        cwd=checkout,
        env=environment(port, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(checkout: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    portal = start(checkout, port)
    try:
        deadline = time.monotonic() + 300
        while not answers(port) and portal.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        if not answers(port):
            portal.kill()
            pytest.fail(f"the portal does not start:\n{portal.communicate()[0]}")
        yield portal
    finally:
        portal.kill()
        portal.communicate()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def remaining(checkout: Path) -> list[str]:
    """Command lines of what still runs in that folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (entry / "cwd").readlink().is_relative_to(checkout):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (OSError, ValueError):
            continue
    return [line for line in found if line]


def nothing_remains(checkout: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while remaining(checkout) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not remaining(checkout)


def test_it_starts_after_kill_9_and_stops_without_a_trace(checkout: Path, port: int) -> None:
    instance = checkout / "instance"
    with running(checkout, port):
        password = (instance / "demo-password").read_text().strip()
        os.kill(int((instance / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    # Its supervisor was killed just now, and what that one started went with it.
    assert nothing_remains(checkout, 30)
    with running(checkout, port) as portal:
        _commands_beside_it_find_its_database(checkout, port)
        _a_second_one_is_refused(checkout, port)
        for name in ("secret-key", "demo-password", "database-url"):
            assert (instance / name).stat().st_mode & 0o777 == 0o600
        portal.send_signal(signal.SIGINT)
        said = portal.communicate(timeout=30)[0]
        assert portal.returncode == 0, said
        assert f"Portal Bos Muda: http://127.0.0.1:{port}" in said
        assert f"Password of all: {password}" in said
        assert "admin@demo.example" in said
    assert not remaining(checkout)
    for name in ("database-url", "base-url", "mail-url", "demo"):
        assert not (instance / name).exists()


def _commands_beside_it_find_its_database(checkout: Path, port: int) -> None:
    def flask(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.run(command, cwd=checkout, env=environment(port), capture_output=True, text=True)

    out = flask("db", "current")
    assert out.returncode == 0, out.stderr
    assert "(head)" in out.stdout
    again = flask("demo", "load")
    assert again.returncode == 0, again.stderr
    assert "loaded already" in again.stdout
    assert "Nothing was added" in again.stdout


def _a_second_one_is_refused(checkout: Path, port: int) -> None:
    said, _ = (second := start(checkout, port)).communicate(timeout=60)
    assert second.returncode == 1
    assert "already runs" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("given", ["0", "65536", "http", "-1", "8000.5", "٣"])
def test_a_port_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(RunError, match="PORT must be"):
        free_port(given)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(RunError, match=f"Port {number} cannot be used.*PORT={number + 1} make run"):
            free_port(str(number))
    assert free_port(str(number)) == number
