"""The component sheet: every part in all its states, drawn without an inline style."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, get_template_attribute

from portal import create_app
from portal.config import Settings
from portal.web.sample_calendar import HOURS, moment
from portal.web.shapes import Day, Entry
from tests.client import Visitor

NOW = moment(1, "08.50")


@pytest.fixture
def sheet(settings: Settings) -> Visitor:
    return Visitor(create_app(replace(settings, demo=True)))


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_sheet_shows_every_state(sheet: Visitor, language: str) -> None:
    page = sheet.get(f"/dev/components?lang={language}").text
    assert " style=" not in page
    for state in ("sure", "waiting", "done", "missed"):
        assert f'data-state="{state}"' in page
    for kind in ("block", "closure", "gap", "appointment"):
        assert f'data-kind="{kind}"' in page


def test_there_is_no_sheet_in_production(settings: Settings) -> None:
    portal = Visitor(create_app(replace(settings, demo=False)))
    assert portal.get("/dev/components").status_code == 404


def week_of(app: Flask, entry: Entry) -> str:
    day = Day(NOW.date(), "#", [entry], [(moment(1, "09.00"), moment(1, "16.00"))])
    with app.test_request_context():
        week = get_template_attribute("components/week.html", "week")
        return str(week([day], HOURS, NOW.date(), NOW, "/calendar/block", "/calendar/new"))


def appointment(begin: str, minutes: int) -> Entry:
    starts_at = moment(1, begin)
    return Entry("appointment", starts_at, starts_at + timedelta(minutes=minutes), "Siti", "#", "sure")


@pytest.mark.parametrize(
    ("begin", "minutes", "place"),
    [
        ("09.00", 60, "at-5 for-4"),
        ("09.15", 45, "at-6 for-3"),
        ("09.00", 50, "at-5 for-3"),
        ("09.50", 50, "at-8 for-4"),
        ("07.30", 60, "at-1 for-2"),
        ("16.30", 60, "at-35 for-2"),
    ],
    ids=["an hour", "three quarters", "off the grid", "its neighbour", "from before", "till after"],
)
def test_an_appointment_lies_at_its_quarter(app: Flask, begin: str, minutes: int, place: str) -> None:
    assert re.search(rf'<li class="{place} ev slot--mine"', week_of(app, appointment(begin, minutes)))


def test_a_quarter_of_an_hour_is_tall_enough_to_hit(app: Flask) -> None:
    assert "wk--tall" in week_of(app, appointment("09.00", 15))
    assert "wk--tall" not in week_of(app, appointment("09.00", 45))
