"""Indonesia's public holidays, from PyPI `holidays`; later years are its estimates."""

from collections.abc import Iterable
from datetime import date

import holidays

from portal.db import Words

CATEGORIES = ("public", "government")
"""Government days are cuti bersama; they must be asked for."""
LANGUAGES = {"id": "id", "en": "en_US"}
"""Ours and the library's."""


def indonesian_holidays(years: Iterable[int]) -> dict[date, Words]:
    """Public holidays and joint leave by day, in both languages."""
    years = list(years)
    if not years:
        return {}
    named = {
        ours: holidays.country_holidays("ID", years=years, categories=CATEGORIES, language=theirs)
        for ours, theirs in LANGUAGES.items()
    }
    days = sorted(day for day in named["id"] if day.year in years)
    return {day: Words(id=named["id"][day], en=named["en"][day]) for day in days}
