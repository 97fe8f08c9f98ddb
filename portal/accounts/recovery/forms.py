"""A forgotten password."""

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.accounts.forms import NewPasswordForm
from portal.accounts.logins import LONGEST, Login, read_login, read_phone
from portal.accounts.tokens import CODE_DIGITS
from portal.web.forms import Form, no_nul, read_by


class ForgotForm(Form):
    login = StringField(
        _l("WhatsApp number or e-mail"),
        validators=[InputRequired(_l("Type your WhatsApp number or e-mail")), Length(max=LONGEST), no_nul],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )

    read_login: Login | None = None

    def validate_login(self, field: StringField) -> None:
        self.read_login = read_by(read_login, field.data)


class CodeForm(NewPasswordForm):
    in_order = ("phone", "code", "password")
    phone = StringField(
        _l("WhatsApp number"),
        validators=[InputRequired(_l("Type your WhatsApp number")), Length(max=LONGEST), no_nul],
        render_kw={"autocomplete": "username", "inputmode": "tel"},
    )
    code = StringField(
        _l("Code from the front desk"),
        validators=[InputRequired(_l("Type the code from the front desk")), Length(max=40), no_nul],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )

    read_phone: str = ""
    read_code: str = ""

    def validate_phone(self, field: StringField) -> None:
        self.read_phone = read_by(read_phone, field.data)

    def validate_code(self, field: StringField) -> None:
        self.read_code = re.sub(r"[\s.\-]", "", field.data)
        if not re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", self.read_code):
            raise ValidationError(gettext("The code has %(count)d digits", count=CODE_DIGITS))
