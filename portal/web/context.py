"""What every template can count on."""

from typing import Any

from flask import Flask, get_flashed_messages

from portal.web import filters, fragments, locale, navigation


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(filters.FILTERS)
    app.jinja_env.globals.update(
        fragment=fragments.fragment, times=filters.clock_times, other_locale_url=locale.other_locale_url
    )

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {
            "locale": locale.current_locale(),
            "region": app.config["SETTINGS"].region,
            "demo": app.config["SETTINGS"].demo,
            "nav": navigation.entries(),
            "messages": get_flashed_messages(with_categories=True),
        }
