"""Consultations: topics, consultants and their hours, appointments, the consultant's calendar, cases."""

from flask import Flask

from portal.accounts import entering
from portal.consultations import choice, erasing, views
from portal.consultations.appointments import views as appointment_views
from portal.consultations.by_link import views as by_link_views
from portal.consultations.calendar import answering, blocking, booking, moving
from portal.consultations.calendar import cases as own_cases
from portal.consultations.calendar import views as calendar_views
from portal.consultations.cases import outcomes
from portal.consultations.cases import views as case_views
from portal.consultations.consultants import leaving
from portal.consultations.consultants import views as consultant_views
from portal.consultations.consultants.hours import views as hours_views
from portal.consultations.finding import people
from portal.consultations.finding import views as finding_views
from portal.consultations.topics import views as topic_views

PAGES = (finding_views, people, appointment_views, by_link_views, case_views)
"""Modules whose views stand on the blueprint of `/consultations`."""
CALENDAR = (answering, moving, booking, blocking, own_cases)
"""The same for `/calendar`."""
SETTINGS = (outcomes, consultant_views)
"""The same for the administrator's pages, which the topics begin."""


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    app.register_blueprint(calendar_views.blueprint)
    app.register_blueprint(hours_views.blueprint)
    app.register_blueprint(topic_views.blueprint)
    hooks = entering.hooks(app)
    hooks.keeping.append(choice.kept_choice)
    hooks.following.append(choice.ask_on_entering)
    hooks.erasing.extend([erasing.cancel_coming, leaving.let_go])
