"""A desk chosen before signing in: kept in sight beside the form, booked once its person is known."""

from urllib.parse import parse_qs, urlsplit

from flask import flash, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from portal.accounts.actor import Actor
from portal.accounts.entering import KeptChoice
from portal.accounts.queries import CurrentPerson
from portal.bookings.forms import StretchForm
from portal.bookings.once import book_once
from portal.db import reading
from portal.errors import PortalError
from portal.resources.models import ResourceKind
from portal.resources.queries import resource_facts
from portal.web import filters
from portal.web.errors import words


def kept_choice(next_path: str) -> KeptChoice | None:
    """What `next` would book, in words; None when it is about something else."""
    form = _form(next_path)
    if form is None:
        return None
    resource_id, starts_at, ends_at = form.wanted
    with reading() as connection:
        resource = resource_facts(connection, resource_id)
    if resource is None:
        return None
    starts, ends = filters.local(starts_at, resource.time_zone), filters.local(ends_at, resource.time_zone)
    times = filters.clock_times(starts, ends)
    is_desk = resource.kind == ResourceKind.DESK
    title = (
        gettext("Desk %(name)s, %(times)s", name=resource.name, times=times)
        if is_desk
        else f"{resource.name}, {times}"
    )
    return KeptChoice(
        title=title,
        note=gettext("%(day)s. Booked at once when your account is ready.", day=filters.day_short(starts)),
        change_url=url_for(
            "spaces.day",
            site_id=resource.site_id,
            day=starts.date(),
            kind=None if is_desk else resource.kind.value,
            start=f"{starts:%H:%M}",
            end=f"{ends:%H:%M}",
        ),
        change_label=gettext("Choose another desk") if is_desk else gettext("Choose another room"),
        button=gettext("Create account and book"),
        sign_in_button=gettext("Sign in and book"),
        back_label=gettext("Back to the desks") if is_desk else gettext("Back to the rooms"),
    )


def book_on_entering(person: CurrentPerson, next_path: str) -> str | None:
    """Books what `next` says for somebody who has just entered; where that fails, the page of the choice says why."""
    form = _form(next_path)
    if form is None:
        return None
    try:
        reference = book_once(Actor(id=person.id, is_staff=person.is_staff), person.id, *form.wanted)
    except PortalError as refusal:
        flash(words(refusal), "bad")
        kept = kept_choice(next_path)
        return kept.change_url if kept else None
    return url_for("bookings.ticket", reference=reference, new=1)


def _form(next_path: str) -> StretchForm | None:
    parts = urlsplit(next_path)
    if parts.path != url_for("bookings.new"):
        return None
    form = StretchForm(MultiDict(parse_qs(parts.query)), meta={"csrf": False})
    return form if form.validate() else None
