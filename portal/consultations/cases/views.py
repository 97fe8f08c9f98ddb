"""Pages about what comes of a consultation: the consultant's under /calendar, what both do under /consultations."""

from datetime import timedelta

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.accounts.paths import local_path
from portal.clock import now
from portal.consultations.appointments.queries import AppointmentRow, appointment
from portal.consultations.calendar import views as calendar
from portal.consultations.cases import services
from portal.consultations.cases.forms import FilesForm, FollowUpForm, NoteForm, RatingForm, SharedFilesForm
from portal.consultations.cases.queries import NoteRow, may_see_file, note_of, outcomes
from portal.consultations.cases.refusals import DueInThePast, NoteChanged, OutcomeUnknown, TooManyFilesKept
from portal.consultations.cases.services import AddFollowUp, SaveNote
from portal.consultations.refusals import NoSuchAppointment
from portal.consultations.views import blueprint
from portal.db import reading, unit_of_work
from portal.files.receiving import takes_files
from portal.files.refusals import NoSuchFile
from portal.files.serving import file_response
from portal.permissions import permit
from portal.web.errors import words

DUE_IN = timedelta(days=7)
"""What is suggested: a week to do it."""


@calendar.blueprint.get("/calendar/appointments/<reference>/note")
@permit("advise")
def note(reference: str) -> Response:
    row = calendar.found(reference)
    kept = _note(row)
    form = NoteForm(
        data={
            "advice": kept.advice if kept else "",
            "private_note": kept.private_note if kept else "",
            "outcome_id": str(kept.outcome_id or 0) if kept else "0",
            "version": kept.version if kept else 0,
        }
    )
    return _note_page(row, form, kept)


@calendar.blueprint.post("/calendar/appointments/<reference>/note")
@permit("advise")
def save_note(reference: str) -> BaseResponse | Response:
    """Saved from another window in the meantime, both texts are shown and the later version is built upon."""
    row = calendar.found(reference)
    kept = _note(row)
    form = NoteForm()
    _offer(form, kept)
    if not form.validate():
        return _note_page(row, form, kept, status=422)
    command = SaveNote(
        actor=calendar.actor(),
        appointment_id=row.id,
        private_note=form.private_note.data or "",
        advice=form.advice.data or "",
        outcome_id=form.outcome,
        version=form.built_upon,
    )
    try:
        with unit_of_work() as session:
            services.save_note(session, command, at=now())
    except NoteChanged as refusal:
        kept = _note(row)
        form.form_errors = [words(refusal)]
        form.version.data = kept.version if kept else 0
        return _note_page(row, form, kept, status=409, theirs=kept)
    except OutcomeUnknown as refusal:
        form.outcome_id.errors = [words(refusal)]
        return _note_page(row, form, kept, status=422)
    flash(
        gettext("Saved. %(name)s sees what you agreed on, not your own note.", name=row.person_name), "good"
    )
    return redirect(url_for("calendar.appointment", reference=row.reference))


@calendar.blueprint.get("/calendar/appointments/<reference>/follow-up")
@permit("advise")
def follow_up(reference: str) -> Response:
    row = calendar.found(reference)
    due = now().astimezone(row.starts.tzinfo).date() + DUE_IN
    return _follow_up_page(row, FollowUpForm(data={"due_on": due, "owner": "person"}))


@calendar.blueprint.post("/calendar/appointments/<reference>/follow-up")
@permit("advise")
def add_follow_up(reference: str) -> BaseResponse | Response:
    row = calendar.found(reference)
    form = FollowUpForm()
    if not form.validate() or form.due_on.data is None:
        return _follow_up_page(row, form, status=422)
    command = AddFollowUp(
        actor=calendar.actor(),
        appointment_id=row.id,
        by_consultant=form.owner.data == "consultant",
        task=form.task.data or "",
        due_on=form.due_on.data,
    )
    try:
        with unit_of_work() as session:
            services.add_follow_up(session, command, at=now())
    except DueInThePast as refusal:
        form.due_on.errors = [words(refusal)]
        return _follow_up_page(row, form, status=422)
    flash(gettext("Noted. It stands in both your agendas, and we remind of it the day before."), "good")
    return redirect(url_for("calendar.appointment", reference=row.reference))


@blueprint.post("/consultations/<reference>/follow-ups/<int:follow_up_id>/done")
@permit("book")
def finish_follow_up(reference: str, follow_up_id: int) -> BaseResponse:
    return _tick(reference, follow_up_id, done=True)


@blueprint.post("/consultations/<reference>/follow-ups/<int:follow_up_id>/open")
@permit("book")
def reopen_follow_up(reference: str, follow_up_id: int) -> BaseResponse:
    return _tick(reference, follow_up_id, done=False)


@blueprint.get("/consultations/<reference>/files")
@permit("book")
def files(reference: str) -> Response:
    row = _found(reference)
    return _files_page(row, SharedFilesForm() if _is_consultant(row) else FilesForm())


@blueprint.post("/consultations/<reference>/files")
@takes_files(3)
@permit("book")
def add_files(reference: str) -> BaseResponse | Response:
    row = _found(reference)
    form = SharedFilesForm() if _is_consultant(row) else FilesForm()
    if not form.validate():
        return _files_page(row, form, status=422)
    is_shared = form.is_shared.data if isinstance(form, SharedFilesForm) else True
    try:
        with unit_of_work() as session:
            services.add_files(session, _actor(), row.id, form.files.data, is_shared=is_shared, at=now())
    except TooManyFilesKept as refusal:
        form.files.errors = [words(refusal)]
        return _files_page(row, form, status=422)
    flash(gettext("Kept."), "good")
    return _home(row)


@blueprint.get("/consultations/<reference>/files/<int:file_id>")
@permit("book")
def file(reference: str, file_id: int) -> Response:
    row = _found(reference)
    with reading() as connection:
        if not may_see_file(connection, row.id, file_id, for_consultant=_is_consultant(row)):
            raise NoSuchFile()
        return file_response(connection, file_id, inline=True)


@blueprint.post("/consultations/<reference>/files/<int:file_id>/delete")
@permit("book")
def remove_file(reference: str, file_id: int) -> BaseResponse:
    row = _found(reference)
    with unit_of_work() as session:
        services.remove_file(session, _actor(), row.id, file_id, at=now())
    flash(gettext("Deleted."), "good")
    return _home(row)


@blueprint.post("/consultations/<reference>/rating")
@permit("book")
def rate(reference: str) -> BaseResponse | Response:
    """The first tap gives the stars, the second a line."""
    row = _found(reference)
    form = RatingForm()
    if not form.validate():
        said = next((str(errors[0]) for errors in form.errors.values() if errors), "")
        flash(said, "bad")
        return _home(row, "rating")
    with unit_of_work() as session:
        services.rate(session, _actor(), row.id, form.stars.data or 0, form.line.data or "", at=now())
    flash(gettext("Thank you. Your consultant sees it only together with others."), "good")
    return _home(row, "rating")


def _note_page(
    row: AppointmentRow,
    form: NoteForm,
    kept: NoteRow | None,
    *,
    status: int = 200,
    theirs: NoteRow | None = None,
) -> Response:
    _offer(form, kept)
    return make_response(
        render_template("consultations/cases/note.html", row=row, form=form, theirs=theirs), status
    )


def _follow_up_page(row: AppointmentRow, form: FollowUpForm, *, status: int = 200) -> Response:
    return make_response(render_template("consultations/cases/follow_up.html", row=row, form=form), status)


def _files_page(row: AppointmentRow, form: FilesForm, *, status: int = 200) -> Response:
    return make_response(
        render_template("consultations/cases/files.html", row=row, form=form, home=_home_url(row)), status
    )


def _offer(form: NoteForm, kept: NoteRow | None) -> None:
    with reading() as connection:
        form.offer(outcomes(connection, besides=kept.outcome_id if kept else None))


def _note(row: AppointmentRow) -> NoteRow | None:
    with reading() as connection:
        return note_of(connection, row.id)


def _tick(reference: str, follow_up_id: int, *, done: bool) -> BaseResponse:
    row = _found(reference)
    with unit_of_work() as session:
        services.finish_follow_up(session, _actor(), row.id, follow_up_id, done=done, at=now())
    flash(gettext("Done: well done.") if done else gettext("Open again."), "good")
    back = local_path(request.form.get("next"))
    return redirect(back) if back else _home(row, "follow-ups")


def _actor() -> Actor:
    return Actor(id=current_user.id, is_staff=current_user.is_staff)


def _is_consultant(row: AppointmentRow) -> bool:
    return bool(current_user.id == row.consultant_person_id)


def _home_url(row: AppointmentRow, anchor: str | None = None) -> str:
    """The consultation's page, as whoever is signed in sees it."""
    endpoint = (
        "calendar.appointment"
        if _is_consultant(row) and row.person_id != current_user.id
        else "consultations.appointment"
    )
    return url_for(endpoint, reference=row.reference, _anchor=anchor)


def _home(row: AppointmentRow, anchor: str | None = None) -> BaseResponse:
    return redirect(_home_url(row, anchor))


def _found(reference: str) -> AppointmentRow:
    """Of its two people alone: what was said is nobody else's business, the front desk's neither."""
    with reading() as connection:
        row = appointment(connection, reference, current_user.id)
    if row is None:
        raise NoSuchAppointment()
    return row
