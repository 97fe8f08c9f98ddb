"""How times, dates and money are written. Times of a page are in the site's zone, which the caller hands on."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from markupsafe import Markup

from portal.web.locale import current_locale

ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def clock_time(value: datetime | time) -> str:
    """10.00 in Indonesian, 10:00 in English; of a moment already in local time."""
    return f"{value:%H.%M}" if current_locale() == "id" else f"{value:%H:%M}"


def clock_times(start: datetime | time, end: datetime | time) -> str:
    return f"{clock_time(start)}–{clock_time(end)}"


@lru_cache(maxsize=4096)
def _written_date(ordinal: int, pattern: str, locale: str) -> str:
    """A page names a few days many times over, and Babel reads the pattern anew each time.

    By number, because moments of two zones can be equal and yet lie on two days.
    """
    return str(format_date(date.fromordinal(ordinal), pattern, locale=locale))


def day(value: date) -> str:
    """Selasa, 8 September 2026."""
    return _written_date(value.toordinal(), "EEEE, d MMMM y", current_locale())


def day_short(value: date) -> str:
    """Selasa 8 September."""
    return _written_date(value.toordinal(), "EEEE d MMMM", current_locale())


def moment(value: datetime, zone: str) -> str:
    """5 September 2026 pukul 14.05 WIB."""
    shown = local(value, zone)
    pattern = "d MMMM y 'pukul' HH.mm" if current_locale() == "id" else "d MMMM y, HH:mm"
    return f"{format_datetime(shown, pattern, locale=current_locale())} {zone_name(zone)}"


def zone_name(zone: str) -> str:
    return ZONE_NAMES.get(zone, zone)


def number(value: float) -> str:
    return format_decimal(value, locale=current_locale())


def hours(minutes: int) -> str:
    """A length as hours, such as 1,5; the word is the caller's."""
    return format_decimal(minutes / 60, "0.##", locale=current_locale())


def reference(value: str) -> Markup:
    """TRS7K4M2W as people read it aloud: TRS 7K4 M2W, never broken over two lines."""
    return Markup("&nbsp;").join((value[:3], value[3:6], value[6:]))


def weekday_short(value: date) -> str:
    """Sel, in English Tue."""
    return _written_date(value.toordinal(), "EEE", current_locale())


def month_short(value: date) -> str:
    """Sep."""
    return _written_date(value.toordinal(), "MMM", current_locale())


def capitalize_first(text: str) -> str:
    """The first letter large, the others as they are: "Meja A07"."""
    return text[:1].upper() + text[1:]


LONGEST_WHOLE = 20
"""Letters of a word that fit on one line of a heading on a small phone."""


def whole(text: str) -> Markup:
    """A name for a heading, whose words are not broken at their hyphens: Co-Working."""

    def unbroken(word: str) -> str:
        has_break = "-" in word and len(word) <= LONGEST_WHOLE
        return Markup('<span class="nb">{}</span>').format(word) if has_break else word

    return Markup(" ").join(unbroken(word) for word in text.split(" "))


FILTERS = {
    "time": clock_time,
    "day": day,
    "day_short": day_short,
    "weekday_short": weekday_short,
    "month_short": month_short,
    "moment": moment,
    "local": local,
    "zone_name": zone_name,
    "number": number,
    "hours": hours,
    "reference": reference,
    "capitalize_first": capitalize_first,
    "whole": whole,
}
