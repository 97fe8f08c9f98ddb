"""`/desk/people/<id>/email`: put right what somebody mistyped, so that the link to confirm it reaches them."""

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.recovery.services import correct_email
from portal.accounts.services import UnknownPerson
from portal.agenda.front_desk.mistyped.forms import RightAddressForm
from portal.agenda.front_desk.search import FoundPerson, found_person
from portal.agenda.views import blueprint
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.web.errors import status_of, words


@blueprint.get("/desk/people/<int:person_id>/email")
@permit("confirm-person")
def desk_email(person_id: int) -> Response:
    who = _person(person_id)
    return _page(RightAddressForm(data={"email": who.email}), who)


@blueprint.post("/desk/people/<int:person_id>/email")
@permit("confirm-person")
def desk_correct_email(person_id: int) -> BaseResponse | Response:
    who = _person(person_id)
    form = RightAddressForm()
    if not form.validate():
        return _page(form, who, status=422)
    try:
        with unit_of_work() as session:
            correct_email(session, person_id, form.read_email, by=current_user.id, at=now())
    except PortalError as refusal:
        form.email.errors = [words(refusal)]
        return _page(form, who, status=status_of(refusal))
    flash(
        gettext(
            "Put right. The link that confirms it is on its way to %(address)s.", address=form.read_email
        ),
        "good",
    )
    return redirect(url_for("agenda.front_desk", q=who.name), 303)


def _person(person_id: int) -> FoundPerson:
    with reading() as connection:
        who = found_person(connection, person_id, at=now())
    if who is None:
        raise UnknownPerson()
    return who


def _page(form: RightAddressForm, who: FoundPerson, *, status: int = 200) -> Response:
    return make_response(render_template("agenda/desk_email.html", form=form, who=who), status)
