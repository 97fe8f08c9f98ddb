"""What a value must be. Stricter than marshmallow: nothing is turned into what it is not.

Messages are ids of translations, put into words by `problems`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from marshmallow import fields, validate

from portal.errors import N_
from portal.web.routing import LARGEST_KEY

REQUIRED = {
    "required": N_("This field is missing."),
    "null": N_("Must not be null: leave it out instead."),
}
UNKNOWN_FIELD = N_("There is no such field.")
NOT_AN_OBJECT = N_("Send a JSON object.")
KEY = N_("Must be a whole number from 1 to 2147483647.")
TEXT = N_("Must be text.")

_DIGITS = re.compile(r"[0-9]{1,10}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{5,8}(?:[.,][0-9]{1,9})?(?:[Zz]|[+-][0-9:]{2,5})?")


class Text(fields.String):
    """What can be kept: PostgreSQL takes no NUL, and half of a surrogate pair is no sign of any text."""

    default_error_messages = {  # noqa: RUF012 (marshmallow's way)
        **REQUIRED,
        "invalid": TEXT,
        "invalid_utf8": TEXT,
        "sign": N_("There is a sign in it that cannot be kept. Type it anew."),
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        said: str = super()._deserialize(value, attr, data, **kwargs)
        if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in said):
            raise self.make_error("sign")
        return said


class Key(fields.Integer):
    """The id of a row. `true` and "1" are none (1.0 is one, as JSON Schema has it); nor is what no key can be."""

    default_error_messages = {**REQUIRED, "invalid": KEY}  # noqa: RUF012 (marshmallow's way)

    def __init__(self, **options: Any) -> None:
        options.setdefault("validate", validate.Range(1, LARGEST_KEY, error=KEY))
        super().__init__(strict=True, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryKey(Key):
    """The same in an address, where all is text."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise self.make_error("invalid")
        return int(value)


class Moment(fields.AwareDateTime):
    """ISO 8601 with offset. `datetime.fromisoformat` accepts a trailing NUL, so the signs are looked at first."""

    default_error_messages = {  # noqa: RUF012
        **REQUIRED,
        "text": TEXT,
        "moment": N_("Must be a date and time that exist, such as 2026-09-08T10:00:00+07:00."),
        "naive": N_("The offset from UTC is missing: write +07:00 or Z behind the time."),
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("text")
        if not _MOMENT.fullmatch(value):
            raise self.make_error("moment")
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise self.make_error("moment") from error
        if moment.tzinfo is None:
            raise self.make_error("naive")
        return moment


class Day(fields.Date):
    """YYYY-MM-DD of a day that exists."""

    default_error_messages = {  # noqa: RUF012
        **REQUIRED,
        "day": N_("Must be a date that exists, such as 2026-09-08."),
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("day")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("day") from error


class Ready(fields.Nested):
    """An object that is made as it goes out; the schema only tells the document. For rows by the hundred, of which
    taking apart and putting together again would cost as much as finding them.
    """

    def _serialize(self, nested_obj: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        return nested_obj  # (marshmallow's own parents disagree on its name)
