"""`/desk/people/…`: note who stands there, choose a topic, a time, and book; each step is a page with an address."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.accounts.logins import shown_phone
from portal.accounts.newcomers import AddPerson
from portal.accounts.services import AddressTaken, UnknownPerson
from portal.agenda.front_desk.queries import consultant_name, person_name, served_sites
from portal.agenda.front_desk.walk_in.forms import PersonForm
from portal.agenda.front_desk.walk_in.services import Met, book_for, meet, named_by
from portal.agenda.front_desk.walk_in.times import walk_in_times
from portal.agenda.views import blueprint
from portal.clock import now
from portal.consultations.appointments.queries import AppointmentRow, same_appointment
from portal.consultations.appointments.services import Request
from portal.consultations.finding.address import is_key
from portal.consultations.finding.forms import ChoiceForm
from portal.consultations.finding.queries import TopicRow, topic, topics
from portal.consultations.refusals import NoSuchTopic
from portal.consultations.topics.models import Mode
from portal.consultations.wording import mode_name, when
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.web import metrics
from portal.web.errors import words
from portal.web.locale import current_locale


@blueprint.get("/desk/people/new")
@permit("book-for-others")
def desk_person() -> str:
    form = PersonForm(meta={"csrf": True})
    typed = request.args.get("q", "").replace("\0", "")[:100].strip()
    is_number = any(sign.isdigit() for sign in typed)
    (form.phone if is_number else form.name).data = typed
    return render_template("agenda/desk_person.html", form=form, others=[], number="")


@blueprint.post("/desk/people/new")
@permit("book-for-others")
def desk_meet() -> BaseResponse | Response:
    """Leads to their consultation. A number that somebody typed but nobody confirmed is looked at first."""
    form, others = PersonForm(), []
    is_valid = form.validate()
    if is_valid and "other" not in request.form:
        with reading() as connection:
            others = named_by(connection, form.read_phone)
    if not is_valid or others:
        number = shown_phone(form.read_phone) if others else ""
        page = render_template("agenda/desk_person.html", form=form, others=others, number=number)
        return make_response(page, 422)
    met = _met(AddPerson(by_id=current_user.id, name=form.read_name, phone=form.read_phone))
    if not met.is_new:
        flash(gettext("We know that number: it is %(name)s's.", name=met.name), "info")
    return redirect(url_for("agenda.desk_consultation", person_id=met.person_id))


def _met(command: AddPerson) -> Met:
    try:
        with unit_of_work() as session:
            return meet(session, command, at=now())
    except AddressTaken:  # two colleagues at once
        with unit_of_work() as session:
            return meet(session, command, at=now())


@blueprint.get("/desk/people/<int:person_id>/consultation")
@permit("book-for-others")
def desk_consultation(person_id: int) -> str:
    name, wanted = _person(person_id), _topic()
    if wanted is None:
        with reading() as connection:
            offered = topics(connection)
        return render_template("agenda/desk_topics.html", person_id=person_id, name=name, topics=offered)
    form = ChoiceForm(request.args, meta={"csrf": False})
    if form.validate() and form.way in wanted.modes:
        return _check(person_id, name, wanted, form)
    return _times(person_id, name, wanted)


def _times(person_id: int, name: str, wanted: TopicRow) -> str:
    at = now()
    mode = next((one for one in wanted.modes if one == request.args.get("mode")), _usual(wanted))
    with reading() as connection:
        sites = served_sites(connection, current_user.id)
        found = walk_in_times(connection, wanted, mode, {site.id for site in sites}, at=at)
    return render_template(
        "agenda/desk_times.html",
        person_id=person_id,
        name=name,
        topic=wanted,
        mode=mode,
        found=found,
        many_sites=len(sites) > 1,
        at=at,
        when=when,
        mode_name=mode_name,
    )


def _check(person_id: int, name: str, wanted: TopicRow, form: ChoiceForm) -> str:
    with reading() as connection:
        consultant = consultant_name(connection, form.consultant_id.data)
    return render_template(
        "agenda/desk_check.html",
        person_id=person_id,
        name=name,
        topic=wanted,
        consultant=consultant,
        starts=form.moment,
        mode=form.way,
        form=form,
        at=now(),
        when=when,
        mode_name=mode_name,
    )


@blueprint.post("/desk/people/<int:person_id>/consultation")
@permit("book-for-others")
def desk_book(person_id: int) -> BaseResponse:
    form = ChoiceForm()
    name = _person(person_id)
    if not form.validate():
        flash(next(error for errors in form.errors.values() for error in errors), "bad")
        return redirect(url_for("agenda.desk_consultation", person_id=person_id))
    command = Request(
        actor=Actor(id=current_user.id, is_staff=True),
        person_id=person_id,
        topic_id=form.topic,
        consultant_id=form.consultant_id.data,
        starts_at=form.moment,
        mode=form.way,
    )
    try:
        row = _booked(command)
    except PortalError as refusal:
        metrics.CONSULTATIONS.labels(refusal.code).inc()
        flash(words(refusal), "bad")
        return redirect(
            url_for(
                "agenda.desk_consultation",
                person_id=person_id,
                topic_id=form.topic,
                mode=form.way.value,
            )
        )
    flash(_said(name, row), "good")
    return redirect(url_for("agenda.front_desk", q=row.reference))


def _booked(command: Request) -> AppointmentRow:
    """A second click is answered with what the first one has booked."""
    with reading() as connection:
        already = same_appointment(
            connection, command.person_id, command.topic_id, command.consultant_id, command.starts_at
        )
    if already is not None:
        return already
    with unit_of_work() as session:
        row = book_for(session, command, at=now())
    metrics.CONSULTATIONS.labels("booked-for").inc()
    return row


def _said(name: str, row: AppointmentRow) -> str:
    place = row.room_name or mode_name(row.mode)
    return gettext(
        "%(name)s: %(topic)s with %(consultant)s, %(when)s, %(place)s.",
        name=name,
        topic=row.topic.in_(current_locale()),
        consultant=row.consultant_name,
        when=when(row.starts, now()),
        place=place,
    )


def _usual(wanted: TopicRow) -> Mode:
    """Who stands there would rather meet."""
    return Mode.IN_PERSON if Mode.IN_PERSON in wanted.modes else wanted.modes[0]


def _topic() -> TopicRow | None:
    """
    Raises:
        NoSuchTopic: it is not offered.
    """
    asked = request.args.get("topic_id", "")
    if not is_key(asked):
        return None
    with reading() as connection:
        found = topic(connection, int(asked))
    if found is None or not found.is_active:
        raise NoSuchTopic()
    return found


def _person(person_id: int) -> str:
    """
    Raises:
        UnknownPerson: there is none.
    """
    with reading() as connection:
        name = person_name(connection, person_id)
    if not name:
        raise UnknownPerson()
    return name
