"""Moving and cancelling a consultation, for whoever is signed in and for whoever holds a mail's link alike."""

from dataclasses import dataclass

from flask import Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.clock import now
from portal.consultations.appointments.forms import CancelForm, MoveForm
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.appointments.services import Arranged, Move, cancel, move
from portal.consultations.finding.address import ANYONE, Way, asked_of
from portal.consultations.finding.queries import TopicRow, offer, topic
from portal.consultations.finding.sheet import sheet, window
from portal.consultations.finding.views import planned
from portal.consultations.refused import malformed, refused
from portal.consultations.topics.models import Mode
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.resources.refusals import TooLateToChange
from portal.web import metrics
from portal.web.errors import status_of, words


@dataclass(frozen=True, slots=True)
class Change:
    """A consultation that somebody wants to change, and the addresses at which they do."""

    row: AppointmentRow
    actor: Actor
    page: str
    """The consultation's own page."""
    move_page: str
    is_public: bool = False
    """By a link: nothing is shown that the mail does not hold."""

    @property
    def is_own(self) -> bool:
        return self.actor.id == self.row.person_id

    @property
    def seen(self) -> int | None:
        """A link works once, for the state it was mailed about: also when two are at it in the same moment."""
        return self.row.sequence if self.is_public else None

    @property
    def can_change(self) -> bool:
        return self.row.can_change(now(), by_staff=self.actor.is_staff)


def ask_move(change: Change) -> BaseResponse | Response | str:
    """Where another time is chosen; with a time in the address, both times and the one button."""
    if not change.can_change:
        return too_late(change)
    if "starts_at" in request.args:
        form = MoveForm(request.args, meta={"csrf": False})
        return _check_move(change, form) if form.validate() else redirect(change.move_page)
    row, at = change.row, now()
    with reading() as connection:
        found = _topic_of(topic(connection, row.topic_id))
        asked = asked_of(request.args, found.modes, row.mode, row.consultant_id)
        offered = offer(connection, row.topic_id, *window(at, asked), besides=row.id)
    way = Way(change.move_page, change.move_page, may_be_anyone=False)
    return render_template(
        "consultations/times.html",
        topic=found,
        sheet=sheet(offered, found, asked, way, at=at, old=(row.consultant_id, row.starts_at, row.mode)),
        at=at,
        old=row,
        back=change.page,
    )


def do_move(change: Change) -> Arranged | Response:
    form = MoveForm()
    if not form.validate():
        return malformed(form)
    command = Move(
        actor=change.actor,
        reservation_id=change.row.id,
        starts_at=form.moment,
        consultant_id=form.consultant_id.data,
        mode=form.way,
        reason=(form.reason.data or "").strip(),
        seen=change.seen,
    )
    try:
        with unit_of_work() as session:
            moved = move(session, command, at=now())
    except TooLateToChange as refusal:
        return too_late(change, refusal)
    except PortalError as refusal:
        metrics.CONSULTATIONS.labels(refusal.code).inc()
        return _not_moved(change, form, refusal)
    metrics.CONSULTATIONS.labels("moved").inc()
    return moved


def ask_cancel(change: Change, form: CancelForm, refusal: PortalError | None = None) -> Response:
    status = status_of(refusal) if refusal else 422 if form.errors else 200
    page = render_template(
        "consultations/cancel.html",
        change=change,
        row=change.row,
        form=form,
        refusal=words(refusal) if refusal else "",
        at=now(),
    )
    return Response(page, status)


def do_cancel(change: Change) -> Response | None:
    """None: done."""
    form = CancelForm()
    if not form.validate():
        return ask_cancel(change, form)
    try:
        with unit_of_work() as session:
            reason = form.reason.data or ""
            cancel(session, change.actor, change.row.id, reason, at=now(), seen=change.seen)
    except PortalError as refusal:
        return ask_cancel(change, form, refusal)
    metrics.CONSULTATIONS.labels("cancelled").inc()
    return None


def too_late(change: Change, refusal: PortalError | None = None) -> Response:
    """It can be changed no more, and what one may do instead."""
    page = render_template("consultations/too_late.html", change=change, row=change.row, at=now())
    return Response(page, status_of(refusal) if refusal else 422, headers={"Cache-Control": "no-store"})


def _check_move(change: Change, form: MoveForm) -> Response:
    row = change.row
    with reading() as connection:
        found = _topic_of(topic(connection, row.topic_id))
        try:
            chosen = planned(connection, found, form, besides=row.id, room_id=row.room_id)
        except PortalError as error:
            refusal: PortalError = error
            chosen = None
    if chosen is None:
        return _not_moved(change, form, refusal)
    zone = chosen.site.calendar.zone
    page = render_template(
        "consultations/move.html",
        change=change,
        row=row,
        form=MoveForm(request.args),
        chosen=chosen,
        topic=found,
        mode=form.way,
        starts=chosen.starts_at.astimezone(zone),
        ends=chosen.ends_at.astimezone(zone),
        times_url=_times_url(change, form),
        at=now(),
    )
    return Response(page)


def _not_moved(change: Change, form: MoveForm, refusal: PortalError) -> Response:
    row = change.row
    return refused(
        refusal,
        form,
        row.topic_id,
        consultant_id=form.consultant_id.data or row.consultant_id,
        zone=row.time_zone,
        action=change.move_page,
        times_url=_times_url(change, form),
        old=row.starts,
    )


def _times_url(change: Change, form: MoveForm) -> str:
    mode = form.mode.data if form.mode.data in set(Mode) else change.row.mode
    return f"{change.move_page}?mode={mode}&consultant={form.consultant_id.data or ANYONE}"


def _topic_of(found: TopicRow | None) -> TopicRow:
    if found is None:
        abort(404)
    return found
