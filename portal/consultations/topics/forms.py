"""A topic as the administrator types it; its questions stand in `Questions`."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from portal.consultations.topics.models import Field, Mode
from portal.consultations.topics.queries import QuestionFacts, TopicFacts
from portal.consultations.wording import MODES
from portal.db import Words
from portal.errors import N_
from portal.web.forms import Form, no_nul

FIELDS = {
    Field.INSTITUTION: N_("Institution and permits"),
    Field.HUMAN_RESOURCES: N_("Human resources"),
    Field.PRODUCTION: N_("Production"),
    Field.FINANCE: N_("Finance"),
    Field.MARKETING: N_("Marketing"),
    Field.INFORMATION_TECHNOLOGY: N_("Information technology"),
    Field.NETWORKS: N_("Networks and partners"),
}
STEPS = (5, 10, 15, 20, 30, 60)
LONGEST_NAME, LONGEST_TEXT = 80, 1000


def _name(label: Any, *more: Any) -> StringField:
    return StringField(label, validators=[*more, Length(max=LONGEST_NAME), no_nul])


def _text(label: Any) -> TextAreaField:
    return TextAreaField(label, validators=[Length(max=LONGEST_TEXT), no_nul], render_kw={"rows": 4})


def _number(label: Any, least: int, most: int) -> IntegerField:
    return IntegerField(
        label, validators=[InputRequired(), NumberRange(least, most)], render_kw={"inputmode": "numeric"}
    )


class BoxesField(SelectMultipleField):
    """Several of a few: boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TopicForm(Form):
    name_id = _name(_l("Name in Indonesian"), InputRequired(_l("Type a name")))
    name_en = _name(_l("Name in English"))
    description_id = _text(_l("In a sentence, in Indonesian"))
    description_en = _text(_l("In a sentence, in English"))
    field = SelectField(_l("Field of the PLUT"))
    minutes = _number(_l("Length in minutes"), 5, 480)
    buffer_before_minutes = _number(_l("Minutes kept free before"), 0, 120)
    buffer_after_minutes = _number(_l("Minutes kept free after"), 0, 120)
    step_minutes = SelectField(_l("Begins every"), coerce=int)
    modes = BoxesField(_l("How one meets"), validators=[InputRequired(_l("Choose at least one way to meet"))])
    confirms_itself = BooleanField(_l("A request is an appointment at once; the consultant need not answer"))
    answer_hours = _number(_l("Hours within which to answer"), 1, 336)
    cancel_minutes = _number(_l("Minutes before the start until which one may move or cancel"), 0, 20_160)
    to_bring_id = _text(_l("What to bring, in Indonesian"))
    to_bring_en = _text(_l("What to bring, in English"))
    position = _number(_l("Place in the list"), 0, 10_000)
    is_active = BooleanField(_l("Offered"))

    def __init__(self, *arguments: Any, facts: TopicFacts | None = None, **options: Any) -> None:
        shown = _shown(facts) if facts else _usual()
        super().__init__(*arguments, **shown, **options)
        self.field.choices = [SelectChoice(one.value, gettext(words)) for one, words in FIELDS.items()]
        self.step_minutes.choices = [
            SelectChoice(step, gettext("%(minutes)s minutes", minutes=step))
            for step in _steps(shown["step_minutes"])
        ]
        self.modes.choices = [SelectChoice(mode.value, gettext(words)) for mode, words in MODES.items()]
        self._usual_modes: tuple[str, ...] = facts.modes if facts else ()

    def facts(self, questions: tuple[QuestionFacts, ...]) -> TopicFacts:
        """What was typed; English left empty says the same as Indonesian."""
        chosen = list(self.modes.data or ())
        # The usual way to meet stays the first.
        chosen.sort(key=lambda mode: self._usual_modes.index(mode) if mode in self._usual_modes else 9)
        return TopicFacts(
            name=self._words("name"),
            description=self._words("description"),
            field=Field(self.field.data),
            minutes=self.minutes.data or 0,
            buffer_before_minutes=self.buffer_before_minutes.data or 0,
            buffer_after_minutes=self.buffer_after_minutes.data or 0,
            step_minutes=self.step_minutes.data,
            modes=tuple(chosen),
            confirms_itself=self.confirms_itself.data,
            answer_hours=self.answer_hours.data or 0,
            cancel_minutes=self.cancel_minutes.data or 0,
            to_bring=self._words("to_bring"),
            position=self.position.data or 0,
            is_active=self.is_active.data,
            questions=questions,
        )

    def _words(self, name: str) -> Words:
        return typed_words(self, name)


def typed_words(form: Form, name: str) -> Words:
    indonesian, english = (
        (form._fields[f"{name}_{language}"].data or "").replace("\r\n", "\n").strip()
        for language in ("id", "en")
    )
    return Words(indonesian, english or indonesian)


def _steps(kept: int) -> list[int]:
    return sorted({*STEPS, kept})


def _shown(facts: TopicFacts) -> dict[str, Any]:
    values = {name: getattr(facts, name) for name in TopicFacts.__dataclass_fields__ if name != "questions"}
    for name in ("name", "description", "to_bring"):
        words = values.pop(name)
        values |= {f"{name}_id": words.id, f"{name}_en": words.en}
    return values | {"modes": list(facts.modes), "field": facts.field.value}


def _usual() -> dict[str, Any]:
    return {
        "minutes": 60,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 15,
        "step_minutes": 30,
        "modes": [mode.value for mode in Mode],
        "answer_hours": 24,
        "cancel_minutes": 120,
        "position": 100,
        "is_active": True,
    }
