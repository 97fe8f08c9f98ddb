"""Parts of a page that depend on nothing but their arguments and the language: rendered once and kept.

A macro called this way sees its arguments, gettext, filters and `asset`; nothing of the request or the person.
"""

from collections.abc import Hashable
from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from portal.web.locale import current_locale


def fragment(template: str, macro: str, *arguments: Hashable) -> Markup:
    """What `macro` of `template` makes of these arguments; no `Markup` inside of tuples."""
    return _rendered(current_locale(), template, macro, *arguments)


# Typed, or text that is safe already and text that is not would be taken for each other.
@lru_cache(maxsize=1024, typed=True)
def _rendered(locale: str, template: str, macro: str, *arguments: Hashable) -> Markup:
    module = current_app.jinja_env.get_template(template).module
    return Markup(getattr(module, macro)(*arguments))  # noqa: S704 (a macro escapes what it writes)
