"""/account/delete: the page asks, its form with the password does it."""

from flask import Response, current_app, flash, make_response, redirect, render_template, session
from flask_babel import gettext
from flask_login import current_user, logout_user

from portal.accounts.entering import hooks
from portal.accounts.erasing.services import WorksHere, erase
from portal.accounts.forms import PasswordAgainForm
from portal.accounts.passwords import fits
from portal.accounts.profile.services import NotThePassword, answered, ask_again
from portal.accounts.throttling import TooManyTries
from portal.accounts.views import START, blueprint, refused, slowed
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import permit
from portal.web.errors import words

TEMPLATE = "accounts/delete.html"


@blueprint.get("/account/delete")
@permit("account")
def ask_delete() -> str:
    return render_template(TEMPLATE, form=PasswordAgainForm())


@blueprint.post("/account/delete")
@permit("account")
def delete_account() -> Response:
    form = PasswordAgainForm()
    if not form.validate():
        return refused(TEMPLATE, form)
    try:
        _erase_oneself(form)
    except TooManyTries as error:
        return slowed(TEMPLATE, form, error)
    except NotThePassword as error:
        form.current.errors = [words(error)]
        return refused(TEMPLATE, form)
    except WorksHere as error:
        form.form_errors.append(words(error))
        return refused(TEMPLATE, form)
    logout_user()
    session.clear()
    flash(gettext("Your account is deleted. Thank you for having been here."), "good")
    return make_response(redirect(START, 303))


def _erase_oneself(form: PasswordAgainForm) -> None:
    person_id, at = current_user.id, now()
    with unit_of_work() as unit:
        asked = ask_again(unit, person_id, at=at)
    if not fits(form.current.data, asked.password_hash):
        raise NotThePassword()
    with unit_of_work() as unit:
        answered(unit, asked)
        erase(unit, person_id, by=person_id, at=at, let_go=hooks(current_app).on_erased)
