"""Changing one's own account."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.accounts.forms import NewPasswordForm, PasswordAgainForm
from portal.accounts.logins import LONGEST, read_email, read_phone
from portal.web.forms import Form, no_nul, read_by


class ChangePasswordForm(PasswordAgainForm, NewPasswordForm):
    in_order = ("current", "password")


class ChangeEmailForm(PasswordAgainForm):
    in_order = ("email", "current")
    email = StringField(
        _l("New e-mail address"),
        validators=[InputRequired(_l("Type the new e-mail address")), Length(max=LONGEST), no_nul],
        render_kw={
            "autocomplete": "email",
            "inputmode": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )

    read_email: str = ""

    def validate_email(self, field: StringField) -> None:
        self.read_email = read_by(read_email, field.data)


class ChangePhoneForm(PasswordAgainForm):
    in_order = ("phone", "current")
    phone = StringField(
        _l("New WhatsApp number"),
        validators=[InputRequired(_l("Type the new WhatsApp number")), Length(max=LONGEST), no_nul],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )

    read_phone: str = ""

    def validate_phone(self, field: StringField) -> None:
        self.read_phone = read_by(read_phone, field.data)


class LanguageForm(Form):
    language = SelectField(
        _l("Language of messages"),
        choices=[SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")],
    )
