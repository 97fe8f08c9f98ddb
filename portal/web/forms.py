"""What all forms share.

WTForms' own messages ("This field is required.") come from the portal's catalogues like any other words:
`portal/translations/id/LC_MESSAGES/wtforms.po` holds them, as WTForms ships none in Indonesian.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, ClassVar, TypeVar

from flask import request
from flask_babel import get_domain
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field, HiddenField, IntegerField, ValidationError
from wtforms import Form as WTForm
from wtforms.widgets import DateInput, TimeInput

from portal.errors import RuleBroken
from portal.web.errors import words
from portal.web.routing import LARGEST_KEY

MIDNIGHT = "24:00"
"""How the end of a day is written; kept as 00.00."""
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


Read = TypeVar("Read")


class _Words:
    """How WTForms asks for translations; it puts the facts in itself."""

    def gettext(self, string: str) -> str:
        return str(get_domain().get_translations().ugettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(get_domain().get_translations().ungettext(singular, plural, n))


class Form(FlaskForm):
    in_order: ClassVar[tuple[str, ...]] = ()
    """Names of the fields as they follow each other on the page, where classes that were put together have them
    otherwise: what is wrong is listed in this order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.in_order:
            self._fields.move_to_end(name)

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Words:
            return _Words()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Text fields take text alone: Flask-WTF would mix files that were sent into what was typed."""
            if formdata is _Auto and form.is_submitted():
                return request.form
            return super().wrap_formdata(form, formdata)


def no_nul(form: WTForm, field: Field) -> None:
    """PostgreSQL keeps no NUL in a text, and nobody types one."""
    if "\0" in (field.data or ""):
        raise ValidationError(_l("There is a sign in it that cannot be kept. Type it anew."))


def read_by(read: Callable[[str], Read], typed: Any) -> Read:
    """What `read` makes of what was typed; what it refuses stands beside the field.

    Raises:
        ValidationError
    """
    try:
        return read(typed)
    except RuleBroken as error:
        raise ValidationError(words(error)) from error


class MomentField(HiddenField):
    """An aware datetime in ISO 8601, as a page offered it; what has no offset, or is none, is refused."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            moment = parse_moment(valuelist[0] if valuelist else "")
        except ValueError as error:
            raise ValidationError(_l("Choose a time from the page.")) from error
        self.data = moment

    def _value(self) -> str:
        return self.data.isoformat() if self.data else ""


def parse_moment(value: str) -> datetime:
    """An aware datetime from ISO 8601 with an offset.

    Raises:
        ValueError: it is no date, has no offset, or holds what `fromisoformat` would swallow in silence.
    """
    if not value.isprintable() or not value.isascii() or len(value) > 40:
        raise ValueError("not a moment")
    moment = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("no offset")
    if not 2000 <= moment.year <= 2200:
        raise ValueError("no time of this place")
    return moment


class KeyField(IntegerField):
    """A database key: plain digits, few enough to be one; else `refusal` is said."""

    def __init__(self, *arguments: Any, refusal: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.refusal = refusal

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LARGEST_KEY))):
            self.data = None
            raise ValueError(self.refusal)
        self.data = int(typed)


def read_day(typed: str) -> date | None:
    """YYYY-MM-DD, as browsers send it, or 8/9/2026, as it is typed where they don't know of dates."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", typed, re.ASCII)
    parts = match.groups() if match else ()
    if not parts:
        match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", typed, re.ASCII)
        parts = match.groups()[::-1] if match else ()
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None


def read_clock(typed: str) -> time | None:
    """A time of day; the end of the day is 00.00."""
    if typed == MIDNIGHT:
        return time.min
    return time.fromisoformat(typed) if _CLOCK.fullmatch(typed) else None


class DayField(Field):
    """A date, by the calendar of the device."""

    widget = DateInput()
    data: date | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = read_day(typed)
        if typed and self.data is None:
            raise ValueError(_l("Choose a day."))


class ClockField(Field):
    """A time of day, by the clock of the device."""

    widget = TimeInput()
    data: time | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip().replace(".", ":")[:5] if valuelist else ""
        self.data = read_clock(typed)
        if typed and self.data is None:
            raise ValueError(_l("Type a time such as 13:30."))
