"""Which language a caller reads: Indonesian, or English where `Accept-Language` prefers it."""

from flask import Response, g, request
from flask_babel import refresh

from portal.web.locale import LOCALES


def speak_their_language() -> None:
    """From now on this request's words are in the caller's language; a browser's cookie does not count here."""
    chosen = request.accept_languages.best_match(LOCALES) or "id"
    if g.get("locale") != chosen:
        g.locale = chosen
        refresh()


def name_language(response: Response) -> Response:
    """For whoever keeps answers: another caller may get other words."""
    response.headers.setdefault("Content-Language", g.get("locale", "id"))
    response.vary.add("Accept-Language")
    return response
