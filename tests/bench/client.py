"""A client that costs next to nothing: prepared requests over keep-alive connections, one epoll loop, no threads.

It shares the machine with what it measures, so whatever it spent would be taken for the server's.
"""

import gzip
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import brotli  # type: ignore[import-untyped]

PATIENCE = 30
"""Seconds without any answer until the server counts as broken."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return len(self.head) + len(self.body)

    @property
    def content(self) -> bytes:
        """The body as it was before it was compressed."""
        match self.header("Content-Encoding"):
            case "br":
                unpacked: bytes = brotli.decompress(self.body)
                return unpacked
            case "gzip":
                return gzip.decompress(self.body)
        return self.body

    @property
    def text(self) -> str:
        return self.content.decode()

    def headers(self, name: str) -> list[str]:
        """All values of a header; `name` in any case."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [
            value.strip()
            for key, _, value in (line.partition(":") for line in lines)
            if key.lower() == name.lower()
        ]

    def header(self, name: str) -> str | None:
        return next(iter(self.headers(name)), None)


@dataclass(slots=True)
class Tally:
    """What came of a slice of load."""

    seconds: float = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.statuses.total()

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def expect(self, *statuses: int) -> "Tally":
        """
        Raises:
            RuntimeError: there were others, so that whatever was measured isn't what was meant.
        """
        if not self.count or set(self.statuses) - set(statuses):
            raise RuntimeError(f"expected {statuses}, answered: {dict(self.statuses)}")
        return self


def prepared(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(PATIENCE)
        self._parts: list[bytes] = []
        self._missing: int | None = None
        self._head = b""

    def send(self, request: bytes) -> None:
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """Reads once; None while the answer isn't whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server hung up")
        self._parts.append(part)
        if self._missing is None:
            data = b"".join(self._parts)
            end = data.find(b"\r\n\r\n")
            if end < 0:
                return None
            self._head, rest = data[: end + 4], data[end + 4 :]
            self._missing = _length(self._head) - len(rest)
            self._parts = [rest]
        else:
            self._missing -= len(part)
        if self._missing > 0:
            return None
        answer = Answer(int(self._head[9:12]), self._head, b"".join(self._parts))
        self._parts, self._missing = [], None
        return answer

    def ask(self, request: bytes) -> Answer:
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        self.socket.close()


def _length(head: bytes) -> int:
    lowered = head.lower()
    if b"transfer-encoding:" in lowered:
        raise RuntimeError("the client knows answers with a Content-Length alone")
    start = lowered.find(b"content-length:")
    return int(lowered[start + 15 : lowered.index(b"\r\n", start)]) if start >= 0 else 0


def drive(
    connections: Sequence[Connection], requests: Iterator[bytes], *, seconds: float = 0, count: int = 0
) -> Tally:
    """Keeps the connections busy for `seconds`, or until `count` requests are answered; then closes them."""
    tally, sent = Tally(), 0
    began = time.perf_counter()

    def send(connection: Connection) -> bool:
        nonlocal sent
        over = sent >= count if count else time.perf_counter() - began >= seconds
        if not over:
            connection.send(next(requests))
            sent += 1
        return not over

    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        busy = sum(send(connection) for connection in connections)
        while busy:
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"no answer within {PATIENCE} s")
            for key, _ in ready:
                answer = key.data.receive()
                if answer is not None:
                    tally.statuses[answer.status] += 1
                    busy -= not send(key.data)
    tally.seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return tally
