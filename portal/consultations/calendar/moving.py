"""`/calendar/appointments/<reference>/move`: by a page, or by a drag that is answered with JSON."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.clock import now
from portal.consultations.appointments import services
from portal.consultations.appointments.choosing import Wish, choose
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.calendar.answering import changed, context
from portal.consultations.calendar.forms import MoveForm
from portal.consultations.calendar.nearby import Choice, choice, nearest
from portal.consultations.calendar.refusing import Attempt, why_not
from portal.consultations.calendar.views import actor, asked_day, blueprint, found
from portal.consultations.finding.queries import TopicRow, topic
from portal.consultations.refusals import NoSuchTopic, NotOpen
from portal.consultations.wording import when
from portal.db import Reader, reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.resources.refusals import InThePast
from portal.web import metrics
from portal.web.errors import status_of
from portal.web.shapes import DayCell, TimeCell

DAYS = 14
"""Offered on one page."""
ALTERNATIVES = 3
FARTHEST = timedelta(days=365)


@blueprint.get("/calendar/appointments/<reference>/move")
@permit("advise")
def ask_move(reference: str) -> Response:
    """Choose; a chosen time is checked and shown, and moved to by the button alone."""
    row, at = found(reference), now()
    if not row.can_change(at, by_staff=True):
        return changed(reference, NotOpen())
    form = MoveForm(request.args, meta={"csrf": False})
    is_chosen = bool(form.starts_at.raw_data or form.clock.raw_data)
    if not is_chosen or not form.validate():
        return _page(row, MoveForm() if not is_chosen else form)
    starts_at = form.moment(row.starts.tzinfo)
    assert starts_at is not None  # noqa: S101 (validated)
    with reading() as connection:
        wanted = _topic(connection, row)
        refusal = _check(connection, row, wanted, starts_at, at)
        why = why_not(connection, refusal, _attempt(row, wanted, starts_at), at=at) if refusal else ""
    return _page(row, form, chosen=starts_at, why=why)


@blueprint.post("/calendar/appointments/<reference>/move")
@permit("advise")
def do_move(reference: str) -> BaseResponse | Response:
    row, form = found(reference), MoveForm()
    if not form.validate():
        return _malformed(form) if _wants_json() else _page(row, form)
    starts_at = form.moment(row.starts.tzinfo)
    assert starts_at is not None  # noqa: S101 (validated)
    reason = (form.reason.data or "").strip()
    command = services.Move(actor=actor(), reservation_id=row.id, starts_at=starts_at, reason=reason)
    try:
        with unit_of_work() as session:
            moved = services.move(session, command, at=now())
    except PortalError as refusal:
        metrics.CONSULTATIONS.labels(refusal.code).inc()
        return _refused(row, form, starts_at, refusal)
    metrics.CONSULTATIONS.labels("moved").inc()
    words = gettext(
        "%(name)s moved to %(when)s, and is told.",
        name=row.person_name,
        when=when(moved.starts_at.astimezone(row.starts.tzinfo), now()),
    )
    if _wants_json():
        return jsonify(message=words)
    flash(words, "good")
    return redirect(url_for("calendar.appointment", reference=row.reference), 303)


def _malformed(form: MoveForm) -> Response:
    answer = jsonify(
        message=next(str(words) for errors in form.errors.values() for words in errors), alternatives=[]
    )
    answer.status_code = 422
    return answer


def _refused(row: AppointmentRow, form: MoveForm, starts_at: datetime, refusal: PortalError) -> Response:
    """As JSON: why not, and the nearest free times; as a page the same, with what was typed."""
    at, zone = now(), row.starts.tzinfo
    if isinstance(refusal, NotOpen) and not _wants_json():
        return changed(row.reference, refusal, form.reason.data or "")
    with reading() as connection:
        wanted = _topic(connection, row)
        why = why_not(connection, refusal, _attempt(row, wanted, starts_at), at=at)
        others = (
            []
            if isinstance(refusal, NotOpen)
            else nearest(
                connection,
                row.consultant_id,
                wanted,
                row.mode,
                starts_at,
                now=at,
                limit=ALTERNATIVES,
                besides=row.id,
                but=row.starts_at,
            )
        )
    if not _wants_json():
        return _page(row, form, chosen=starts_at, why=why, status=status_of(refusal))
    found_ = [{"starts_at": other.isoformat(), "words": when(other.astimezone(zone), at)} for other in others]
    answer = jsonify(message=gettext("Not moved. %(why)s", why=why), alternatives=found_)
    answer.status_code = status_of(refusal)
    return answer


def _check(
    reader: Reader, row: AppointmentRow, wanted: TopicRow, starts_at: datetime, at: datetime
) -> PortalError | None:
    """Whether it could be moved there now; the button decides."""
    if starts_at <= at:
        return InThePast()
    wish = Wish(wanted, row.consultant_id, starts_at, row.mode, True, row.room_id)
    try:
        choose(reader, wish, at=at, besides=row.id)
    except PortalError as refusal:
        return refusal
    return None


def _page(
    row: AppointmentRow,
    form: MoveForm,
    *,
    chosen: datetime | None = None,
    why: str = "",
    status: int | None = None,
) -> Response:
    at, zone = now(), row.starts.tzinfo
    today = at.astimezone(zone).date()
    way = _Way(row, (form.reason.data or "").strip() or None)
    local = chosen.astimezone(zone) if chosen else None
    first = max(asked_day("from") or (local.date() if local else today), today)
    first = min(first, today + FARTHEST)
    with reading() as connection:
        wanted = _topic(connection, row)
        offered = choice(
            connection,
            row.consultant_id,
            wanted,
            row.mode,
            first,
            DAYS,
            now=at,
            besides=row.id,
            but=row.starts_at,
        )
        others = (
            nearest(
                connection,
                row.consultant_id,
                wanted,
                row.mode,
                chosen,
                now=at,
                limit=ALTERNATIVES,
                besides=row.id,
                but=row.starts_at,
            )
            if why and chosen
            else []
        )
    day = _day(offered, asked_day("on") or (local.date() if local else None))
    page = render_template(
        "consultations/calendar/move.html",
        **context(row, at),
        form=form,
        chosen=local,
        chosen_until=local + (row.ends_at - row.starts_at) if local else None,
        why=why,
        others=[way.cell(other) for other in others],
        days=[way.day_cell(offered, one, first) for one in offered.days],
        day=day,
        times_of_day=[way.cell(moment) for moment in offered.times[day]] if day else [],
        earlier_url=way.url(**{"from": max(first - timedelta(days=DAYS), today)}) if first > today else None,
        later_url=way.url(**{"from": first + timedelta(days=DAYS)}),
    )
    return Response(page, status or (422 if form.errors else 200))


def _day(offered: Choice, asked: date | None) -> date | None:
    """Whose times are shown: the day asked for, else the first that has any."""
    if asked is not None and offered.times.get(asked):
        return asked
    return next((day for day in offered.days if offered.times[day]), None)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where the page's own links lead; a reason that was typed goes along."""

    row: AppointmentRow
    reason: str | None

    def url(self, **values: Any) -> str:
        return url_for("calendar.ask_move", reference=self.row.reference, reason=self.reason, **values)

    def cell(self, moment: datetime) -> TimeCell:
        return TimeCell(moment, self.url(starts_at=moment.isoformat()))

    def day_cell(self, offered: Choice, day: date, first: date) -> DayCell:
        off = None if day in offered.worked else gettext("Day off")
        url = self.url(on=day, **{"from": first}) + "#times"
        return DayCell(day, len(offered.times[day]), off, url, day in offered.over)


def _topic(reader: Reader, row: AppointmentRow) -> TopicRow:
    wanted = topic(reader, row.topic_id)
    if wanted is None:
        raise NoSuchTopic()
    return wanted


def _attempt(row: AppointmentRow, wanted: TopicRow, starts_at: datetime) -> Attempt:
    return Attempt(current_user.id, wanted, starts_at, row.id)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
