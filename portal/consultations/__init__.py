"""Consultations: topics, consultants and their hours, appointments, the consultant's calendar, cases."""

from flask import Flask

from portal.accounts import entering
from portal.consultations import erasing
from portal.consultations.cases import models as cases

__all__ = ["cases"]


def init_app(app: Flask) -> None:
    entering.hooks(app).erasing.append(erasing.cancel_coming)
