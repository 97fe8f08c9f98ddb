"""What crosses bookings, consultations and programmes: the start page, the front desk."""

from flask import Flask


def init_app(app: Flask) -> None:
    pass
