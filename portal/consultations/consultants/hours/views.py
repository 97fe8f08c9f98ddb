"""`/calendar/hours`, and the same of a colleague under `/admin/consultants/<id>/hours` for administrators."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.clock import now
from portal.consultations.appointments import messages
from portal.consultations.appointments import services as appointments
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.appointments.services import Move
from portal.consultations.consultants.hours import services
from portal.consultations.consultants.hours.drawing import drawn, in_words, spoken, weekday_name
from portal.consultations.consultants.hours.forms import RangeForm, TimeOffForm, separator
from portal.consultations.consultants.hours.queries import (
    OverrideRow,
    Subject,
    absences,
    ahead,
    coming_of,
    overrides,
    subject,
    subject_of_person,
    usual_week,
    work_sites,
)
from portal.consultations.consultants.hours.refusals import (
    ChangedMeanwhile,
    HoursRefused,
    NoDate,
    UnknownConsultant,
    UnknownOverride,
)
from portal.consultations.consultants.hours.services import SetOverride, SetWeek, TakeOff
from portal.consultations.consultants.hours.sheet import EVERY_DAY, WEEK, Sheet, options
from portal.consultations.consultants.hours.week import holding_on, mark_of, minutes_a_week
from portal.consultations.refusals import NoSuchAppointment
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.web.errors import status_of, words
from portal.web.forms import parse_moment, read_day

blueprint = Blueprint("hours", __name__)

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose hours a page is about, and where its addresses lead."""

    subject: Subject
    is_own: bool

    def url(self, name: str, **values: Any) -> str:
        if self.is_own:
            return url_for(f"hours.{name}", **values)
        return url_for(f"hours.{name}_of", consultant_id=self.subject.id, **values)


View = Callable[..., Any]


def page(name: str, rule: str, *methods: str) -> Callable[[View], View]:
    """A page of one's own hours, for consultants, and of a colleague's, for administrators."""

    def register(view: View) -> View:
        own = f"/calendar/hours{rule}"
        theirs = f"/admin/consultants/<int:consultant_id>/hours{rule}"
        blueprint.add_url_rule(own, name, permit("advise")(_of_oneself(view)), methods=methods)
        blueprint.add_url_rule(
            theirs, f"{name}_of", permit("administer")(_of_colleague(view)), methods=methods
        )
        return view

    return register


def _of_oneself(view: View) -> View:
    @wraps(view)
    def own(**values: Any) -> Any:
        with reading() as connection:
            found = subject_of_person(connection, current_user.id)
        return view(_known(found, is_own=True), **values)

    return own


def _of_colleague(view: View) -> View:
    @wraps(view)
    def theirs(consultant_id: int, **values: Any) -> Any:
        with reading() as connection:
            found = subject(connection, consultant_id)
        return view(_known(found, is_own=False), **values)

    return theirs


def _known(found: Subject | None, *, is_own: bool) -> Whose:
    if found is None:
        raise UnknownConsultant()
    return Whose(found, is_own)


@page("week", "", "GET")
def week(whose: Whose) -> Response:
    return _week_page(whose)


@page("set_week", "", "POST")
def set_week(whose: Whose) -> Response:
    do = request.form.get("do", "save")
    sheet = Sheet.typed(request.form, whose.subject.site_id)
    typed = request.form.get("starting", "").strip()[:20]
    seen = request.form.get("seen", "")[:64]
    if sheet.act(do):
        return _week_page(whose, sheet=sheet, typed=typed, seen=seen)
    stretches, starting = sheet.read(), read_day(typed)
    if typed and starting is None:
        sheet.others["starting"] = NoDate()
    if sheet.errors:
        return _week_page(whose, sheet=sheet, typed=typed, seen=seen, status=422)
    command = SetWeek(
        actor_id=current_user.id,
        consultant_id=whose.subject.id,
        stretches=stretches,
        starting=starting,
        seen=seen,
    )
    try:
        with unit_of_work() as session:
            changed = services.set_week(session, command, at=now())
    except HoursRefused as refusal:
        sheet.blame(refusal.faults)
        return _week_page(whose, sheet=sheet, typed=typed, seen=seen, status=422)
    except ChangedMeanwhile as refusal:
        return _week_page(whose, sheet=sheet, typed=typed, refusal=refusal)
    if changed:
        days = ", ".join(weekday_name(day) for day in changed)
        flash(gettext("Saved. Changed: %(days)s.", days=days), "good")
    else:
        flash(gettext("Saved. Everything was like that already."), "good")
    return _back(whose)


def _week_page(
    whose: Whose,
    *,
    sheet: Sheet | None = None,
    typed: str = "",
    seen: str | None = None,
    status: int = 200,
    refusal: ChangedMeanwhile | None = None,
) -> Response:
    """The hours as they are, and the sheet as it was typed. Without `seen` the form answers for what is shown now."""
    at, about = now(), whose.subject
    today = about.today(at)
    with reading() as connection:
        usual = usual_week(connection, about, today)
        shown: dict[str, Any] = {
            "sites": work_sites(connection, about.site_id),
            "overrides": overrides(connection, about, today),
            "absences": absences(connection, about.id, at=at),
            "ahead": ahead(connection, about, at=at),
        }
    this_week = holding_on(usual, today - timedelta(days=today.weekday()))
    body = render_template(
        "consultations/hours/week.html",
        whose=whose,
        at=at,
        today=today,
        form=sheet or Sheet.of(usual, about.site_id),
        kept=Sheet.of(usual, about.site_id).contents(with_site=len(shown["sites"]) > 1),
        typed=typed,
        seen=mark_of(usual) if seen is None else seen,
        refusal=refusal,
        drawing=drawn(this_week),
        worked=minutes_a_week(this_week),
        zone=about.zone,
        spoken=spoken,
        in_words=in_words,
        **shown,
        **_of_sheets(),
    )
    return make_response(body, status_of(refusal) if refusal else status)


def _of_sheets() -> dict[str, Any]:
    return {"options": options, "separator": separator(), "weekday_name": weekday_name, "words": words}


@page("new_override", "/overrides/new", "GET")
def new_override(whose: Whose) -> Response:
    with reading() as connection:
        usual = usual_week(connection, whose.subject, whose.subject.today(now()))
    sheet = Sheet.of(usual, whose.subject.site_id, (EVERY_DAY,))
    if not sheet.lines[EVERY_DAY]:
        sheet.act(f"add-{EVERY_DAY}")
    return _override_page(whose, RangeForm(), sheet)


@page("add_override", "/overrides/new", "POST")
def add_override(whose: Whose) -> Response:
    return _save_override(whose, None)


@page("override", "/overrides/<int:override_id>", "GET")
def override(whose: Whose, override_id: int) -> Response:
    row = _override(whose, override_id)
    form = RangeForm(first=row.from_date, last=row.until_date)
    return _override_page(whose, form, Sheet.of(row.stretches, whose.subject.site_id), row=row)


@page("set_override", "/overrides/<int:override_id>", "POST")
def set_override(whose: Whose, override_id: int) -> Response:
    return _save_override(whose, _override(whose, override_id))


@page("delete_override", "/overrides/<int:override_id>/delete", "POST")
def delete_override(whose: Whose, override_id: int) -> Response:
    with unit_of_work() as session:
        services.delete_override(session, whose.subject.id, override_id, actor_id=current_user.id, at=now())
    flash(gettext("The usual hours hold again on those days."), "good")
    return _back(whose)


def _override(whose: Whose, override_id: int) -> OverrideRow:
    with reading() as connection:
        rows = overrides(connection, whose.subject, whose.subject.today(now()))
    found = next((row for row in rows if row.id == override_id), None)
    if found is None:
        raise UnknownOverride()
    return found


def _save_override(whose: Whose, row: OverrideRow | None) -> Response:
    do, form = request.form.get("do", "save"), RangeForm()
    days = WEEK if request.form.get("how") == "week" else (EVERY_DAY,)
    sheet = Sheet.typed(request.form, whose.subject.site_id, days)
    seen = request.form.get("seen", "")[:64]
    if do in {"by-day", "all-alike"}:
        return _override_page(whose, form, _turned(sheet, do), row=row, seen=seen)
    if sheet.act(do):
        return _override_page(whose, form, sheet, row=row, seen=seen)
    stretches = sheet.read()
    if not form.validate() or sheet.errors:
        return _override_page(whose, form, sheet, row=row, seen=seen, status=422)
    command = SetOverride(
        actor_id=current_user.id,
        consultant_id=whose.subject.id,
        override_id=row.id if row else None,
        from_date=form.begin,
        until_date=form.until,
        stretches=stretches,
        seen=seen,
    )
    try:
        with unit_of_work() as session:
            services.set_override(session, command, at=now())
    except HoursRefused as refusal:
        sheet.blame(fault for fault in refusal.faults if fault.part in {"opens", "closes", "site"})
        form.blame(tuple(fault for fault in refusal.faults if fault.part in {"first", "last"}))
        return _override_page(whose, form, sheet, row=row, seen=seen, status=422)
    except ChangedMeanwhile as refusal:
        return _override_page(whose, form, sheet, row=row, refusal=refusal)
    flash(gettext("Saved. The usual hours give way on those days."), "good")
    return _back(whose)


def _turned(sheet: Sheet, do: str) -> Sheet:
    """The same hours written out for each day, or those of the first day that has some for all of them."""
    turned = Sheet(WEEK if do == "by-day" else (EVERY_DAY,), sheet.home)
    source = next((lines for lines in sheet.lines.values() if lines), [])
    for day in turned.days:
        if do == "all-alike" or day < 5:
            turned.lines[day] = [replace(line, day=day, errors={}) for line in source]
    return turned


def _override_page(
    whose: Whose,
    form: RangeForm,
    sheet: Sheet,
    *,
    row: OverrideRow | None = None,
    seen: str | None = None,
    status: int = 200,
    refusal: ChangedMeanwhile | None = None,
) -> Response:
    with reading() as connection:
        sites = work_sites(connection, whose.subject.site_id)
    body = render_template(
        "consultations/hours/override.html",
        whose=whose,
        form=form,
        sheet=sheet,
        row=row,
        seen=(row.mark if row else "") if seen is None else seen,
        refusal=refusal,
        sites=sites,
        by_day=sheet.days == WEEK,
        **_of_sheets(),
    )
    return make_response(body, status_of(refusal) if refusal else status)


@page("new_time_off", "/off/new", "GET")
def new_time_off(whose: Whose) -> str:
    return render_template("consultations/hours/time_off.html", whose=whose, form=TimeOffForm())


@page("add_time_off", "/off/new", "POST")
def add_time_off(whose: Whose) -> Response:
    form = TimeOffForm()
    if form.validate():
        command = TakeOff(
            actor_id=current_user.id,
            consultant_id=whose.subject.id,
            first=form.begin,
            last=form.until,
            opens=form.opens.data,
            closes=form.closes.data,
            reason=form.reason.data or "",
        )
        try:
            with unit_of_work() as session:
                services.take_off(session, command, at=now())
        except HoursRefused as refusal:
            form.blame(refusal.faults)
        else:
            flash(gettext("Noted. Nobody can ask for that time any more."), "good")
            return _back(whose)
    return make_response(render_template("consultations/hours/time_off.html", whose=whose, form=form), 422)


@page("delete_time_off", "/off/<int:closure_id>/delete", "POST")
def delete_time_off(whose: Whose, closure_id: int) -> Response:
    with unit_of_work() as session:
        services.give_back(session, whose.subject.id, closure_id, actor_id=current_user.id, at=now())
    flash(gettext("That time can be asked for again."), "good")
    return _back(whose)


@page("move", "/appointments/<reference>/move", "POST")
def move(whose: Whose, reference: str) -> Response:
    """To the time the page named, in one step; the person is told, with the reason."""
    row = _stranded(whose, reference)
    reason = _reason()
    try:
        starts_at = parse_moment(request.form.get("starts_at", ""))
    except ValueError:
        flash(gettext("Choose a time from the page."), "bad")
        return _back(whose)
    command = Move(
        actor=Actor(id=current_user.id, is_staff=True),
        reservation_id=row.id,
        starts_at=starts_at,
        reason=reason or gettext("Working hours have changed."),
    )

    def act(session: Session, at: datetime) -> None:
        appointments.move(session, command, at=at)

    return _settled(whose, act, gettext("Moved, and %(name)s is told.", name=row.person_name))


@page("tell", "/appointments/<reference>/tell", "POST")
def tell(whose: Whose, reference: str) -> Response:
    row, reason = _stranded(whose, reference), _reason()

    def act(session: Session, at: datetime) -> None:
        messages.outside_hours(session, row.id, reason=reason, at=at)

    return _settled(whose, act, gettext("%(name)s is told.", name=row.person_name))


def _stranded(whose: Whose, reference: str) -> AppointmentRow:
    with reading() as connection:
        rows = coming_of(connection, whose.subject.id, at=now())
    found = next((row for row in rows if row.reference == reference), None)
    if found is None:
        raise NoSuchAppointment()
    return found


def _reason() -> str:
    return request.form.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]


def _settled(whose: Whose, act: Callable[[Session, datetime], None], done: str) -> Response:
    try:
        with unit_of_work() as session:
            act(session, now())
    except PortalError as refusal:
        flash(words(refusal), "bad")
    else:
        flash(done, "good")
    return _back(whose)


def _back(whose: Whose) -> Response:
    return make_response(redirect(whose.url("week"), 303))
