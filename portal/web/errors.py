"""The four domain refusals, and HTTP's own, as pages in both languages. The API answers with problem+json instead."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog import get_logger
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from portal.errors import N_, Conflict, NotAllowed, NotFound, PortalError, RuleBroken
from portal.web import filters
from portal.web.locale import current_locale

STATUS: tuple[tuple[type[PortalError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (RuleBroken, 422),
)
PAGES = {403, 404, 409, 422, 429, 500}
STALE_FORM = N_("This page lay open for long. Look over what you typed and send it once more.")
TOO_MUCH = N_("That is more than can be sent at once. Go back and choose smaller files, or fewer of them.")
BUSY_SECONDS = 5
"""When to try again after the database did not answer in time."""
log = get_logger("portal")


def status_of(error: PortalError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def words(error: PortalError) -> str:
    """Why it was refused, in the reader's language, with its facts written out."""
    return gettext(error.message, **{name: _written(value) for name, value in error.facts.items()})


def _written(value: Any) -> Any:
    if isinstance(value, datetime | time):
        return filters.clock_time(value)
    if isinstance(value, date):
        return filters.day(value)
    if isinstance(value, float):
        return filters.number(value)
    return value


def page(status: int, text: str | None = None, **context: Any) -> Response:
    """An error page; statuses without words of their own borrow the nearest that has some."""
    shown = status if status in PAGES else 500 if status >= 500 else 422 if status != 405 else 404
    if shown == 500:
        # Rendered past the context of pages: that asks who is signed in, and perhaps it is the database that failed.
        template = current_app.jinja_env.get_template("errors/500.html")
        body = template.render(text=text, locale=current_locale(), **context)
    else:
        body = render_template(f"errors/{shown}.html", text=text, **context)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def answer_under(app: Flask, prefix: str, answer: Callable[[Exception], Response]) -> None:
    """Whoever asks for an address that begins with `prefix`, a wrong one too, gets `answer` instead of a page."""
    app.extensions.setdefault("error_answers", {})[prefix] = answer


def _elsewhere(error: Exception) -> Response | None:
    answers = current_app.extensions.get("error_answers", {})
    return next(
        (answer(error) for prefix, answer in answers.items() if request.path.startswith(prefix)), None
    )


def init_app(app: Flask) -> None:
    @app.errorhandler(PortalError)
    def refused(error: PortalError) -> Response:
        return _elsewhere(error) or page(status_of(error), words(error))

    @app.errorhandler(CSRFError)
    def stale(error: CSRFError) -> Response:
        return page(422, gettext(STALE_FORM))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return make_response(error.get_response())
        answer = _elsewhere(error)
        if answer is not None:
            return answer
        response = page(error.code, gettext(TOO_MUCH) if error.code == 413 else None)
        for name, value in error.get_headers():
            if name in {"Retry-After", "Allow"}:
                response.headers[name] = value
        retry_after = getattr(error, "retry_after", None)
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return response

    @app.errorhandler(Exception)
    def ours(error: Exception) -> Response:
        if current_app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        busy = isinstance(error, OperationalError | PoolTimeout)
        # Not the path: some are secrets, such as a link that sets a new password.
        log.error("failed", method=request.method, endpoint=request.endpoint, exc_info=error)
        response = _elsewhere(ServiceUnavailable() if busy else error) or page(503 if busy else 500)
        if busy:
            response.headers["Retry-After"] = str(BUSY_SECONDS)
        return response
