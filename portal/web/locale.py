"""Which language a request is answered in: `?lang=` (kept in a cookie), the cookie, else Indonesian."""

from gettext import NullTranslations
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from flask import Flask, Response, current_app, g, request
from flask_babel import Babel, Domain, force_locale

LOCALES = ("id", "en")
COOKIE = "lang"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
DOMAINS = tuple(sorted(po.stem for po in (TRANSLATIONS / "id" / "LC_MESSAGES").glob("*.po")))
"""One catalogue for each package that speaks."""


class _Catalogues(Domain):
    """Words found by the language alone: a page asks for dozens, and Flask-Babel looks around anew for each."""

    def __init__(self) -> None:
        super().__init__(domain=";".join(DOMAINS))  # type: ignore[no-untyped-call]
        self._by_locale: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        locale = current_locale()
        found = self._by_locale.get(locale)
        if found is None:
            with force_locale(locale):
                found = self._by_locale[locale] = super().get_translations()  # type: ignore[no-untyped-call]
        return found


babel = Babel()
catalogues = babel.domain_instance = _Catalogues()


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "id"
    app.config["BABEL_DOMAIN"] = ";".join(DOMAINS)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join([str(TRANSLATIONS)] * len(DOMAINS))
    babel.init_app(app, locale_selector=current_locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: catalogues.get_translations().gettext(text),
        ngettext=lambda one, many, count: catalogues.get_translations().ngettext(one, many, count),
        newstyle=True,
    )
    app.after_request(_remember)


def current_locale() -> str:
    """ "id" or "en"."""
    try:
        return g.locale  # type: ignore[no-any-return]
    except AttributeError:
        asked = request.args.get(COOKIE) if request else None
        kept = request.cookies.get(COOKIE) if request else None
        g.locale = next((value for value in (asked, kept) if value in LOCALES), "id")
    return str(g.locale)


def speak(language: str) -> None:
    """The page speaks this language, unless whoever asks for it has chosen one."""
    if request.args.get(COOKIE) not in LOCALES and request.cookies.get(COOKIE) not in LOCALES:
        g.locale = language


def other_locale_url() -> str:
    """This page in the other language; after a POST that shows a page, one that can be asked for."""
    path, asked = _page()
    query = [(name, value) for name, value in asked if name != COOKIE]
    # Quoted again: a path that begins with "\\" or "//" would lead a browser to another host.
    return (
        quote(path, safe="/")
        + "?"
        + urlencode([*query, (COOKIE, "id" if current_locale() == "en" else "en")])
    )


def _page() -> tuple[str, list[tuple[str, str]]]:
    """Path and query of this page, else of the one whose form led here, else of the start."""
    if request.method in {"GET", "HEAD"} or _answers_get(request.path):
        return request.path, list(request.args.items(multi=True))
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and _answers_get(unquote(came_from.path)):
        return unquote(came_from.path), parse_qsl(came_from.query)
    return "/", []


def _answers_get(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, "GET")


def _remember(response: Response) -> Response:
    if request.args.get(COOKIE) in LOCALES:
        response.set_cookie(
            COOKIE,
            current_locale(),
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=current_app.config["SETTINGS"].is_https,
            httponly=True,
        )
    return response
