"""What people type or tap to ask for a consultation: a topic, a time, how to meet, and answers to the topic's questions."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from portal.consultations.finding.questions import Question
from portal.consultations.topics.models import Mode, QuestionKind
from portal.web.forms import Form, KeyField, MomentField, no_nul
from portal.web.locale import current_locale
from portal.web.routing import LARGEST_KEY

LONGEST_ANSWER = 2000
NUMBER = re.compile(r"-?[0-9][0-9.,\s]{0,29}")


class ConsultantField(KeyField):
    """Nothing means whoever is free."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and valuelist[0]:
            super().process_formdata(valuelist)
        else:
            self.data = None


class WhenForm(Form):
    """A time, with whom, and how to meet; what a consultation is moved to."""

    consultant_id = ConsultantField(
        validators=[Optional(), NumberRange(1, LARGEST_KEY)],
        refusal=_l("Choose a consultant from the page."),
        widget=HiddenInput(),
    )
    starts_at = MomentField()
    mode = HiddenField()

    @property
    def moment(self) -> datetime:
        """Of a form that is valid."""
        if self.starts_at.data is None:
            raise ValueError("the form was not validated")
        return self.starts_at.data

    @property
    def way(self) -> Mode:
        return Mode(self.mode.data or "")

    def validate_starts_at(self, field: Field) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_l("Choose a time from the page."))

    def validate_mode(self, field: Field) -> None:
        if field.data not in set(Mode):
            raise ValidationError(_l("Choose how to meet from the page."))


class ChoiceForm(WhenForm):
    """The same, for a topic."""

    topic_id = KeyField(
        validators=[InputRequired(), NumberRange(1, LARGEST_KEY)],
        refusal=_l("Choose a topic from the page."),
        widget=HiddenInput(),
    )

    @property
    def topic(self) -> int:
        """Of a form that is valid."""
        if self.topic_id.data is None:
            raise ValueError("the form was not validated")
        return int(self.topic_id.data)


def intake_form(asked: Sequence[Question]) -> type[ChoiceForm]:
    """The choice together with the topic's questions, in the language of the page."""
    locale = current_locale()
    fields = {f"q{question.id}": _field(question, locale) for question in asked}
    return type("IntakeForm", (ChoiceForm,), fields)


def answers(form: Form, asked: Sequence[Question]) -> tuple[Mapping[str, Any], ...]:
    """As an appointment keeps them; what was left empty is left out."""
    given = ((question, _answer(question, form[f"q{question.id}"].data)) for question in asked)
    return tuple(
        {"question": {"id": question.label.id, "en": question.label.en}, "answer": answer}
        for question, answer in given
        if answer
    )


def _field(question: Question, locale: str) -> Any:
    label = question.label.in_(locale)
    unanswered = _l("Answer this one, please: %(question)s", question=label)
    needed = InputRequired(unanswered) if question.is_required else Optional()
    if question.kind in {QuestionKind.CHOICE, QuestionKind.YES_NO}:
        words = dict(_choices(question, locale))
        return RadioField(
            label,
            choices=[SelectChoice(value, said) for value, said in words.items()],
            validators=[needed, AnyOf(list(words), _l("Choose one of these."))],
            # Of itself it would want an answer to everything.
            validate_choice=False,
        )
    long = Length(max=LONGEST_ANSWER, message=_l("At most 2,000 characters. Bring the rest along."))
    checks = [needed, no_nul, long, *([_number] if question.kind == QuestionKind.NUMBER else [])]
    kind = TextAreaField if question.kind == QuestionKind.LONG_TEXT else StringField
    return kind(label, validators=checks)


def _choices(question: Question, locale: str) -> list[tuple[str, str]]:
    if question.kind == QuestionKind.YES_NO:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    return [(str(place), choice.in_(locale)) for place, choice in enumerate(question.choices)]


def _answer(question: Question, data: str | None) -> str:
    said = (data or "").strip()
    if question.kind not in {QuestionKind.CHOICE, QuestionKind.YES_NO}:
        return said
    return dict(_choices(question, current_locale())).get(said, "")


def _number(form: Any, field: Field) -> None:
    if not NUMBER.fullmatch((field.data or "").strip()):
        raise ValidationError(_l("A number, please, such as 1500000."))
