"""What people type or tap to book, move or cancel. Times travel as ISO 8601 with offset, as the page offered them."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Field, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from portal.web.forms import Form
from portal.web.routing import LARGEST_KEY


class MomentField(HiddenField):
    """An aware datetime; what has no offset, or is none, is refused."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            moment = parse_moment(valuelist[0] if valuelist else "")
        except ValueError as error:
            raise ValidationError(lazy_gettext("Choose a time from the page.")) from error
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
    """A database key: plain digits, few enough to be one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LARGEST_KEY))):
            self.data = None
            raise ValueError(lazy_gettext("Choose a desk or room from the page."))
        self.data = int(typed)


class StretchForm(Form):
    """A resource and a time, to book or to move to."""

    resource_id = KeyField(validators=[InputRequired(), NumberRange(1, LARGEST_KEY)])
    starts_at = MomentField()
    ends_at = MomentField()

    @property
    def wanted(self) -> tuple[int, datetime, datetime]:
        """Resource, start and end of a form that is valid."""
        resource_id, starts_at, ends_at = self.resource_id.data, self.starts_at.data, self.ends_at.data
        if resource_id is None or starts_at is None or ends_at is None:
            raise ValueError("the form was not validated")
        return resource_id, starts_at, ends_at

    def validate_starts_at(self, field: Field) -> None:
        self._require(field)

    def validate_ends_at(self, field: Field) -> None:
        self._require(field)

    def _require(self, field: Any) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(lazy_gettext("Choose a time from the page."))


class EmptyForm(Form):
    """Nothing but the token that says the person meant it."""
