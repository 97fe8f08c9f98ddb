"""A person's reservation of a desk or room: the day page, booking, moving, cancelling."""

from flask import Flask

from portal.accounts import entering
from portal.bookings import choice, erasing, views
from portal.bookings.day import views as day
from portal.bookings.ticket import views as ticket

PAGES = (ticket,)
"""Modules whose views stand on the blueprint."""


def init_app(app: Flask) -> None:
    app.register_blueprint(day.blueprint)
    app.register_blueprint(views.blueprint)
    hooks = entering.hooks(app)
    hooks.keeping.append(choice.kept_choice)
    hooks.following.append(choice.book_on_entering)
    hooks.erasing.append(erasing.cancel_coming)
