"""`/calendar/block`: keep some time free of appointments, and give it back."""

from datetime import datetime, time, timedelta

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.clock import now
from portal.consultations.calendar.forms import BlockForm
from portal.consultations.calendar.queries import Diary, own_block, planned
from portal.consultations.calendar.views import asked_day, blueprint, own_diary
from portal.consultations.consultants.hours.refusals import HoursRefused, UnknownAbsence
from portal.consultations.consultants.hours.services import TakeOff, give_back, take_off
from portal.db import reading, unit_of_work
from portal.permissions import permit
from portal.resources.free_time import epoch_minutes
from portal.resources.models import COMING
from portal.web.errors import words
from portal.web.forms import parse_moment

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USUAL_START = time(9)
TIME_OFF = "hours.new_time_off"


@blueprint.get("/calendar/block")
@permit("advise")
def block() -> Response:
    with reading() as connection:
        whose = own_diary(connection, now().date())
    starts_at, ends_at = _given(whose)
    form = BlockForm(day=starts_at.date(), opens=starts_at.time(), closes=ends_at.time())
    return _page(form)


@blueprint.post("/calendar/block")
@permit("advise")
def do_block() -> BaseResponse | Response:
    form = BlockForm()
    with reading() as connection:
        whose = own_diary(connection, now().date())
    if not form.validate():
        return _page(form, 422)
    day, opens, closes = form.stretch
    command = TakeOff(
        actor_id=current_user.id,
        consultant_id=whose.id,
        first=day,
        last=day,
        opens=opens,
        closes=closes,
        reason=form.reason.data or gettext("Busy"),
    )
    try:
        with unit_of_work() as session:
            made = take_off(session, command, at=now())
    except HoursRefused as refusal:
        _blame(form, refusal)
        return _page(form, 422)
    if not made:
        form.closes.errors = [gettext("That time is over. Choose a later one.")]
        return _page(form, 422)
    inside = _inside(whose, form)
    flash(gettext("Nobody can ask for that time any more."), "good")
    if inside:
        flash(
            ngettext(
                "%(num)d appointment in it stands as agreed. Move or cancel it, if you cannot be there.",
                "%(num)d appointments in it stand as agreed. Move or cancel them, if you cannot be there.",
                inside,
            ),
            "warn",
        )
    return redirect(url_for("calendar.week", day=day), 303)


@blueprint.get("/calendar/block/<int:block_id>")
@permit("advise")
def blocked(block_id: int) -> str:
    with reading() as connection:
        whose = own_diary(connection, now().date())
        row = own_block(connection, whose.id, block_id)
    if row is None:
        raise UnknownAbsence()
    at = epoch_minutes(now())
    return render_template(
        "consultations/calendar/blocked.html",
        block=row,
        starts=_local(whose, row.start),
        ends=_local(whose, row.end) if row.end is not None else None,
        is_over=row.end is not None and row.end <= at,
        has_begun=row.start <= at,
    )


@blueprint.post("/calendar/block/<int:block_id>/delete")
@permit("advise")
def unblock(block_id: int) -> BaseResponse:
    with reading() as connection:
        whose = own_diary(connection, now().date())
        row = own_block(connection, whose.id, block_id)
    if row is None:
        raise UnknownAbsence()
    with unit_of_work() as session:
        give_back(session, whose.id, block_id, actor_id=current_user.id, at=now())
    flash(gettext("That time can be asked for again."), "good")
    return redirect(url_for("calendar.week", day=_local(whose, row.start).date()), 303)


def _local(whose: Diary, minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, whose.zone)


def _given(whose: Diary) -> tuple[datetime, datetime]:
    """What was dragged over, else the next hour of the day that was looked at. Local."""
    ends = []
    for name in ("starts_at", "ends_at"):
        try:
            ends.append(parse_moment(request.args.get(name, "")).astimezone(whose.zone))
        except ValueError:
            break
    if len(ends) == 2 and ends[0] < ends[1]:
        return ends[0], ends[1]
    moment = ends[0] if ends else _next_hour(whose)
    return moment, moment + HOUR


def _next_hour(whose: Diary) -> datetime:
    local = now().astimezone(whose.zone)
    day = asked_day("day")
    if day is None or day <= local.date():
        return local.replace(minute=0, second=0, microsecond=0) + HOUR
    return datetime.combine(day, USUAL_START, whose.zone)


def _inside(whose: Diary, form: BlockForm) -> int:
    """How many appointments still stand in what was blocked."""
    day, opens, closes = form.stretch
    begin, end = datetime.combine(day, opens, whose.zone), datetime.combine(day, closes, whose.zone)
    end = end if begin < end else end + DAY
    with reading() as connection:
        rows = [one.row for one in planned(connection, whose.id, begin, end, at=now())]
    return sum(row.state in COMING and row.starts_at < end and begin < row.ends_at for row in rows)


def _blame(form: BlockForm, refusal: HoursRefused) -> None:
    for fault in refusal.faults:
        field = {"opens": form.opens, "closes": form.closes}.get(fault.part, form.day)
        field.errors = [words(fault.refusal)]


def _page(form: BlockForm, status: int = 200) -> Response:
    longer_url = url_for(TIME_OFF) if TIME_OFF in current_app.view_functions else None
    page = render_template("consultations/calendar/block.html", form=form, longer_url=longer_url)
    return Response(page, status)
