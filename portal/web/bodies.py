"""Bodies that break off, and those that are answered before they have come in: too large, to a wrong address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RD, socket
from threading import Timer
from typing import Any

from flask import Flask, Response, request
from structlog import get_logger
from werkzeug.exceptions import BadRequest

MOST = 32 * 2**20
"""Whoever sends still more is cut off,"""
SECONDS = 5
"""and whoever takes still longer: nobody else is served meanwhile."""
PIECE = 2**16

log = get_logger("portal")


class Heard:
    """A body as the server hands it over, of which what cannot be read is the sender's fault: 400.

    Each server raises its own errors for chunks that are none and for senders that hung up.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.is_over = False

    def read(self, size: int | None = None) -> bytes:
        return self._heard(self._stream.read, size)

    def readline(self, size: int | None = None) -> bytes:
        return self._heard(self._stream.readline, size)

    def _heard(self, read: Callable[..., bytes], size: int | None) -> bytes:
        with _blaming_the_sender():
            data = read() if size is None or size < 0 else read(size)
        self.is_over = self.is_over or (not data and size != 0)
        return data

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


@contextmanager
def _blaming_the_sender() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise BadRequest() from error


def init_app(app: Flask) -> None:
    @app.before_request
    def listen() -> None:
        request.environ["wsgi.input"] = Heard(request.environ["wsgi.input"])

    @app.after_request
    def hear_out(response: Response) -> Response:
        """A sender cut off in mid-sentence sees a broken connection, never the answer that says why."""
        # Only such servers end the stream where the body ends; at others one would wait for ever.
        if request.environ.get("wsgi.input_terminated") and request.method not in {"GET", "HEAD", "OPTIONS"}:
            try:
                _hear_out(request.environ)
            except Exception as error:
                log.info("body broke off", kind=type(error.__cause__ or error).__name__)
        return response


def _hear_out(environ: dict[str, Any]) -> None:
    """
    Raises:
        Exception: any at all; the body breaks off, or does not come.
    """
    body, left = environ["wsgi.input"], MOST
    if body.is_over:
        return
    with _ending_in_time(environ.get("gunicorn.socket")):
        while left > 0 and (piece := body.read(min(left, PIECE))):
            left -= len(piece)


@contextmanager
def _ending_in_time(connection: socket | None) -> Iterator[None]:
    """Nothing comes in any more after SECONDS, however slowly it is sent: no timeout of its own bounds that."""
    timer = Timer(SECONDS, _stop_listening, [connection])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop_listening(connection: socket | None) -> None:
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(SHUT_RD)
