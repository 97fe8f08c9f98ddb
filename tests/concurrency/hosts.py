"""The portal as it is served: gunicorn in processes of its own, two of them over one database."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portal.config import ROOT, Settings


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Of a process of the portal over the database of `settings`."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    ours.pop("PROMETHEUS_MULTIPROC_DIR", None)
    return ours | {
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_BASE_URL": "http://127.0.0.1",
        **more,
    }


@contextmanager
def serving(settings: Settings, application: str = "wsgi:app", **more: str) -> Iterator[int]:
    """A host with two processes of four threads; yields its port. `more`: further settings by their full names."""
    port = free_port()
    environ = environment(settings, **more)
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread"]
    command += [
        "--workers",
        "2",
        "--threads",
        "4",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "warning",
        application,
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)
    try:
        _wait(port, process)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("gunicorn did not get ready")


def ask(
    port: int, method: str, path: str, token: str | None = None, body: Any = None, **headers: str
) -> tuple[int, Any]:
    """Status and answer: decoded JSON, or the bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, json.loads(content) if "json" in (
        response.getheader("Content-Type") or ""
    ) else content
