"""The portal and the bare Flask application, each under the same gunicorn, and what they cost."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from portal.config import ROOT
from tests.bench.client import Connection, prepared

PATIENCE = 120
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int
    log: Path

    def cpu_seconds(self) -> float:
        """CPU that its processes have used, in user and in kernel mode."""
        return sum(cpu_seconds(pid) for pid in (self.pid, *children(self.pid)))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pid: int) -> float:
    """What a process has used up to now; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except FileNotFoundError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS


def spread(server: Server, count: int) -> list[Connection]:
    """That many connections, the same number to each worker process.

    Left alone, one worker may accept all of a client's connections while the other sleeps, and a slice of load then
    measures one processor or two by chance.
    """
    workers = children(server.pid)
    held: dict[int, list[Connection]] = {worker: [] for worker in workers}
    share, surplus = count // len(workers), []
    for _ in range(count * 50):
        connection = Connection(server.port)
        connection.ask(prepared("GET", "/healthz"))
        worker = _holder(server.port, connection.socket.getsockname()[1], workers)
        if worker is None or len(held[worker]) >= share:
            surplus.append(connection)
        else:
            held[worker].append(connection)
        if all(len(some) == share for some in held.values()):
            break
    for connection in surplus:
        connection.close()
    return [connection for some in held.values() for connection in some]


def _holder(port: int, from_port: int, workers: list[int]) -> int | None:
    """Which process has accepted the connection that comes from a port."""
    inode = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (int(fields[1][-4:], 16), int(fields[2][-4:], 16)) == (port, from_port):
            inode = f"socket:[{fields[9]}]"
    for worker in workers:
        for descriptor in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(OSError):
                if os.readlink(descriptor) == inode:
                    return worker
    return None


@contextmanager
def serving(application: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """gunicorn as `make run` and production start it (gunicorn.conf.py), on a free port, while the block lasts."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        log = stack.enter_context((folder / "log").open("wb"))
        (folder / "metrics").mkdir()
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", application],
            cwd=ROOT,
            env={
                **os.environ,
                "PORT": str(port),
                "WEB_CONCURRENCY": "2",
                "PORTAL_GUNICORN_LOG": "warning",
                "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            server = Server(port, process.pid, folder / "log")
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.returncode not in {0, -15}:
                shutil.copyfileobj((folder / "log").open(), sys.stderr)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = Connection(server.port)
        except ConnectionRefusedError:
            time.sleep(0.1)
            continue
        # Both workers, before anything is measured.
        for _ in range(8):
            connection.ask(prepared("GET", "/healthz"))
        connection.close()
        return
    raise RuntimeError("gunicorn does not start:\n" + server.log.read_text()[-3000:])
