"""A message in words: the templates `messages/<package>/<name>.{txt,html}`, filled with its facts.

The text holds the blocks `subject` and `body`, and `short` for what the inbox says beside the subject. The
HTML extends `messages/base.html`. Neither sees a request: they have the facts, `link(path)` for an address in
the portal, `period`, `period_short` and `spelt` (below), `locale`, `region`, gettext and the filters.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app, g
from flask_babel import force_locale
from jinja2 import TemplateNotFound

from portal.config import Settings
from portal.web import filters
from portal.web.locale import current_locale


@dataclass(frozen=True, slots=True)
class Line:
    """How the inbox shows a message."""

    subject: str
    short: str


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    text: str
    html: str | None


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within the block the portal speaks this language, whatever a request or nobody asked for."""
    before = g.get("locale")
    g.locale = language
    try:
        with force_locale(language):
            yield
    finally:
        if before is None:
            g.pop("locale", None)
        else:
            g.locale = before


def line(template: str, facts: Mapping[str, Any]) -> Line:
    """In the language of the present page."""
    blocks = _blocks(template, _context(facts, name=""))
    return Line(subject=one_line(blocks["subject"]), short=one_line(blocks.get("short", "")))


def worded(template: str, facts: Mapping[str, Any], *, language: str, name: str) -> Wording:
    """The whole mail. A name that could be a lure (an address, a number) does not greet."""
    with speaking(language):
        context = _context(facts, name=greetable(name))
        blocks = _blocks(template, context)
        context |= {"subject": one_line(blocks["subject"]), "body": blocks["body"].strip()}
        plain = current_app.jinja_env.get_template("messages/base.txt").render(context)
        text = re.sub(r"\n{3,}", "\n\n", plain).strip() + "\n"
        return Wording(subject=context["subject"], text=text, html=_html(template, context))


def one_line(text: str) -> str:
    """Without line breaks and other control characters: fit for a header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def greetable(name: str) -> str:
    """The name, or nothing: whoever registers with a stranger's address chooses what that stranger reads."""
    name = one_line(name)
    lure = len(name) > 60 or re.search(r"[:/@\d<>]|\w\.\w\w|www", name, re.IGNORECASE)
    return "" if lure else name


def _html(template: str, context: dict[str, Any]) -> str | None:
    try:
        return current_app.jinja_env.get_template(f"messages/{template}.html").render(context)
    except TemplateNotFound as error:
        if error.name != f"messages/{template}.html":
            raise
        return None


def _blocks(name: str, facts: dict[str, Any]) -> dict[str, str]:
    template = current_app.jinja_env.get_template(f"messages/{name}.txt")
    context = template.new_context(facts)
    # What stands outside the blocks, such as imports, must have been run for them to see it.
    deque(template.root_render_func(context), maxlen=0)
    return {block: "".join(render(context)) for block, render in template.blocks.items()}


def _context(facts: Mapping[str, Any], name: str) -> dict[str, Any]:
    settings: Settings = current_app.config["SETTINGS"]
    locale = current_locale()

    def link(path: str) -> str:
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError("a link leads to a path of the portal")
        return settings.base_url + path

    return {
        **{key: _fact(key, value, locale) for key, value in facts.items()},
        "name": name,
        "link": link,
        "period": _period,
        "period_short": _period_short,
        "spelt": _spelt,
        "locale": locale,
        "region": settings.region,
    }


def _period(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Selasa, 8 September 2026, 10.00–12.00 WIB."""
    starts, ends = filters.local(starts_at, zone), filters.local(ends_at, zone)
    return f"{filters.day(starts)}, {filters.clock_times(starts, ends)} {filters.zone_name(zone)}"


def _period_short(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Selasa 8 September, 10.00–12.00."""
    starts, ends = filters.local(starts_at, zone), filters.local(ends_at, zone)
    return f"{filters.day_short(starts)}, {filters.clock_times(starts, ends)}"


def _spelt(reference: str) -> str:
    """TRS 7K4 M2W, as it is read aloud."""
    return f"{reference[:3]} {reference[3:6]} {reference[6:]}"


def _fact(key: str, value: Any, locale: str) -> Any:
    if key.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value)
    if key.endswith("_on") and isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, dict) and value.keys() == {"id", "en"}:
        return value[locale]
    return value
