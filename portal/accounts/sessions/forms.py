"""Signing in."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.accounts.logins import LONGEST
from portal.accounts.passwords import LONGEST_TYPED
from portal.web.forms import Form, no_nul


class SignInForm(Form):
    login = StringField(
        _l("WhatsApp number or e-mail"),
        validators=[InputRequired(_l("Type your WhatsApp number or e-mail")), Length(max=LONGEST), no_nul],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Type your password")), Length(max=LONGEST_TYPED), no_nul],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(_l("Remember me on this device"))
    next = HiddenField()
