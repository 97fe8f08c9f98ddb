"""Consultations: topics, consultants and their hours, appointments, the consultant's calendar, cases."""

from flask import Flask

from portal.consultations.appointments import models as appointments
from portal.consultations.cases import models as cases
from portal.consultations.consultants import models as consultants

__all__ = ["appointments", "cases", "consultants"]


def init_app(app: Flask) -> None:
    pass
