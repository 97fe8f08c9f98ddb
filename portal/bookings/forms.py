"""What people type or tap to book, move or cancel. Times travel as ISO 8601 with offset, as the page offered them."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from wtforms import Field
from wtforms.validators import InputRequired, NumberRange, ValidationError

from portal.web.forms import Form, KeyField, MomentField
from portal.web.routing import LARGEST_KEY


class StretchForm(Form):
    """A resource and a time, to book or to move to."""

    resource_id = KeyField(
        validators=[InputRequired(), NumberRange(1, LARGEST_KEY)],
        refusal=lazy_gettext("Choose a desk or room from the page."),
    )
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
