"""What a consultant types: why not, another time, for whom and about what, what keeps them busy."""

from datetime import date, datetime, time, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from portal.accounts import logins, names
from portal.accounts.forms import AtMost
from portal.accounts.logins import read_phone
from portal.accounts.names import read_name
from portal.consultations.refusals import ReasonMissing
from portal.consultations.topics.models import Mode
from portal.web.errors import words
from portal.web.forms import ClockField, DayField, Form, MomentField, no_nul, read_by

LONGEST_REASON = 500
LONGEST_WHY = 200
FIRST_YEAR, LAST_YEAR = 2001, 2199


def _reason(label: Any) -> TextAreaField:
    too_long = _l("At most 500 characters.")
    return TextAreaField(
        label,
        validators=[no_nul, Length(max=LONGEST_REASON, message=too_long)],
        render_kw={"rows": 3, "maxlength": LONGEST_REASON},
    )


class ReasonForm(Form):
    """Why not: one of the ready reasons, or own words; own words come on top where both are given."""

    ready = RadioField(_l("Why"), validators=[Optional()], choices=[])
    reason = _reason(_l("In your own words"))

    def __init__(self, reasons: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ready.choices = [(str(number), reason) for number, reason in enumerate(reasons)]

    def validate_reason(self, field: Field) -> None:
        if not self.said:
            raise ValidationError(words(ReasonMissing()))

    @property
    def said(self) -> str:
        ready = dict(self.ready.choices or ()).get(self.ready.data or "", "")
        own = (self.reason.data or "").strip()
        return ". ".join(part for part in (str(ready), own) if part)[:LONGEST_REASON]


class OfferedField(MomentField):
    """None where nothing was sent: then a day and a time were typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0]:
            super().process_formdata(valuelist)


class WhenForm(Form):
    """A moment: as a page offered it, or a day and a time that were typed."""

    starts_at = OfferedField()
    day = DayField(_l("Day"))
    clock = ClockField(_l("Time"), render_kw={"step": 300})

    def moment(self, zone: tzinfo | None) -> datetime | None:
        """Of a form that is valid."""
        if self.starts_at.data is not None:
            return self.starts_at.data
        day, clock = self.day.data, self.clock.data
        return datetime.combine(day, clock, zone) if day and clock is not None else None

    def validate(self, extra_validators: Any = None) -> bool:
        """What a page offered is no field that somebody could mend: what is wrong with it is said of the whole."""
        is_valid: bool = super().validate(extra_validators)
        self.form_errors.extend(self.starts_at.errors)
        self.starts_at.errors = ()
        return is_valid

    def validate_day(self, field: Field) -> None:
        if not self._is_offered:
            _require_day(field)

    def validate_clock(self, field: Field) -> None:
        if not self._is_offered:
            _require_clock(field)

    @property
    def _is_offered(self) -> bool:
        return any(self.starts_at.raw_data or ())


class MoveForm(WhenForm):
    reason = _reason(_l("Why, if you like"))


class BookForm(WhenForm):
    """For whom: somebody known by their key, or a new person."""

    in_order = ("person_id", "name", "phone", "consent", "topic_id", "mode", "starts_at", "day", "clock")

    person_id = StringField()
    name = StringField(_l("Name"), validators=[AtMost(names.LONGEST, typed=names.LONGEST_TYPED), no_nul])
    phone = StringField(
        _l("WhatsApp number"), validators=[AtMost(logins.LONGEST, typed=logins.LONGEST), no_nul]
    )
    consent = BooleanField(_l("They agree that we keep both to look after their appointments."))
    topic_id = RadioField(_l("About what"), choices=[], validators=[InputRequired(_l("Choose a topic."))])
    mode = RadioField(_l("How you meet"), choices=[], validators=[InputRequired(_l("Choose how you meet."))])

    read_name = ""
    read_phone = ""

    @property
    def known_id(self) -> int | None:
        typed = self.person_id.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 9 else None

    @property
    def is_new(self) -> bool:
        return self.known_id is None

    @property
    def way(self) -> Mode:
        return Mode(self.mode.data)

    def validate_name(self, field: Field) -> None:
        if not self.is_new:
            return
        if not (field.data or "").strip():
            raise ValidationError(_l("Type their name."))
        self.read_name = read_by(read_name, field.data)

    def validate_phone(self, field: Field) -> None:
        if not self.is_new:
            return
        self.read_phone = read_by(read_phone, field.data or "")

    def validate_consent(self, field: Field) -> None:
        if self.is_new and not field.data:
            raise ValidationError(_l("Ask them first, then tick this."))


class BlockForm(Form):
    day = DayField(_l("Day"))
    opens = ClockField(_l("From"), render_kw={"step": 300})
    closes = ClockField(_l("Until"), render_kw={"step": 300})
    reason = StringField(
        _l("What for"),
        validators=[no_nul, Length(max=LONGEST_WHY, message=_l("At most 200 characters."))],
        render_kw={"maxlength": LONGEST_WHY},
    )

    @property
    def stretch(self) -> tuple[date, time, time]:
        """Day, start and end of a form that is valid."""
        day, opens, closes = self.day.data, self.opens.data, self.closes.data
        if day is None or opens is None or closes is None:
            raise ValueError("the form was not validated")
        return day, opens, closes

    def validate_day(self, field: Field) -> None:
        _require_day(field)

    def validate_opens(self, field: Field) -> None:
        _require_clock(field)

    def validate_closes(self, field: Field) -> None:
        _require_clock(field)


def _require_day(field: Any) -> None:
    if field.errors:
        return
    if field.data is None or not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_l("Choose a day."))


def _require_clock(field: Any) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(_l("Type a time such as 13:30."))
