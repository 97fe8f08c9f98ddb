"""What is typed about a case: note and advice, what is to be done, files, how it was liked."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange

from portal.consultations.cases.services import LONGEST_TASK
from portal.db import Words
from portal.files.forms import UploadField
from portal.web.forms import DayField, Form, no_nul
from portal.web.locale import current_locale

LONGEST_TEXT = 10_000
_TOO_LONG = _l("At most 10,000 characters.")
NONE_YET = "0"


def _number(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class NoteForm(Form):
    advice = TextAreaField(
        _l("What you agreed on"),
        validators=[no_nul, Length(max=LONGEST_TEXT, message=_TOO_LONG)],
        render_kw={"rows": 5},
    )
    private_note = TextAreaField(
        _l("Note for yourself"),
        validators=[no_nul, Length(max=LONGEST_TEXT, message=_TOO_LONG)],
        render_kw={"rows": 4},
    )
    outcome_id = SelectField(_l("What came of it"), choices=[])
    version = HiddenField()

    def offer(self, outcomes: list[tuple[int, Words]]) -> None:
        language = current_locale()
        named = [SelectChoice(str(id_), name.in_(language)) for id_, name in outcomes]
        self.outcome_id.choices = [SelectChoice(NONE_YET, _l("Not said yet")), *named]

    @property
    def outcome(self) -> int | None:
        return _number(self.outcome_id.data) or None

    @property
    def built_upon(self) -> int:
        """The version that was looked at while writing; 0 where there was none."""
        return _number(self.version.data) or 0


class FollowUpForm(Form):
    task = StringField(
        _l("What is to be done"),
        validators=[
            InputRequired(_l("Write in a few words what is to be done.")),
            no_nul,
            Length(max=LONGEST_TASK, message=_l("At most 500 characters.")),
        ],
    )
    due_on = DayField(_l("Until when"), validators=[InputRequired(_l("Choose a day."))])
    owner = RadioField(
        _l("Who does it"),
        choices=[SelectChoice("person", _l("The entrepreneur")), SelectChoice("consultant", _l("I do"))],
        default="person",
    )


class FilesForm(Form):
    files = UploadField(_l("Files"), validators=[InputRequired(_l("Choose a file."))], most=3)


class SharedFilesForm(FilesForm):
    is_shared = BooleanField(_l("They see it too"), default=True)


class RatingForm(Form):
    stars = IntegerField(
        _l("Stars"),
        validators=[
            InputRequired(_l("Choose one to five stars.")),
            NumberRange(1, 5, message=_l("Choose one to five stars.")),
        ],
    )
    line = StringField(
        _l("One line about it"),
        validators=[no_nul, Length(max=500, message=_l("At most 500 characters."))],
    )
