"""WTForms' own messages speak the reader's language too."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.web.forms import Form


class Sample(Form):
    name = StringField(validators=[InputRequired(), Length(max=3)])
    count = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=3)])


def errors(app: Flask, lang: str, **fields: str) -> dict[str, list[str]]:
    with app.test_request_context(f"/?lang={lang}"):
        form = Sample(MultiDict(fields), meta={"csrf": False})
        form.validate()
        return {name: [str(words) for words in found] for name, found in form.errors.items()}


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("id", {"name": ["Terlalu panjang. Paling banyak 3 huruf."], "count": ["Angkanya antara 1 dan 3."]}),
        (
            "en",
            {
                "name": ["Field cannot be longer than 3 characters."],
                "count": ["Number must be between 1 and 3."],
            },
        ),
    ],
)
def test_with_its_facts(app: Flask, lang: str, expected: dict[str, list[str]]) -> None:
    assert errors(app, lang, name="Siti", count="9") == expected


def test_missing(app: Flask) -> None:
    assert errors(app, "id")["name"] == ["Bagian ini perlu diisi."]
