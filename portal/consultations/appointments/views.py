"""`/consultations/<reference>`: its state in words, take it along, move it, cancel it."""

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.accounts.logins import shown_phone
from portal.clock import now
from portal.consultations.appointments import changing
from portal.consultations.appointments.changing import Change
from portal.consultations.appointments.forms import CancelForm
from portal.consultations.appointments.messages import calendar_event
from portal.consultations.appointments.queries import AppointmentRow, appointment
from portal.consultations.cases.queries import case_of
from portal.consultations.finding.soonest import Soon, soonest
from portal.consultations.refusals import NoSuchAppointment
from portal.consultations.views import blueprint
from portal.db import reading
from portal.notifications.calendar_files import Method, Party, calendar_file
from portal.notifications.post import sender_of
from portal.permissions import permit
from portal.resources.models import COMING, State
from portal.web.locale import current_locale

OTHER_TIMES = 3


@blueprint.get("/consultations/<reference>", endpoint="appointment")
@permit("book")
def show(reference: str) -> BaseResponse | str:
    row = _found(reference)
    if _belongs_to_calendar(row):
        return redirect(url_for("calendar.appointment", reference=row.reference))
    at = now()
    is_open = row.state in COMING and row.starts_at > at
    was_held = row.state in {State.COMPLETED, State.CONFIRMED} and not is_open
    is_own = row.person_id == current_user.id
    others: list[Soon] = []
    case = None
    if is_own:
        with reading() as connection:
            case = case_of(connection, row.id, for_consultant=False)
    if not (is_open or was_held):
        with reading() as connection:
            others = soonest(
                connection, row.topic_id, row.consultant_id, row.mode, now=at, limit=OTHER_TIMES
            ) or soonest(connection, row.topic_id, None, row.mode, now=at, limit=OTHER_TIMES)
    return render_template(
        "consultations/appointment.html",
        row=row,
        appointment=row,
        is_own=is_own,
        case=case,
        today=at.astimezone(row.starts.tzinfo).date(),
        phone=shown_phone(row.person_phone) if row.person_phone else None,
        others=[(other, other.starts_at.astimezone(row.starts.tzinfo)) for other in others],
        can_change=_change(row).can_change,
        is_new="new" in request.args,
        at=at,
    )


@blueprint.get("/consultations/<reference>.ics")
@permit("book")
def calendar(reference: str) -> Response:
    row = _found(reference)
    method = Method.PUBLISH if row.state not in {State.CANCELLED, State.DECLINED} else Method.CANCEL
    event = calendar_event(row, method)
    settings = current_app.config["SETTINGS"]
    file = calendar_file(
        event,
        language=current_locale(),
        base_url=settings.base_url,
        stamp=row.changed_at,
        organizer=Party(row.site_name, sender_of(settings).addr_spec),
    )
    response = Response(file, content_type=f"text/calendar; charset=utf-8; method={event.method}")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.reference}.ics"'
    return response


@blueprint.get("/consultations/<reference>/move")
@permit("book")
def ask_move(reference: str) -> BaseResponse | Response | str:
    return changing.ask_move(_change(_found(reference)))


@blueprint.post("/consultations/<reference>/move")
@permit("book")
def do_move(reference: str) -> BaseResponse | Response:
    moved = changing.do_move(_change(_found(reference)))
    if isinstance(moved, Response):
        return moved
    flash(gettext("Moved. The old time is free for others again."), "good")
    return redirect(url_for("consultations.appointment", reference=moved.reference))


@blueprint.get("/consultations/<reference>/cancel")
@permit("book")
def ask_cancel(reference: str) -> Response:
    change = _change(_found(reference))
    return changing.ask_cancel(change, CancelForm()) if change.can_change else changing.too_late(change)


@blueprint.post("/consultations/<reference>/cancel")
@permit("book")
def do_cancel(reference: str) -> BaseResponse | Response:
    row = _found(reference)
    refusal = changing.do_cancel(_change(row))
    if refusal is not None:
        return refusal
    flash(gettext("Cancelled. Somebody else can have this hour now: thank you for saying so."), "good")
    return redirect(url_for("consultations.start"))


def _change(row: AppointmentRow) -> Change:
    """Whoever changes somebody else's does so as staff: the query lets nobody else see it."""
    return Change(
        row,
        Actor(id=current_user.id, is_staff=row.person_id != current_user.id),
        url_for("consultations.appointment", reference=row.reference),
        url_for("consultations.ask_move", reference=row.reference),
    )


def _belongs_to_calendar(row: AppointmentRow) -> bool:
    """Its consultant looks at it among their own."""
    is_theirs = current_user.id == row.consultant_person_id and current_user.id != row.person_id
    return is_theirs and "calendar.appointment" in current_app.view_functions


def _found(reference: str) -> AppointmentRow:
    """The signed-in person's consultation, as either side, or anyone's for those who book for others; else 404."""
    with reading() as connection:
        row = appointment(connection, reference, current_user.id, serves=current_user.can("book-for-others"))
    if row is None:
        raise NoSuchAppointment()
    return row
