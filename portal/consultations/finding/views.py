"""`/consultations`: what one can ask about, when and whom; then the request itself."""

from datetime import timedelta

from flask import Response, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.clock import now
from portal.consultations import refusals
from portal.consultations.appointments.choosing import Chosen, Wish, choose
from portal.consultations.appointments.queries import coming_appointments, past_appointments
from portal.consultations.appointments.services import FARTHEST
from portal.consultations.finding.address import ANYONE, Way, asked_of
from portal.consultations.finding.forms import ChoiceForm, WhenForm, answers, intake_form
from portal.consultations.finding.once import ask_once
from portal.consultations.finding.queries import TopicRow, offer, topic, topics
from portal.consultations.finding.questions import Question, questions
from portal.consultations.finding.sheet import sheet, window
from portal.consultations.finding.soonest import soonest_of_topics
from portal.consultations.refused import malformed, refused
from portal.consultations.topics.models import Mode
from portal.consultations.views import blueprint
from portal.consultations.wording import FIELD_ICONS, MODE_ICONS, day_name, mode_name, when
from portal.db import Reader, reading
from portal.errors import PortalError
from portal.permissions import permit, public
from portal.resources.refusals import InThePast, TooFar

PAGE = 10
"""Past consultations a page."""


@blueprint.app_context_processor
def wording() -> dict[str, object]:
    return {
        "when": when,
        "day_name": day_name,
        "mode_name": mode_name,
        "mode_icons": MODE_ICONS,
        "field_icons": FIELD_ICONS,
    }


@blueprint.get("/consultations")
@public
def start() -> str:
    at = now()
    page = max(request.args.get("page", 1, type=int), 1)
    if page > 10_000:
        abort(404)
    who = current_user.id if current_user.is_authenticated else None
    with reading() as connection:
        offered = topics(connection)
        soon = soonest_of_topics(connection, offered, now=at)
        coming = coming_appointments(connection, who, at=at) if who else []
        past = (
            past_appointments(connection, who, at=at, limit=PAGE + 1, offset=(page - 1) * PAGE) if who else []
        )
    return render_template(
        "consultations/start.html",
        topics=offered,
        soon=soon,
        coming=coming,
        past=past[:PAGE],
        page=page,
        has_more=len(past) > PAGE,
        at=at,
    )


@blueprint.get("/consultations/topics/<int:topic_id>")
@public
def times(topic_id: int) -> BaseResponse | str:
    moving = request.args.get("move")
    if moving and current_user.is_authenticated:
        return redirect(url_for("consultations.ask_move", reference=moving[:40]))
    at = now()
    with reading() as connection:
        found = topic(connection, topic_id)
        if found is None or not found.is_active:
            abort(404)
        asked = asked_of(request.args, found.modes, found.modes[0], None)
        offered = offer(connection, topic_id, *window(at, asked))
    way = Way(request.path, url_for("consultations.new"), (("topic_id", str(topic_id)),))
    return render_template(
        "consultations/times.html",
        topic=found,
        sheet=sheet(offered, found, asked, way, at=at),
        at=at,
        old=None,
    )


@blueprint.get("/consultations/new")
@public
def new() -> BaseResponse | Response:
    """Everything once more, with the one button; whoever is not signed in registers first, the choice in hand."""
    wanted = ChoiceForm(request.args, meta={"csrf": False})
    if not wanted.validate():
        topic_id = wanted.topic_id.data
        known = topic_id is not None and not wanted.topic_id.errors
        return redirect(times_url(wanted) if known else url_for("consultations.start"))
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.register", next=request.full_path))
    found, asked = _asked(wanted)
    return _check(intake_form(asked)(request.args), found, asked)


@blueprint.post("/consultations")
@permit("book")
def create() -> BaseResponse | Response:
    """Leads to the consultation's page, a second click too; a refusal shows what else can be had."""
    wanted = ChoiceForm()
    if not wanted.validate():
        return malformed(wanted)
    found, asked = _asked(wanted)
    form = intake_form(asked)()
    if not form.validate():
        return _check(form, found, asked)
    try:
        reference = ask_once(current_user.id, wanted, answers(form, asked))
    except PortalError as refusal:
        typed = {f"q{question.id}": form[f"q{question.id}"].data or "" for question in asked}
        return _refused(refusal, wanted, method="post", action=url_for("consultations.create"), typed=typed)
    return redirect(url_for("consultations.appointment", reference=reference, new=1))


def _asked(wanted: ChoiceForm) -> tuple[TopicRow | None, tuple[Question, ...]]:
    """The topic, where it is offered, and its questions."""
    with reading() as connection:
        found = topic(connection, wanted.topic)
        asked = questions(connection, found.id) if found else ()
    return (found, asked) if found and found.is_active else (None, ())


def planned(
    reader: Reader, found: TopicRow, wanted: WhenForm, *, besides: int = 0, room_id: int | None = None
) -> Chosen:
    """Whom and where it would be if it were asked for now.

    Raises: as `services.request`.
    """
    at = now()
    if wanted.way not in found.modes:
        raise refusals.ModeNotOffered()
    if wanted.moment <= at:
        raise InThePast()
    if wanted.moment > at + FARTHEST:
        raise TooFar(days=FARTHEST.days, last=(at + FARTHEST).date())
    wish = Wish(found, wanted.consultant_id.data, wanted.moment, wanted.way, False, room_id)
    return choose(reader, wish, at=at, besides=besides)


def times_url(wanted: ChoiceForm) -> str:
    """Back to where it was chosen."""
    mode = wanted.mode.data if wanted.mode.data in set(Mode) else None
    return url_for(
        "consultations.times",
        topic_id=wanted.topic_id.data,
        mode=mode,
        consultant=wanted.consultant_id.data or ANYONE,
    )


def _check(form: ChoiceForm, found: TopicRow | None, asked: tuple[Question, ...]) -> Response:
    """Everything once more before the one button, what is wrong with the answers too; or why it cannot be had."""
    at = now()
    try:
        if found is None:
            raise refusals.NoSuchTopic()
        with reading() as connection:
            chosen = planned(connection, found, form)
    except PortalError as refusal:
        return _refused(refusal, form, method="get", action=url_for("consultations.new"))
    zone = chosen.site.calendar.zone
    page = render_template(
        "consultations/new.html",
        form=form,
        questions=asked,
        topic=found,
        chosen=chosen,
        is_anyone=form.consultant_id.data is None,
        mode=form.way,
        starts=chosen.starts_at.astimezone(zone),
        ends=chosen.ends_at.astimezone(zone),
        answer_by=min(at + timedelta(hours=found.answer_hours), chosen.starts_at).astimezone(zone),
        times_url=times_url(form),
        at=at,
    )
    return Response(page, 422 if form.errors else 200)


def _refused(
    refusal: PortalError,
    wanted: ChoiceForm,
    *,
    method: str,
    action: str,
    typed: dict[str, str] | None = None,
) -> Response:
    return refused(
        refusal,
        wanted,
        wanted.topic,
        consultant_id=wanted.consultant_id.data,
        action=action,
        method=method,
        times_url=times_url(wanted),
        kept={"topic_id": str(wanted.topic)} | (typed or {}),
    )
