"""What all forms share.

WTForms' own messages ("This field is required.") come from the portal's catalogues like any other words:
`portal/translations/id/LC_MESSAGES/wtforms.po` holds them, as WTForms ships none in Indonesian.
"""

from datetime import datetime
from typing import Any, ClassVar

from flask import request
from flask_babel import get_domain
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field, HiddenField, IntegerField, ValidationError
from wtforms import Form as WTForm

from portal.web.routing import LARGEST_KEY


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
