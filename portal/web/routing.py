"""URL parts: whole numbers that fit a database key, and real dates."""

from datetime import date

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

LARGEST_KEY = 2**31 - 1


class KeyConverter(IntegerConverter):
    """`<int:…>` that no database key can overflow: what does not fit is simply not found."""

    def __init__(self, map: object, **options: object) -> None:
        super().__init__(map, max=LARGEST_KEY, **options)  # type: ignore[arg-type]


class DateConverter(BaseConverter):
    """`<date:…>`: YYYY-MM-DD of a day that exists."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: date) -> str:
        return value.isoformat()


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = KeyConverter
    app.url_map.converters["date"] = DateConverter
