"""Who stands there, where nobody knows them yet."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired

from portal.accounts import logins, names
from portal.accounts.forms import AtMost
from portal.accounts.logins import read_phone
from portal.accounts.names import read_name
from portal.web.forms import Form, no_nul, read_by


class PersonForm(Form):
    name = StringField(
        _l("Full name"),
        validators=[
            InputRequired(_l("Type the name")),
            AtMost(names.LONGEST, typed=names.LONGEST_TYPED),
            no_nul,
        ],
    )
    phone = StringField(
        _l("WhatsApp number"),
        validators=[
            InputRequired(_l("Type the WhatsApp number")),
            AtMost(logins.LONGEST, typed=logins.LONGEST),
            no_nul,
        ],
    )
    consent = BooleanField(
        _l("They agree that we keep name and number to look after their appointments."),
        validators=[DataRequired(_l("Ask them first, then tick this."))],
    )

    read_name: str = ""
    read_phone: str = ""

    def validate_name(self, field: StringField) -> None:
        self.read_name = read_by(read_name, field.data)

    def validate_phone(self, field: StringField) -> None:
        self.read_phone = read_by(read_phone, field.data)
