"""Views that take files get bodies large enough for them; all others keep the small limit."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from portal.files.models import LARGEST

View = TypeVar("View", bound=Callable[..., Any])

SPARE = 2 * LARGEST
"""Beside what is taken: a file somewhat too large is refused beside its field, with all else that was typed kept.
More than that is refused before it is read."""


def takes_files(most: int) -> Callable[[View], View]:
    """The view's forms hold `most` files altogether; stands where `@permit` stands."""

    def mark(view: View) -> View:
        view.most_files = most  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    @app.url_value_preprocessor
    def make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
        """Before the form's token is looked for, which reads the body."""
        most = getattr(current_app.view_functions.get(endpoint or ""), "most_files", 0)
        if most:
            request.max_content_length = most * LARGEST + SPARE
