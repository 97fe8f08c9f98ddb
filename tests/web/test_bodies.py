"""Bodies that break off, over a real socket: Flask's test client sends none."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.config import ROOT, Settings

PAGES = ("/sign-in", "/register", "/forgot", "/nowhere")


@pytest.fixture(scope="module")
def port(settings: Settings, migrated_app: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """gunicorn as in production, with one thread."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        "PATH": "/usr/bin:/bin",
        "PORTAL_DATABASE_URL": settings.database_url.replace("postgresql+psycopg", "postgresql"),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_DEMO": "1",
    }
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "1"]
    command += ["--no-control-socket", "-b", f"127.0.0.1:{port}", "wsgi:app"]
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out) as server,
    ):
        try:
            _wait(port, log)
            yield port
        finally:
            server.terminate()


def _wait(port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if b"200 OK" in exchange(
                port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            ):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(log.read_text())


def exchange(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
            if b"</html>" in answer:
                break
        return answer


def post(path: str, *headers: str, body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    lines += ["Content-Type: application/x-www-form-urlencoded", "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize("chunks", [b"zz\r\nname=x\r\n0\r\n\r\n", b"5\r\nname=xxxx", b"-1\r\n\r\n"])
def test_chunks_that_are_none(port: int, chunks: bytes) -> None:
    for path in PAGES[:3]:
        answer = exchange(port, post(path, "Transfer-Encoding: chunked", body=chunks))
        assert answer.startswith(b"HTTP/1.1 400"), answer[:100]
        assert b"<h1" in answer


def test_nobody_waits_long_for_a_body_that_does_not_come(port: int) -> None:
    """A wrong address reads no body; the rest of it, sent by nobody, holds its thread for seconds, not for ever."""
    began = time.monotonic()
    answer = exchange(port, post("/nowhere", "Content-Length: 1000", body=b"name="))
    assert answer.startswith(b"HTTP/1.1 404"), answer[:100]
    assert time.monotonic() - began < 15
