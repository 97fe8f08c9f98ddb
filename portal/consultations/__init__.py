"""Consultations: topics, consultants and their hours, appointments, the consultant's calendar, cases."""

from flask import Flask

from portal.accounts import entering
from portal.consultations import choice, erasing, views
from portal.consultations.appointments import views as appointments
from portal.consultations.by_link import views as by_link
from portal.consultations.cases import models as cases
from portal.consultations.consultants.hours import views as hours
from portal.consultations.finding import views as finding

__all__ = ["cases"]
PAGES = (finding, appointments, by_link)
"""Modules whose views stand on the blueprint of `/consultations`."""


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    app.register_blueprint(hours.blueprint)
    hooks = entering.hooks(app)
    hooks.keeping.append(choice.kept_choice)
    hooks.following.append(choice.ask_on_entering)
    hooks.erasing.append(erasing.cancel_coming)
