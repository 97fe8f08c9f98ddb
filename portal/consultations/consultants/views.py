"""`/admin/consultants`, `/admin/consultants/rooms`, and a consultant's own profile at `/calendar/profile`."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from portal.accounts.services import UnknownPerson
from portal.clock import now
from portal.consultations.consultants.forms import ConsultantForm, ProfileForm
from portal.consultations.consultants.hours.refusals import UnknownConsultant
from portal.consultations.consultants.hours.views import blueprint as own_pages
from portal.consultations.consultants.queries import (
    LONGEST_SEARCH,
    ConsultantFacts,
    Somebody,
    consultant_facts,
    consultant_lines,
    consultant_of_person,
    room_lines,
    search_people,
    site_choices,
    somebody,
    topic_choices,
)
from portal.consultations.consultants.refusals import ConsultantAlready, NameTaken, PlaceUnknown
from portal.consultations.consultants.services import (
    MakeConsultant,
    SaveConsultant,
    make_consultant,
    save_consultant,
    set_rooms,
)
from portal.consultations.topics.queries import still_coming
from portal.consultations.topics.refusals import ChangedMeanwhile
from portal.consultations.topics.views import blueprint
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.files.receiving import takes_files
from portal.files.refusals import NoSuchFile
from portal.files.serving import file_response
from portal.permissions import permit
from portal.web.errors import status_of, words
from portal.web.routing import LARGEST_KEY


@blueprint.get("/admin/consultants", endpoint="consultants")
@permit("administer")
def list_consultants() -> str:
    typed = request.args.get("q", "").replace("\0", " ").strip()[:LONGEST_SEARCH]
    with reading() as connection:
        lines = consultant_lines(connection, at=now())
        found = search_people(connection, typed) if typed else []
    return render_template("consultations/settings/consultants.html", lines=lines, typed=typed, found=found)


@blueprint.get("/admin/consultants/new", endpoint="new_consultant")
@permit("administer")
def new_consultant() -> Response:
    person = _somebody()
    return _admin_page(None, person, _admin_form(None, person), seen="")


@blueprint.post("/admin/consultants/new", endpoint="make_consultant")
@permit("administer")
@takes_files(1)
def make() -> Response:
    person = _somebody()
    form = _admin_form(None, person)
    if not form.validate():
        return _admin_page(None, person, form, seen="", status=422)
    command = MakeConsultant(
        actor_id=current_user.id,
        person_id=person.id,
        profile=form.profile,
        standing=form.standing,
        photo=form.new_photo,
    )
    try:
        with unit_of_work() as session:
            kept_id = make_consultant(session, command, at=now())
    except (NameTaken, PlaceUnknown, ConsultantAlready) as refusal:
        return _admin_page(None, person, _blamed(form, refusal), seen="", status=status_of(refusal))
    flash(
        gettext("%(name)s is a consultant now. What is missing are the hours.", name=form.standing.name),
        "good",
    )
    return make_response(redirect(url_for("hours.week_of", consultant_id=kept_id), 303))


@blueprint.get("/admin/consultants/<int:consultant_id>", endpoint="consultant")
@permit("administer")
def consultant(consultant_id: int) -> Response:
    facts = _facts(consultant_id)
    return _admin_page(facts, None, _admin_form(facts, None), seen=facts.mark)


@blueprint.post("/admin/consultants/<int:consultant_id>", endpoint="save_consultant")
@permit("administer")
@takes_files(1)
def save(consultant_id: int) -> Response:
    facts = _facts(consultant_id)
    form, seen = _admin_form(facts, None), request.form.get("seen", "")[:64]
    if not form.validate():
        return _admin_page(facts, None, form, seen=seen, status=422)
    command = SaveConsultant(
        actor_id=current_user.id,
        consultant_id=consultant_id,
        profile=form.profile,
        standing=form.standing,
        photo=form.new_photo,
        seen=seen,
    )
    try:
        with unit_of_work() as session:
            save_consultant(session, command, at=now())
    except (NameTaken, PlaceUnknown) as refusal:
        return _admin_page(facts, None, _blamed(form, refusal), seen=seen, status=422)
    except ChangedMeanwhile as refusal:
        form.form_errors = [words(refusal)]
        return _admin_page(facts, None, form, seen=_facts(consultant_id).mark, status=status_of(refusal))
    flash(gettext("Saved: %(name)s.", name=form.standing.name), "good")
    if facts.standing.is_active and not form.standing.is_active:
        _tell_coming(consultant_id)
    return make_response(redirect(url_for("topics.consultant", consultant_id=consultant_id), 303))


@blueprint.get("/admin/consultants/<int:consultant_id>/photo", endpoint="photo")
@permit("administer")
def photo(consultant_id: int) -> Response:
    return _photo(_facts(consultant_id))


@blueprint.get("/admin/consultants/rooms", endpoint="rooms")
@permit("administer")
def rooms() -> str:
    with reading() as connection:
        lines = room_lines(connection)
    return render_template("consultations/settings/rooms.html", lines=lines)


@blueprint.post("/admin/consultants/rooms", endpoint="set_rooms")
@permit("administer")
def save_rooms() -> Response:
    with reading() as connection:
        shown = {line.id for line in room_lines(connection)}
    chosen = set(request.form.getlist("room", type=int)) & shown
    with unit_of_work() as session:
        set_rooms(session, chosen, actor_id=current_user.id, at=now())
    flash(gettext("Saved."), "good")
    return make_response(redirect(url_for("topics.rooms"), 303))


@own_pages.get("/calendar/profile")
@permit("advise")
def profile() -> Response:
    facts = _own()
    return _own_page(facts, ProfileForm(facts=facts), seen=facts.mark)


@own_pages.post("/calendar/profile", endpoint="save_profile")
@permit("advise")
@takes_files(1)
def save_profile() -> Response:
    facts = _own()
    form, seen = ProfileForm(facts=facts), request.form.get("seen", "")[:64]
    if not form.validate():
        return _own_page(facts, form, seen=seen, status=422)
    command = SaveConsultant(
        actor_id=current_user.id,
        consultant_id=facts.id,
        profile=form.profile,
        photo=form.new_photo,
        seen=seen,
    )
    try:
        with unit_of_work() as session:
            save_consultant(session, command, at=now())
    except ChangedMeanwhile as refusal:
        form.form_errors = [words(refusal)]
        return _own_page(facts, form, seen=_own().mark, status=status_of(refusal))
    flash(gettext("Saved. People see it like that from now on."), "good")
    return make_response(redirect(url_for("hours.profile"), 303))


@own_pages.get("/calendar/profile/photo", endpoint="own_photo")
@permit("advise")
def own_photo() -> Response:
    return _photo(_own())


def _somebody() -> Somebody:
    """Whom the address names.

    Raises:
        UnknownPerson: there is nobody with this id.
    """
    person_id = request.args.get("person", type=int) or 0
    with reading() as connection:
        found = somebody(connection, person_id) if 0 < person_id <= LARGEST_KEY else None
    if found is None:
        raise UnknownPerson()
    return found


def _facts(consultant_id: int) -> ConsultantFacts:
    with reading() as connection:
        facts = consultant_facts(connection, consultant_id)
    return _known(facts)


def _own() -> ConsultantFacts:
    with reading() as connection:
        facts = consultant_of_person(connection, current_user.id)
    return _known(facts)


def _known(facts: ConsultantFacts | None) -> ConsultantFacts:
    if facts is None:
        raise UnknownConsultant()
    return facts


def _photo(facts: ConsultantFacts) -> Response:
    if facts.photo_id is None:
        raise NoSuchFile()
    with reading() as connection:
        return file_response(connection, facts.photo_id, inline=True)


def _admin_form(facts: ConsultantFacts | None, person: Somebody | None) -> ConsultantForm:
    with reading() as connection:
        sites, topics = site_choices(connection), topic_choices(connection)
    return ConsultantForm(facts=facts, name=person.name if person else "", sites=sites, topics=topics)


def _blamed(form: ConsultantForm, refusal: PortalError) -> ConsultantForm:
    if isinstance(refusal, ConsultantAlready):
        form.form_errors = [words(refusal)]
    else:
        field = form.name if isinstance(refusal, NameTaken) else form.site_id
        field.errors = [*field.errors, words(refusal)]
    return form


def _tell_coming(consultant_id: int) -> None:
    with reading() as connection:
        count = len(still_coming(connection, consultant_id=consultant_id, at=now()))
    if count:
        flash(ngettext("%(num)d appointment stays as agreed.", "%(num)d appointments stay as agreed.", count))


def _admin_page(
    facts: ConsultantFacts | None,
    person: Somebody | None,
    form: ConsultantForm,
    *,
    seen: str,
    status: int = 200,
) -> Response:
    coming: list[Any] = []
    if facts is not None:
        with reading() as connection:
            coming = still_coming(connection, consultant_id=facts.id, at=now())
    body = render_template(
        "consultations/settings/consultant.html",
        facts=facts,
        person=person,
        form=form,
        seen=seen,
        coming=coming,
    )
    return make_response(body, status)


def _own_page(facts: ConsultantFacts, form: ProfileForm, *, seen: str, status: int = 200) -> Response:
    with reading() as connection:
        topics = [name for id_, name, _ in topic_choices(connection) if id_ in facts.standing.topic_ids]
    body = render_template(
        "consultations/settings/profile.html", facts=facts, form=form, seen=seen, topics=topics
    )
    return make_response(body, status)
