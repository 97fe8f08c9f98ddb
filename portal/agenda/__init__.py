"""What crosses bookings, consultations and programmes: the start page, the front desk."""

from flask import Flask

from portal.agenda.front_desk import views as front_desk
from portal.agenda.views import blueprint

PAGES = (front_desk,)
"""Modules whose views stand on the blueprint."""


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
