"""304 without rendering: an ETag made of what a page would show, and of the program that would show it."""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from typing import Any

from flask import Response, make_response, request, session
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from portal.config import ROOT
from portal.web.assets import manifest

SHOWS = ("portal/**/*.py", "portal/translations/**/*.mo", "templates/**/*.html")


def etag_of(parts: Iterable[Any]) -> str:
    """A digest over the `repr` of everything the page shows: rows, person, language, badge, messages."""
    digest = blake2b(edition(), digest_size=12)
    for part in parts:
        digest.update(repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


@cache
def edition() -> bytes:
    """Of this release: nobody keeps a page that another one made. The same on every host."""
    digest = blake2b(repr(manifest()).encode(), digest_size=12)
    for pattern in SHOWS:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.digest()


def not_modified(etag: str) -> Response | None:
    """The 304 to answer with when the browser holds this page already, compressed or not."""
    held = {tag.split(":", 1)[0] for tag in request.if_none_match.as_set(include_weak=True)}
    if etag not in held:
        return None
    return tagged(make_response("", 304), etag)


def tagged(response: Response, etag: str) -> Response:
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def form_token() -> str | None:
    """The secret behind the tokens of this session's forms, made now if it is not there: a page kept from before it
    was made would send forms that are refused."""
    if current_user.is_authenticated and "csrf_token" not in session:
        generate_csrf()
    return session.get("csrf_token")
