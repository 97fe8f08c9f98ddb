"""What the component sheet shows: a form with fields filled, wrong and empty."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from portal.web.forms import Form

WAYS = [SelectChoice("in_person", _l("Face to face")), SelectChoice("phone", _l("By phone"))]
ZONES = [SelectChoice("garden", "Zona Taman"), SelectChoice("quiet", "Zona Tenang")]


class SampleForm(Form):
    business = StringField(_l("Business name"))
    phone = StringField(_l("WhatsApp number"))
    password = PasswordField(_l("Password"))
    zone = SelectField(_l("Zone"), choices=ZONES)
    note = TextAreaField(_l("Note"))
    day = IntegerField(_l("Date"))
    month = IntegerField(_l("Month"))
    year = IntegerField(_l("Year"))
    way = RadioField(_l("How shall we meet?"), choices=WAYS, default="in_person")
    consent = BooleanField(_l("I agree"))


def sample_form(prefix: str) -> SampleForm:
    """A refused form; `prefix` keeps the ids of two on one page apart."""
    form = SampleForm(
        formdata=None,
        prefix=prefix,
        meta={"csrf": False},
        business="Tahu Aci Bu Warni",
        phone="0812 34",
        day=27,
        month=3,
        year=2004,
    )
    form.phone.errors = [gettext("The WhatsApp number is not complete. Example: 0812 3456 7890")]
    form.consent.errors = [gettext("Tick the consent so that the account can be made")]
    return form
