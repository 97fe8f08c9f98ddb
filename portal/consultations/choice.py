"""A consultation chosen before signing in: kept in sight beside the form, asked for once its person is known.

Where the topic asks something that must be answered first, its person comes to the form with the choice in hand.
"""

from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from flask import flash, url_for
from flask_babel import gettext
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from portal.accounts.entering import KeptChoice
from portal.accounts.queries import CurrentPerson
from portal.consultations.finding.forms import ChoiceForm
from portal.consultations.finding.once import ask_once
from portal.consultations.finding.queries import topic
from portal.consultations.finding.questions import questions
from portal.consultations.finding.views import times_url
from portal.consultations.wording import MODE_ICONS
from portal.db import reading
from portal.errors import PortalError
from portal.web import filters
from portal.web.errors import words
from portal.web.locale import current_locale

_WITH_WHOM = text(
    """
    SELECT r.name, site.time_zone FROM site
    LEFT JOIN resource r ON r.site_id = site.id AND r.kind = 'consultant' AND r.id = :consultant_id
    WHERE site.is_active ORDER BY r.id IS NULL, site.id LIMIT 1
    """
)


def kept_choice(next_path: str) -> KeptChoice | None:
    """What `next` would ask for, in words; None when it is about something else."""
    form = _form(next_path)
    if form is None:
        return None
    with reading() as connection:
        found = topic(connection, form.topic)
        place = connection.execute(_WITH_WHOM, {"consultant_id": form.consultant_id.data}).one_or_none()
        must_answer = any(question.is_required for question in questions(connection, form.topic))
    if found is None or not found.is_active or place is None:
        return None
    starts = form.moment.astimezone(ZoneInfo(place.time_zone))
    when = f"{filters.day_short(starts)}, {filters.clock_time(starts)}"
    note = gettext("With %(name)s.", name=place.name) + " " if place.name else ""
    note += (
        gettext("A few questions about it follow.")
        if must_answer
        else gettext("Asked for at once when your account is ready.")
    )
    return KeptChoice(
        title=f"{found.name.in_(current_locale())}, {when}",
        note=note,
        change_url=times_url(form),
        change_label=gettext("Choose another time"),
        button=gettext("Create account and go on") if must_answer else gettext("Create account and ask"),
        sign_in_button=gettext("Sign in and go on") if must_answer else gettext("Sign in and ask"),
        back_label=gettext("Back to the times"),
        sign=MODE_ICONS[form.way],
    )


def ask_on_entering(person: CurrentPerson, next_path: str) -> str | None:
    """Asks for what `next` says, for somebody who has just entered; where that fails, the times page says why."""
    form = _form(next_path)
    if form is None:
        return None
    with reading() as connection:
        asked = questions(connection, form.topic)
    if any(question.is_required for question in asked):
        return None
    try:
        reference = ask_once(person.id, form)
    except PortalError as refusal:
        flash(words(refusal), "bad")
        return times_url(form)
    return url_for("consultations.appointment", reference=reference, new=1)


def _form(next_path: str) -> ChoiceForm | None:
    parts = urlsplit(next_path)
    if parts.path != url_for("consultations.new"):
        return None
    form = ChoiceForm(MultiDict(parse_qs(parts.query)), meta={"csrf": False})
    return form if form.validate() else None
