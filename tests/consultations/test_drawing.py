"""A week in words: days in a row with the same hours share a line."""

from datetime import time

import pytest
from flask import Flask

from portal.consultations.consultants.hours.drawing import in_words
from portal.consultations.finding.free_times import Weekly

MORNING, AFTERNOON = (time(9), time(12)), (time(13), time(16))


def week(*days: tuple[int, tuple[time, time]]) -> list[Weekly]:
    return [Weekly(weekday, *hours, site_id=1) for weekday, hours in days]


@pytest.mark.parametrize(
    ("stretches", "lines"),
    [
        (week(), []),
        (week((0, AFTERNOON), (0, MORNING)), ["Sen 09.00–12.00, 13.00–16.00"]),
        (
            week(*((day, MORNING) for day in range(4)), (4, (time(8, 30), time(11)))),
            ["Sen–Kam 09.00–12.00", "Jum 08.30–11.00"],
        ),
        (week((0, MORNING), (2, MORNING)), ["Sen 09.00–12.00", "Rab 09.00–12.00"]),
    ],
)
def test_hours_in_words(app: Flask, stretches: list[Weekly], lines: list[str]) -> None:
    with app.test_request_context():
        assert in_words(stretches) == lines
