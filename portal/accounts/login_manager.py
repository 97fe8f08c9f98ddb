"""Flask-Login over sessions that are rows: the id in its cookie is the session token itself."""

from urllib.parse import urlencode, urlsplit

from flask import Flask, abort, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from portal.accounts.paths import local_path
from portal.accounts.queries import CurrentPerson, NobodySignedIn, signed_in
from portal.accounts.sessions.services import LASTS_REMEMBERED, SEEN_EVERY, touch_session
from portal.accounts.tokens import token_hash
from portal.clock import now
from portal.db import reading, unit_of_work

TOKEN_LENGTH = 43


def init_app(app: Flask) -> None:
    app.config["PERMANENT_SESSION_LIFETIME"] = LASTS_REMEMBERED
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    manager = LoginManager()
    # Each session is a row that can be revoked; comparing addresses and browsers would only sign phones out.
    manager.session_protection = None
    manager.anonymous_user = NobodySignedIn
    manager.user_loader(load)
    manager.unauthorized_handler(ask_to_sign_in)
    manager.init_app(app)
    app.before_request(load_early)


def load(token: str) -> CurrentPerson | None:
    if not isinstance(token, str) or len(token) != TOKEN_LENGTH:
        return None
    if request.path.startswith("/api/"):
        return None  # it knows bearer tokens alone: a page elsewhere cannot make a browser send one
    at = now()
    with reading() as connection:
        found = signed_in(connection, token_hash(token), at, token=token)
    if found is None:
        return None
    if at - found.last_seen_at >= SEEN_EVERY and found.person.session_id is not None:
        with unit_of_work() as unit:
            touch_session(unit, found.person.session_id, at=at)
    return found.person


def load_early() -> None:
    """Reads the person before a view opens a unit of work: a request never holds two connections."""
    if "_user_id" in session:
        current_user.is_authenticated  # noqa: B018


def ask_to_sign_in() -> Response:
    """To the sign-in page, and back to this one afterwards; a caller of the API has no use for a page."""
    if request.path.startswith("/api/"):
        abort(401)
    if request.method in {"GET", "HEAD"}:
        wanted = request.full_path.removesuffix("?")
    else:
        # What was sent is lost; the page it was sent from is the place to do it again.
        wanted = _path_of(request.referrer) if _from_here(request.referrer) else ""
    next_path = local_path(wanted)
    query = "?" + urlencode({"next": next_path}) if next_path else ""
    return redirect(url_for("accounts.sign_in") + query, 302 if request.method in {"GET", "HEAD"} else 303)


def _from_here(referrer: str | None) -> bool:
    return bool(referrer) and urlsplit(referrer).netloc == request.host


def _path_of(referrer: str | None) -> str:
    parts = urlsplit(referrer or "")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
