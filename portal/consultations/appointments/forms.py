"""What is said when a consultation is cancelled or moved for somebody."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from portal.consultations.finding.forms import WhenForm
from portal.web.forms import Form, no_nul

LONGEST_REASON = 500


def _reason() -> StringField:
    return StringField(
        _l("Why"), validators=[no_nul, Length(max=LONGEST_REASON, message=_l("At most 500 characters."))]
    )


class CancelForm(Form):
    reason = _reason()


class MoveForm(WhenForm):
    reason = _reason()
