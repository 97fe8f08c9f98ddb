"""Registering: four fields on one page."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from portal.accounts import logins, names, passwords
from portal.accounts.forms import AtMost
from portal.accounts.logins import Login, read_login
from portal.accounts.names import read_name
from portal.accounts.password_rules import check_password
from portal.errors import RuleBroken
from portal.web.errors import words
from portal.web.forms import Form, no_nul, read_by


class RegisterForm(Form):
    name = StringField(
        _l("Full name"),
        validators=[
            InputRequired(_l("Type your name")),
            AtMost(names.LONGEST, typed=names.LONGEST_TYPED),
            no_nul,
        ],
        render_kw={"autocomplete": "name"},
    )
    login = StringField(
        _l("WhatsApp number or e-mail"),
        validators=[
            InputRequired(_l("Type your WhatsApp number or e-mail")),
            AtMost(logins.LONGEST, typed=logins.LONGEST),
            no_nul,
        ],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[
            InputRequired(_l("Think of a password")),
            AtMost(passwords.LONGEST, typed=passwords.LONGEST_TYPED),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    consent = BooleanField(
        _l("Consent"), validators=[DataRequired(_l("Tick the consent so that the account can be made"))]
    )
    next = HiddenField()

    read_login: Login | None = None
    read_name: str = ""

    def validate_name(self, field: StringField) -> None:
        self.read_name = read_by(read_name, field.data)

    def validate_login(self, field: StringField) -> None:
        self.read_login = read_by(read_login, field.data)

    def validate_password(self, field: PasswordField) -> None:
        try:
            check_password(field.data, (self.name.data, self.login.data))
        except RuleBroken as error:
            raise ValidationError(words(error)) from error
