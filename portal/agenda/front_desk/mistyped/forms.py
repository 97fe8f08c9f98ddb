"""The address as it should have been typed."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.accounts.logins import LONGEST, read_email
from portal.web.forms import Form, no_nul, read_by


class RightAddressForm(Form):
    email = StringField(
        _l("The right e-mail address"),
        validators=[InputRequired(_l("Type the e-mail address")), Length(max=LONGEST), no_nul],
        render_kw={
            "autocomplete": "off",
            "inputmode": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )

    read_email: str = ""

    def validate_email(self, field: StringField) -> None:
        self.read_email = read_by(read_email, field.data)
