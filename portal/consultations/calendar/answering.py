"""`/calendar/appointments/<reference>`: who comes, what for, and what to do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.names import initials
from portal.clock import now
from portal.consultations.appointments import services
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.calendar import wording
from portal.consultations.calendar.forms import ReasonForm
from portal.consultations.calendar.queries import earlier
from portal.consultations.calendar.views import actor, asked_day, blueprint, found
from portal.consultations.cases.queries import case_of
from portal.consultations.finding.soonest import soonest
from portal.consultations.refusals import NotOpen, ReasonMissing
from portal.consultations.wording import mode_name, when
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.resources.models import State
from portal.web import metrics
from portal.web.errors import status_of, words
from portal.web.filters import local

HISTORY = 10
OTHER_TIMES = 3


@blueprint.get("/calendar/appointments/<reference>")
@permit("advise")
def appointment(reference: str) -> str:
    row, at = found(reference), now()
    with reading() as connection:
        before = earlier(connection, row, at=at, limit=HISTORY)
        case = case_of(connection, row.id, for_consultant=True)
    return render_template(
        "consultations/calendar/appointment.html",
        **context(row, at),
        before=before,
        case=case,
        today=at.astimezone(row.starts.tzinfo).date(),
    )


def context(row: AppointmentRow, at: datetime) -> dict[str, Any]:
    """What the page of an appointment, and every page about one, says of it."""
    return {
        "row": row,
        "at": at,
        "initials": initials(row.person_name),
        "first_name": wording.first_name(row),
        "phone": wording.phone_links(row),
        "mode": mode_name(row.mode),
        "answers": wording.answers(row),
        "state_tag": wording.tag_of(row.state),
        "state_of": wording.tag_of,
        "answer_before": wording.answer_before(row, at),
        "can_change": row.can_change(at, by_staff=True),
        "can_answer": row.state == State.REQUESTED and row.starts_at > at,
        "can_close": row.can_be_closed(at),
    }


@blueprint.post("/calendar/appointments/<reference>/confirm")
@permit("advise")
def confirm(reference: str) -> BaseResponse | Response:
    row = found(reference)
    refused = _settled(row, "confirmed", services.confirm)
    if refused is not None:
        return refused
    flash(
        gettext("Agreed with %(name)s, %(when)s. They are told.", name=row.person_name, when=_when(row)),
        "good",
    )
    return _back(reference)


@blueprint.get("/calendar/appointments/<reference>/decline")
@permit("advise")
def ask_decline(reference: str) -> Response:
    row = found(reference)
    if row.state != State.REQUESTED:
        return changed(reference, NotOpen())
    return _ask_reason("decline", row, ReasonForm(_decline_reasons()))


@blueprint.post("/calendar/appointments/<reference>/decline")
@permit("advise")
def do_decline(reference: str) -> BaseResponse | Response:
    row, form = found(reference), ReasonForm(_decline_reasons())
    if not form.validate():
        return _ask_reason("decline", row, form)
    refusal = _try(lambda session: services.decline(session, actor(), row.id, form.said, at=now()))
    if refusal is not None or found(reference).has_lapsed:
        return changed(reference, refusal or NotOpen(), form.said)
    metrics.CONSULTATIONS.labels("declined").inc()
    flash(gettext("Declined. %(name)s is told why, with other times.", name=row.person_name), "good")
    return redirect(url_for("calendar.week", day=row.starts.date()), 303)


@blueprint.get("/calendar/appointments/<reference>/cancel")
@permit("advise")
def ask_cancel(reference: str) -> Response:
    row = found(reference)
    if not row.can_change(now(), by_staff=True):
        return changed(reference, NotOpen())
    return _ask_reason("cancel", row, ReasonForm(_cancel_reasons()))


@blueprint.post("/calendar/appointments/<reference>/cancel")
@permit("advise")
def do_cancel(reference: str) -> BaseResponse | Response:
    row, form = found(reference), ReasonForm(_cancel_reasons())
    if not form.validate():
        return _ask_reason("cancel", row, form)
    refusal = _try(lambda session: services.cancel(session, actor(), row.id, form.said, at=now()))
    # Where the person was quicker it is the same in the end, but nobody reads the reason typed here.
    if refusal is not None or found(reference).ended_by_person:
        return changed(reference, refusal or NotOpen(), form.said)
    metrics.CONSULTATIONS.labels("cancelled").inc()
    flash(gettext("Cancelled. %(name)s is told why, with other times.", name=row.person_name), "good")
    return redirect(url_for("calendar.week", day=row.starts.date()), 303)


@blueprint.post("/calendar/appointments/<reference>/complete")
@permit("advise")
def complete(reference: str) -> BaseResponse | Response:
    row = found(reference)
    refused = _settled(row, "completed", services.complete)
    if refused is not None:
        return refused
    flash(gettext("Noted: it took place. Write down what came of it while you remember."), "good")
    return redirect(url_for("calendar.appointment", reference=row.reference), 303)


@blueprint.post("/calendar/appointments/<reference>/no-show")
@permit("advise")
def no_show(reference: str) -> BaseResponse | Response:
    row = found(reference)
    refused = _settled(row, "no-show", services.mark_no_show)
    if refused is not None:
        return refused
    flash(
        gettext("Noted: %(name)s did not come. What is left of the time is free.", name=row.person_name),
        "good",
    )
    return redirect(url_for("calendar.appointment", reference=row.reference), 303)


def changed(reference: str, refusal: PortalError, typed: str = "") -> Response:
    """What happened meanwhile, in words, with what was typed: nothing of it is lost."""
    row, at = found(reference), now()
    page = render_template(
        "consultations/calendar/changed.html",
        **context(row, at),
        what=_what_happened(row, at, refusal),
        typed=typed,
    )
    return Response(page, status_of(refusal), headers={"Cache-Control": "no-store"})


def _what_happened(row: AppointmentRow, at: datetime, refusal: PortalError) -> str:
    name, ended = row.person_name, local(row.ended_at, row.time_zone) if row.ended_at else None
    if row.state == State.CANCELLED and ended:
        if row.ended_by_person:
            return gettext("%(name)s cancelled it %(when)s", name=name, when=when(ended, at))
        return gettext("It was cancelled %(when)s", when=when(ended, at))
    if row.state == State.DECLINED and ended:
        if row.has_lapsed:
            return gettext("Nobody answered %(name)s in time: the request lapsed", name=name)
        return gettext("It was declined %(when)s", when=when(ended, at))
    if isinstance(refusal, NotOpen) and row.starts_at <= at:
        return gettext("It has begun: it can be closed, but not changed any more")
    if isinstance(refusal, NotOpen) and row.state == State.CONFIRMED:
        return gettext("It is agreed already: to give it up, cancel it")
    if isinstance(refusal, NotOpen) and row.state == State.COMPLETED:
        return gettext("It is noted as held already")
    return words(refusal)


def _ask_reason(verb: str, row: AppointmentRow, form: ReasonForm) -> Response:
    at = now()
    with reading() as connection:
        others = soonest(connection, row.topic_id, row.consultant_id, row.mode, now=at, limit=OTHER_TIMES)
    page = render_template(
        f"consultations/calendar/{verb}.html",
        **context(row, at),
        form=form,
        others=[when(other.starts_at.astimezone(row.starts.tzinfo), at) for other in others],
    )
    return Response(page, 422 if form.errors else 200)


def _settled(row: AppointmentRow, outcome: str, act: Callable[..., object]) -> Response | None:
    """None: done, and counted; else the page of what happened meanwhile."""
    refusal = _try(lambda session: act(session, actor(), row.id, at=now()))
    if refusal is not None:
        return changed(row.reference, refusal)
    metrics.CONSULTATIONS.labels(outcome).inc()
    return None


def _try(act: Callable[[Session], object]) -> PortalError | None:
    """None: done."""
    try:
        with unit_of_work() as session:
            act(session)
    except ReasonMissing:
        raise
    except PortalError as refusal:
        return refusal
    return None


def _decline_reasons() -> list[str]:
    return [
        gettext("I have a meeting then"),
        gettext("I am ill"),
        gettext("A colleague knows more about this"),
    ]


def _cancel_reasons() -> list[str]:
    return [gettext("I have a meeting then"), gettext("I am ill"), gettext("The place is closed then")]


def _when(row: AppointmentRow) -> str:
    return when(row.starts, now())


def _back(reference: str) -> BaseResponse:
    """To the week from which somebody answered with one tap, else to the appointment."""
    week = asked_day("week")
    if week is None:
        return redirect(url_for("calendar.appointment", reference=reference), 303)
    return redirect(url_for("calendar.week", week=week), 303)
