"""Fields that several forms share."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.accounts.password_rules import check_password
from portal.errors import RuleBroken
from portal.web.errors import words
from portal.web.forms import Form, no_nul


class NewPasswordForm(Form):
    """A new password; `own` is what others know of its person."""

    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Think of a new password"))],
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
        validators=[InputRequired(_l("Type your present password")), Length(max=1000), no_nul],
        render_kw={"autocomplete": "current-password"},
    )
