"""`/calendar/new`: book for somebody who calls or stands there."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.finding import LONGEST, plain
from portal.accounts.logins import shown_phone
from portal.accounts.names import initials
from portal.accounts.newcomers import AddPerson, NumberKnown, add_person
from portal.accounts.services import UnknownPerson
from portal.clock import now
from portal.consultations.appointments.services import Request
from portal.consultations.appointments.services import request as book
from portal.consultations.calendar.forms import BookForm
from portal.consultations.calendar.nearby import nearest
from portal.consultations.calendar.people import MOST, booked_already, people, person
from portal.consultations.calendar.queries import Diary, OwnTopic, own_topics
from portal.consultations.calendar.refusing import Attempt, why_not
from portal.consultations.calendar.views import actor, blueprint, own_diary
from portal.consultations.calendar.wording import modes_of
from portal.consultations.finding.queries import topic
from portal.consultations.topics.models import Mode
from portal.consultations.wording import when
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.web import metrics
from portal.web.errors import status_of, words
from portal.web.forms import parse_moment
from portal.web.locale import current_locale

ALTERNATIVES = 3
KEPT = ("person_id", "topic_id", "mode", "day", "clock")
"""What the search and the links beside the form hand on."""


@blueprint.get("/calendar/new")
@permit("advise")
def new() -> Response:
    whose, topics = _mine()
    given = MultiDict({name: value for name in KEPT if (value := request.args.get(name, "")[:40])})
    local = _given_moment(whose)
    if local is not None:
        given["day"], given["clock"] = local.date().isoformat(), f"{local:%H:%M}"
    usual = _fitting(topics, local)
    given.setdefault("topic_id", str(usual.id) if usual else "")
    given.setdefault("mode", (usual.modes[0] if usual else Mode.IN_PERSON).value)
    return _page(_form(topics, formdata=given, meta={"csrf": False}), whose, topics)


@blueprint.post("/calendar/new")
@permit("advise")
def create() -> BaseResponse | Response:
    whose, topics = _mine()
    form = _form(topics)
    if not _is_known(form, whose) or not form.validate():
        return _page(form, whose, topics, status=422)
    starts_at, topic_id = form.moment(whose.zone), int(form.topic_id.data)
    assert starts_at is not None  # noqa: S101 (validated)
    try:
        with unit_of_work() as session:
            reference = _book(session, whose, form, topic_id, starts_at)
    except NumberKnown as refusal:
        form.phone.errors = [words(refusal)]
        return _page(form, whose, topics, typed=form.phone.data or "", status=422)
    except PortalError as refusal:
        metrics.CONSULTATIONS.labels(refusal.code).inc()
        already = _booked_already(whose, form, topic_id, starts_at)
        if already is None:
            return _refused(form, whose, topics, starts_at, refusal)
        reference = already
    else:
        metrics.CONSULTATIONS.labels("booked-for").inc()
        flash(gettext("Booked. They are told by the portal; tell them the number too."), "good")
    return redirect(url_for("calendar.appointment", reference=reference), 303)


def _is_known(form: BookForm, whose: Diary) -> bool:
    """Or somebody new."""
    if form.known_id is None:
        return True
    with reading() as connection:
        who = person(connection, form.known_id, whose.id)
    if who is None:
        form.person_id.data = ""
        form.form_errors.append(words(UnknownPerson()))
    return who is not None


def _book(session: Session, whose: Diary, form: BookForm, topic_id: int, starts_at: datetime) -> str:
    at, person_id = now(), form.known_id
    if person_id is None:
        newcomer = AddPerson(by_id=current_user.id, name=form.read_name, phone=form.read_phone)
        person_id = add_person(session, newcomer, at=at)
    command = Request(
        actor=actor(),
        person_id=person_id,
        topic_id=topic_id,
        consultant_id=whose.id,
        starts_at=starts_at,
        mode=form.way,
    )
    return book(session, command, at=at).reference


def _booked_already(whose: Diary, form: BookForm, topic_id: int, starts_at: datetime) -> str | None:
    with reading() as connection:
        return booked_already(
            connection,
            consultant_id=whose.id,
            topic_id=topic_id,
            starts_at=starts_at,
            by_id=current_user.id,
            person_id=form.known_id,
            name=form.read_name,
            phone=form.read_phone,
        )


def _refused(
    form: BookForm, whose: Diary, topics: list[OwnTopic], starts_at: datetime, refusal: PortalError
) -> Response:
    at = now()
    with reading() as connection:
        wanted = topic(connection, int(form.topic_id.data))
        if wanted is None:
            form.form_errors.append(words(refusal))
            others: list[datetime] = []
        else:
            attempt = Attempt(current_user.id, wanted, starts_at)
            form.form_errors.append(why_not(connection, refusal, attempt, at=at))
            others = nearest(connection, whose.id, wanted, form.way, starts_at, now=at, limit=ALTERNATIVES)
    return _page(form, whose, topics, others=others, status=status_of(refusal))


def _mine() -> tuple[Diary, list[OwnTopic]]:
    with reading() as connection:
        whose = own_diary(connection, now().date())
        return whose, own_topics(connection, whose.id)


def _form(topics: list[OwnTopic], **options: Any) -> BookForm:
    form = BookForm(**options)
    locale = current_locale()
    form.topic_id.choices = [
        (
            str(one.id),
            gettext("%(topic)s, %(minutes)s minutes", topic=one.name.in_(locale), minutes=one.minutes),
        )
        for one in topics
    ]
    modes = [mode for mode in Mode if any(mode in one.modes for one in topics)]
    form.mode.choices = modes_of(modes)
    return form


def _given_moment(whose: Diary) -> datetime | None:
    """Where somebody tapped or dragged in the week."""
    try:
        return parse_moment(request.args.get("starts_at", "")).astimezone(whose.zone)
    except ValueError:
        return None


def _fitting(topics: list[OwnTopic], starts_at: datetime | None) -> OwnTopic | None:
    """The first topic that ends before what was tapped or dragged over does, else the first of all."""
    try:
        ends_at = parse_moment(request.args.get("ends_at", ""))
    except ValueError:
        return next(iter(topics), None)
    fits = (one for one in topics if starts_at and starts_at + timedelta(minutes=one.minutes) <= ends_at)
    return next(fits, next(iter(topics), None))


def _page(
    form: BookForm,
    whose: Diary,
    topics: list[OwnTopic],
    *,
    typed: str = "",
    others: list[datetime] | None = None,
    status: int = 200,
) -> Response:
    typed = typed or plain(request.args.get("q", ""))
    known_id = form.known_id
    with reading() as connection:
        who = person(connection, known_id, whose.id) if known_id else None
        found = people(connection, typed, whose.id) if typed and who is None else []
    if known_id and who is None and not form.is_submitted():
        form.person_id.data = ""
    kept = {name: value for name in KEPT[1:] if (value := _shown(form, name))}
    at = now()
    page = render_template(
        "consultations/calendar/new.html",
        form=form,
        topics=topics,
        who=who,
        found=found[:MOST],
        has_more=len(found) > MOST,
        typed=typed[:LONGEST],
        kept=kept,
        others=[(other.isoformat(), when(other.astimezone(whose.zone), at)) for other in others or ()],
        block_url=_block_url(whose, form),
        initials=initials,
        phone=shown_phone,
    )
    return Response(page, status)


def _shown(form: BookForm, name: str) -> str:
    field = form[name]
    return str(field._value()) if name in {"day", "clock"} else str(field.data or "")


def _block_url(whose: Diary, form: BookForm) -> str:
    """The same stretch, kept free instead."""
    starts_at = _given_moment(whose) or form.moment(whose.zone)
    if starts_at is None:
        return url_for("calendar.block")
    ends_at = request.args.get("ends_at", "")[:40] or None
    return url_for("calendar.block", starts_at=starts_at.isoformat(), ends_at=ends_at)
