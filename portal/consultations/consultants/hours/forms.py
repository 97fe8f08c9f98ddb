"""Time off, and which days other hours are for; the hours themselves stand on a `Sheet`."""

from datetime import date, time
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, StringField, ValidationError
from wtforms.validators import Length

from portal.consultations.consultants.hours import refusals
from portal.consultations.consultants.hours.refusals import Fault
from portal.consultations.consultants.hours.sheet import options
from portal.web.errors import words
from portal.web.filters import clock_time
from portal.web.forms import DayField, Form, no_nul, read_clock

LONGEST_REASON = 200


class _TimeWidget:
    def __call__(self, field: "TimeField", **attributes: Any) -> Markup:
        attributes.setdefault("id", field.id)
        shown = Markup(" ").join(
            Markup('{}="{}"').format(name.rstrip("_").replace("_", "-"), value)
            for name, value in attributes.items()
            if value is not False
        )
        inside = options(field.typed, ends=field.ends, separator=separator(), empty=gettext("All day"))
        return Markup('<select name="{}" {}>{}</select>').format(field.name, shown, inside)


class TimeField(Field):
    """A time of day chosen in quarters, or none."""

    widget = _TimeWidget()
    typed = ""

    def __init__(self, *arguments: Any, ends: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ends = ends

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0].strip()[:5] if valuelist else ""
        self.data = read_clock(self.typed)
        if self.typed and self.data is None:
            raise ValueError(words(refusals.Unreadable()))


class RangeForm(Form):
    """Days from the first to the last, both included; without a last one it is one day."""

    first = DayField(_l("First day"))
    last = DayField(_l("Last day"))

    def validate_first(self, field: DayField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(words(refusals.NoDate()))

    @property
    def begin(self) -> date:
        """The first day, once it is known to be one."""
        assert self.first.data is not None  # noqa: S101 (asked for after validation)
        return self.first.data

    @property
    def until(self) -> date:
        """The last day."""
        return self.last.data or self.begin

    def blame(self, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            field = self._fields.get(fault.part, self.first)
            field.errors = [*field.errors, words(fault.refusal)]


class TimeOffForm(RangeForm):
    opens = TimeField(_l("From"))
    closes = TimeField(_l("Until"), ends=True)
    reason = StringField(_l("Why"), validators=[Length(max=LONGEST_REASON), no_nul])


def separator() -> str:
    """Between hours and minutes, in the reader's language."""
    return clock_time(time(1, 1))[2]
