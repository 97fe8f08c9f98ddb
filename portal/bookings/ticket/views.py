"""`/bookings/<reference>`: look at it, take it along, move it, cancel it, book the same again."""

from datetime import timedelta

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.bookings.day.queries import next_open_day
from portal.bookings.forms import EmptyForm, StretchForm
from portal.bookings.messages import calendar_event, named
from portal.bookings.queries import BookingRow, booking
from portal.bookings.refusals import NoSuchBooking
from portal.bookings.refused import malformed, refused
from portal.bookings.services import Move, cancel, move
from portal.bookings.standing import quota
from portal.bookings.ticket import qr
from portal.bookings.views import actor, blueprint
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.notifications.calendar_files import Method, Party, calendar_file
from portal.notifications.post import sender_of
from portal.permissions import permit
from portal.resources.free_time import epoch_minutes
from portal.resources.models import State
from portal.resources.site_map import SiteMap, site_map, sites
from portal.web import metrics
from portal.web.locale import current_locale


@blueprint.get("/bookings/<reference>")
@permit("book")
def ticket(reference: str) -> str:
    row = _found(reference)
    with reading() as connection:
        site = site_map(connection, row.site_id, row.starts.date(), row.starts.date())
        held = quota(connection, row.person_id, row.kind, row.starts.date(), row.time_zone)
    return render_template(
        "bookings/ticket.html",
        booking=row,
        site=site,
        held=held,
        ribbon=_ribbon(row, site),
        qr=qr.svg_path(row.reference),
        is_new="new" in request.args,
        can_change=row.can_change(now(), by_staff=current_user.is_staff),
        at=now(),
    )


def _ribbon(row: BookingRow, site: SiteMap | None) -> tuple[list[tuple[str, int]], int, list[str]]:
    """The day of the ticket as one line: parts in half hours, how many there are, and the hours below."""
    hours = site.calendar.site_hours(row.starts.date()) if site else []
    start, end = epoch_minutes(row.starts_at), epoch_minutes(row.ends_at)
    if site is None or not hours or not hours[0][0] <= start < end <= hours[-1][1]:
        return [], 0, []
    opens, closes = hours[0][0], hours[-1][1]
    widths = [("shut", start - opens), ("mine", end - start), ("shut", closes - end)]
    scale = [f"{site.calendar.moment(minute):%H}" for minute in range(opens, closes, 60)]
    return (
        [(state, minutes // 30) for state, minutes in widths if minutes >= 30],
        (closes - opens) // 30,
        scale,
    )


@blueprint.get("/bookings/<reference>.ics")
@permit("book")
def calendar(reference: str) -> Response:
    row = _found(reference)
    event = calendar_event(
        row.reference,
        named(row.kind, row.resource_name),
        row.site_name,
        row.address,
        row.time_zone,
        (row.starts_at, row.ends_at),
        row.sequence,
        Method.CANCEL if row.state == State.CANCELLED else Method.PUBLISH,
    )
    settings = current_app.config["SETTINGS"]
    organizer = Party(row.site_name, sender_of(settings).addr_spec)
    file = calendar_file(
        event,
        language=current_locale(),
        base_url=settings.base_url,
        stamp=row.changed_at,
        organizer=organizer,
    )
    response = Response(file, content_type=f"text/calendar; charset=utf-8; method={event.method}")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.reference}.ics"'
    return response


@blueprint.get("/bookings/<reference>/cancel")
@permit("book")
def ask_cancel(reference: str) -> str:
    row = _found(reference)
    return render_template(
        "bookings/cancel.html",
        booking=row,
        form=EmptyForm(),
        can_change=row.can_change(now(), by_staff=current_user.is_staff),
    )


@blueprint.post("/bookings/<reference>/cancel")
@permit("book")
def do_cancel(reference: str) -> BaseResponse:
    row = _found(reference)
    with unit_of_work() as session:
        cancel(session, actor(), row.id, at=now())
    metrics.BOOKINGS.labels("cancelled").inc()
    flash(gettext("Cancelled. Somebody else will be glad of %(name)s.", name=row.resource_name), "good")
    return redirect(url_for("bookings.mine"))


@blueprint.get("/bookings/<reference>/move")
@permit("book")
def ask_move(reference: str) -> BaseResponse:
    """Another time is chosen on the day page itself."""
    row = _found(reference)
    kind = None if row.kind == "desk" else row.kind
    return redirect(
        url_for("spaces.day", site_id=row.site_id, day=row.starts.date(), kind=kind, move=row.reference)
    )


@blueprint.post("/bookings/<reference>/move")
@permit("book")
def do_move(reference: str) -> BaseResponse | Response:
    row = _found(reference)
    form = StretchForm()
    if not form.validate():
        return malformed(form)
    resource_id, starts_at, ends_at = form.wanted
    command = Move(
        actor=actor(), reservation_id=row.id, resource_id=resource_id, starts_at=starts_at, ends_at=ends_at
    )
    try:
        with unit_of_work() as session:
            moved = move(session, command, at=now())
    except PortalError as refusal:
        action = url_for("bookings.do_move", reference=reference)
        return refused(refusal, resource_id, starts_at, ends_at, action=action, is_move=True)
    flash(gettext("Moved. The old time is free for others again."), "good")
    return redirect(url_for("bookings.ticket", reference=moved.reference))


@blueprint.get("/bookings/<reference>/again")
@permit("book")
def again(reference: str) -> BaseResponse:
    """The same desk at the same hours of the next day on which they lie ahead, ready to be confirmed."""
    row, at = _found(reference), now()
    with reading() as connection:
        site = next((site for site in sites(connection) if site.id == row.site_id), None)
        if site is None:
            return redirect(url_for("spaces.today"))
        local = at.astimezone(row.starts.tzinfo)
        is_over = local.timetz() >= row.starts.timetz()
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        day = next_open_day(connection, site, now=midnight if is_over else at)
    return redirect(
        url_for(
            "spaces.day",
            site_id=row.site_id,
            day=day,
            kind=None if row.kind == "desk" else row.kind,
            pick=row.resource_id,
            at=f"{row.starts:%H:%M}",
            until=f"{row.ends:%H:%M}",
            _anchor="pilihan",
        )
    )


def _found(reference: str) -> BookingRow:
    """The signed-in person's booking, or anyone's for those who book for others; else 404."""
    with reading() as connection:
        row = booking(connection, reference, current_user.id, serves=current_user.can("book-for-others"))
    if row is None:
        raise NoSuchBooking()
    return row
