"""One structured line a request, with an id that errors, audit events and the answer share."""

import logging
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from types import TracebackType

import psycopg
import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError

from portal.config import Settings

log = structlog.get_logger("portal")


def configure(json: bool) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(without_data),
            structlog.processors.JSONRenderer()
            if json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def without_data(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """The traceback. What PostgreSQL says beside its error names keys and whole rows: people's data."""
    return "\n".join(_lines(exc_info[1]))


def _lines(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _lines(earlier)
        yield "... which led to:"
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_message(error)}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from (f"  {line}" for line in _lines(one))


def _message(error: BaseException) -> str:
    if isinstance(error, psycopg.Error):
        told = (error.sqlstate, error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
        # Without a state it comes from the driver: no server, no answer.
        return " ".join(part for part in told if part) if error.sqlstate else str(error)
    if isinstance(error, DBAPIError):
        return f"{type(error.orig).__name__} in {error.statement}"
    return str(error)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    configure(json=not settings.demo)
    is_proxied = settings.trusted_proxies > 0

    @app.before_request
    def begin() -> None:
        # The audit log keeps it, so nobody outside may choose it.
        given = request.headers.get("X-Request-ID", "") if is_proxied else ""
        g.request_id = (
            given if 8 <= len(given) <= 64 and given.isascii() and given.isalnum() else secrets.token_hex(8)
        )
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-ID"] = g.request_id
        if response.status_code >= 500 or (request.method not in {"GET", "HEAD"}):
            # Reads are counted by /metrics; a line each would only hide what changed.
            log.info(
                "request",
                method=request.method,
                endpoint=request.endpoint,
                status=response.status_code,
                ms=round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
            )
        return response
