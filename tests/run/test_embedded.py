"""The private PostgreSQL: starts, stops, starts again, whatever was done to it in between."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from portal.embedded import EmbeddedError, orphans, server
from portal.embedded.orphans import stop_orphans

HOLD = """
import signal, sys, time
from pathlib import Path
from portal.embedded import server
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with server(Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    time.sleep(600)
"""
ROOT = Path(__file__).resolve().parents[2]

# Its processes are children of this thread, and signals are among what is tested.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "with a space" / "postgres"


@contextmanager
def owner(folder: Path) -> Iterator["tuple[subprocess.Popen[str], str]"]:
    """Another process that runs the server, and the server's URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=folder.parents[1],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "the owner of the server did not start"
        yield process, url
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def query(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


def sockets(url: str) -> Path:
    folder = url.partition("host=")[2]
    assert folder, "no folder in this address"
    return Path(folder)


def gone(pid: int, seconds: float = 20) -> bool:
    """Ended, whether or not its parent has taken notice."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def test_it_serves_through_a_short_private_socket_alone(folder: Path) -> None:
    with server(folder, durable=False) as url:
        pid = postmaster(folder)
        assert query(url, "SHOW listen_addresses") == ""
        assert query(url, "SHOW jit") == "off"
        assert (
            query(url, "SELECT concat(datlocprovider, datlocale) FROM pg_database WHERE datname = 'portal'")
            == "bC.UTF-8"
        )
        assert sockets(url).stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(sockets(url) / ".s.PGSQL.5432.lock")) <= 107
    assert gone(pid)
    assert not sockets(url).exists()


def test_what_was_written_is_there_after_a_second_start(folder: Path) -> None:
    with server(folder) as url:
        assert query(url, "SHOW fsync") == "on"
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with server(folder) as url:
        assert query(url, "SELECT n FROM kept") == 7


def test_a_second_owner_is_told_that_the_first_runs_it(folder: Path) -> None:
    with owner(folder) as (_, url):
        with pytest.raises(EmbeddedError, match="Another process"), server(folder, durable=False):
            pass
        assert query(url, "SELECT 1") == 1


def test_the_server_ends_when_its_owner_is_killed(folder: Path) -> None:
    with owner(folder) as (process, url):
        pid = postmaster(folder)
        process.kill()
        process.wait()
        assert gone(pid)
        with server(folder, durable=False) as again:
            assert query(again, "SELECT 1") == 1
        assert not sockets(url).exists()


def test_it_starts_after_everything_was_killed_at_once(folder: Path) -> None:
    with owner(folder) as (process, url):
        pid = postmaster(folder)
        os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()
        assert gone(pid)
        assert (folder / "postmaster.pid").exists()
        with server(folder, durable=False) as again:
            assert query(again, "SELECT 1") == 1
        assert not sockets(url).exists()


def test_it_starts_after_initdb_was_killed_half_way(folder: Path) -> None:
    half_made = folder.with_name("postgres.new")
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    with server(folder, durable=False) as url:
        assert query(url, "SELECT 1") == 1


def test_a_foreign_process_in_a_stale_pid_file_is_left_alone(folder: Path) -> None:
    with server(folder, durable=False):
        pass
    with subprocess.Popen(["sleep", "60"]) as foreign:
        try:
            (folder / "postmaster.pid").write_text(f"{foreign.pid}\n{folder}\n{int(time.time())}\n5432\n\n\n")
            with server(folder, durable=False) as url:
                assert query(url, "SELECT 1") == 1
            assert foreign.poll() is None
        finally:
            foreign.kill()


def test_an_orphan_on_the_same_data_is_stopped_and_one_on_other_data_is_not(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with owner(folder) as (_, url), server(other, durable=False) as others:
        pid = postmaster(folder)
        stop_orphans(folder)
        assert gone(pid)
        assert not (folder / "postmaster.pid").exists()
        assert query(others, "SELECT 1") == 1
        with pytest.raises(psycopg.OperationalError):
            query(url, "SELECT 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_it_as_another_user(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "bin" / "unshare"
    closed.parent.mkdir()
    closed.write_text("#!/bin/sh\nexit 1\n")
    closed.chmod(0o755)
    monkeypatch.setenv("PATH", f"{closed.parent}:{os.environ['PATH']}")
    with server(folder, durable=False) as url:
        assert query(url, "SELECT 1") == 1
        pid = postmaster(folder)
        assert Path(f"/proc/{pid}").stat().st_uid != 0
        assert folder.is_symlink()
        store = folder.resolve().parent
    assert not store.exists()
    with server(folder, durable=False) as url:
        assert query(url, "SELECT 1") == 1


def test_the_reason_is_told_when_it_does_not_start(folder: Path) -> None:
    with server(folder, durable=False):
        pass
    (folder / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(EmbeddedError, match="nonsense"), server(folder, durable=False):
        pass


def test_data_of_another_version_is_not_touched(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="PostgreSQL 16"), server(folder, durable=False):
        pass
    assert (folder / "PG_VERSION").read_text() == "16\n"


def test_a_server_that_cannot_be_ended_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postgres").mkdir()
    monkeypatch.setattr(orphans, "_ended", lambda *_: False)
    monkeypatch.setattr(orphans, "_servers", lambda _: {4711: 1, 4712: 4711})
    with (
        pytest.raises(EmbeddedError, match=r"processes 4711, 4712\. End them"),
        server(tmp_path / "postgres", durable=False),
    ):
        pass
