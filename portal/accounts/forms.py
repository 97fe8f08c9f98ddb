"""Fields that several forms share."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, PasswordField, ValidationError
from wtforms import Form as WTForm
from wtforms.validators import InputRequired, Length, StopValidation

from portal.accounts.password_rules import check_password
from portal.accounts.passwords import LONGEST, LONGEST_TYPED
from portal.errors import RuleBroken
from portal.web.errors import words
from portal.web.forms import Form, no_nul


class AtMost:
    """Like `Length(max=…)`, but nobody looks any further at what is longer than `typed` signs."""

    def __init__(self, characters: int, *, typed: int) -> None:
        self.characters = characters
        self.typed = typed

    def __call__(self, form: WTForm, field: Field) -> None:
        if len(field.data or "") > self.typed:
            words = field.ngettext(
                "Field cannot be longer than %(max)d character.",
                "Field cannot be longer than %(max)d characters.",
                self.characters,
            )
            raise StopValidation(words % {"max": self.characters})


class NewPasswordForm(Form):
    """A new password; `own` is what others know of its person."""

    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Think of a new password")), AtMost(LONGEST, typed=LONGEST_TYPED)],
        render_kw={"autocomplete": "new-password"},
    )

    own: tuple[str | None, ...] = ()

    def validate_password(self, field: PasswordField) -> None:
        try:
            check_password(field.data, self.own)
        except RuleBroken as error:
            raise ValidationError(words(error)) from error


class PasswordAgainForm(Form):
    """Asks who is there once more, before they change how they sign in."""

    current = PasswordField(
        _l("Your present password"),
        validators=[InputRequired(_l("Type your present password")), Length(max=LONGEST_TYPED), no_nul],
        render_kw={"autocomplete": "current-password"},
    )
