"""`/consultations/link/<token>`: look, move, cancel. Looking changes nothing, and keeps nothing in the browser.

The pages hold what the mail holds: no phone number, no answers, nothing that was agreed on.
"""

from typing import TypeVar

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.clock import now
from portal.consultations.appointments import changing
from portal.consultations.appointments.changing import Change
from portal.consultations.appointments.forms import CancelForm
from portal.consultations.appointments.links import LinkBrokenError, opened, signed
from portal.consultations.appointments.queries import AppointmentRow, appointment_by_id
from portal.consultations.views import blueprint
from portal.db import reading
from portal.permissions import public
from portal.web.locale import speak

LONGEST_TOKEN = 200
GONE, UNKNOWN = 410, 404
AnyResponse = TypeVar("AnyResponse", bound=BaseResponse)


@blueprint.get("/consultations/link/<token>")
@public
def link(token: str) -> Response:
    change = _opened(token)
    if isinstance(change, Response):
        return change
    return _private(
        make_response(
            render_template(
                "consultations/link.html",
                change=change,
                row=change.row,
                cancel_page=url_for("consultations.ask_cancel_by_link", token=token),
                at=now(),
            )
        )
    )


@blueprint.get("/consultations/link/<token>/move")
@public
def ask_move_by_link(token: str) -> Response:
    change = _opened(token)
    if isinstance(change, Response):
        return change
    return _private(make_response(changing.ask_move(change)))


@blueprint.post("/consultations/link/<token>/move")
@public
def do_move_by_link(token: str) -> BaseResponse | Response:
    change = _opened(token)
    if isinstance(change, Response):
        return change
    moved = changing.do_move(change)
    if isinstance(moved, Response):
        return _private(moved)
    flash(gettext("Moved. The old time is free for others again."), "good")
    return _onward(change)


@blueprint.get("/consultations/link/<token>/cancel")
@public
def ask_cancel_by_link(token: str) -> Response:
    change = _opened(token)
    if isinstance(change, Response):
        return change
    page = changing.ask_cancel(change, CancelForm()) if change.can_change else changing.too_late(change)
    return _private(page)


@blueprint.post("/consultations/link/<token>/cancel")
@public
def do_cancel_by_link(token: str) -> BaseResponse | Response:
    change = _opened(token)
    if isinstance(change, Response):
        return change
    refusal = changing.do_cancel(change)
    return _private(refusal) if refusal is not None else _onward(change)


def _opened(token: str) -> Change | Response:
    """What the link leads to, or the page that says why it leads nowhere."""
    try:
        reservation_id, sequence = opened(token) if len(token) <= LONGEST_TOKEN else _broken()
    except LinkBrokenError:
        return _dead("altered", UNKNOWN)
    with reading() as connection:
        row = appointment_by_id(connection, reservation_id)
    if row is None:
        return _dead("altered", UNKNOWN)
    speak(row.person_language)
    if row.sequence != sequence:
        return _dead("used", GONE)
    if row.starts_at <= now():
        return _dead("expired", GONE)
    return _change(row, token)


def _broken() -> tuple[int, int]:
    raise LinkBrokenError()


def _change(row: AppointmentRow, token: str) -> Change:
    return Change(
        row,
        Actor(id=row.person_id),
        url_for("consultations.link", token=token),
        url_for("consultations.ask_move_by_link", token=token),
        is_public=True,
    )


def _dead(why: str, status: int) -> Response:
    return _private(Response(render_template("consultations/link_dead.html", why=why), status))


def _onward(change: Change) -> BaseResponse:
    """The next link: this one has been used."""
    with reading() as connection:
        row = appointment_by_id(connection, change.row.id)
    sequence = row.sequence if row else change.row.sequence
    return _private(redirect(url_for("consultations.link", token=signed(change.row.id, sequence)), 303))


def _private(response: AnyResponse) -> AnyResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
