"""Bodies that are answered before they have come in: too large, without a token, to a wrong address."""

from flask import Flask, Response, request
from structlog import get_logger

MOST = 32 * 2**20
"""Whoever sends still more is cut off."""
PIECE = 2**16

log = get_logger("portal")


def init_app(app: Flask) -> None:
    @app.after_request
    def hear_out(response: Response) -> Response:
        """A sender cut off in mid-sentence sees a broken connection, never the answer that says why."""
        # Only such servers end the stream where the body ends; at others one would wait for ever.
        if request.environ.get("wsgi.input_terminated") and request.method not in {"GET", "HEAD", "OPTIONS"}:
            body, left = request.environ["wsgi.input"], MOST
            try:
                while left > 0 and (piece := body.read(min(left, PIECE))):
                    left -= len(piece)
            except Exception as error:
                log.info("body broke off", kind=type(error).__name__)
        return response
