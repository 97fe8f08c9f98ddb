"""/forgot, /forgot/code and /reset/<token>."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.accounts.forms import NewPasswordForm
from portal.accounts.links import Link, live_link
from portal.accounts.models import TokenPurpose
from portal.accounts.passwords import hash_password
from portal.accounts.recovery.forms import CodeForm, ForgotForm
from portal.accounts.recovery.services import WrongCode, forgot, reset_by_code, reset_by_link, try_code
from portal.accounts.sessions.services import open_session
from portal.accounts.sessions.views import this_device
from portal.accounts.throttling import CODE_ADDRESS, FORGOT_ADDRESS, Charge, TooManyTries, charge, network_of
from portal.accounts.views import blueprint, enter, refused, slowed
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import public
from portal.web.errors import status_of, words

RESET = {TokenPurpose.RESET_PASSWORD}


@blueprint.get("/forgot", endpoint="forgot")
@public
def ask() -> str:
    return render_template("accounts/forgot.html", form=ForgotForm())


@blueprint.post("/forgot")
@public
def send_link() -> Response:
    """The same answer, after the same work, for every name."""
    form = ForgotForm()
    if not form.validate() or form.read_login is None:
        return refused("accounts/forgot.html", form)
    try:
        with unit_of_work() as unit:
            charge(unit, [Charge(FORGOT_ADDRESS, network_of(request.remote_addr))], at=now())
            forgot(unit, form.read_login.key)
    except TooManyTries as error:
        return slowed("accounts/forgot.html", form, error)
    by = "mail" if form.read_login.email else "number"
    return make_response(redirect(url_for("accounts.forgot_sent", by=by), 303))


@blueprint.get("/forgot/sent")
@public
def forgot_sent() -> str:
    return render_template("accounts/forgot_sent.html", by_number=request.args.get("by") == "number")


@blueprint.get("/forgot/code", endpoint="forgot_code")
@public
def ask_code() -> str:
    return render_template("accounts/forgot_code.html", form=CodeForm())


@blueprint.post("/forgot/code")
@public
def use_code() -> Response:
    form = CodeForm()
    form.own = (form.phone.data,)
    if not form.validate():
        return refused("accounts/forgot_code.html", form)
    try:
        token = _token_by_code(form)
    except TooManyTries as error:
        return slowed("accounts/forgot_code.html", form, error)
    except WrongCode as error:
        form.code.errors = [words(error)]
        return refused("accounts/forgot_code.html", form)
    return _in_again(token)


def _token_by_code(form: CodeForm) -> str:
    """
    Raises:
        TooManyTries: from that address.
        WrongCode: no password was hashed.
    """
    at, network = now(), network_of(request.remote_addr)
    with unit_of_work() as unit:
        charge(unit, [Charge(CODE_ADDRESS, network)], at=at)
        owner = try_code(unit, form.read_phone, form.read_code, network, at=at)
    if owner is None:
        raise WrongCode()
    password_hash = hash_password(form.password.data)
    with unit_of_work() as unit:
        person_id = reset_by_code(unit, owner, password_hash, at=now())
        return open_session(unit, person_id, this_device(remember=False), at=now())


@blueprint.get("/reset/<token>", endpoint="reset")
@public
def ask_password(token: str) -> Response:
    try:
        _live(token)
    except PortalError as error:
        return _dead(error)
    return make_response(render_template("accounts/reset.html", form=NewPasswordForm()))


@blueprint.post("/reset/<token>")
@public
def set_new_password(token: str) -> Response:
    try:
        link = _live(token)
        form = NewPasswordForm()
        form.own = (link.name, link.email, link.phone)
        if not form.validate():
            return refused("accounts/reset.html", form)
        password_hash = hash_password(form.password.data)
        with unit_of_work() as unit:
            person_id = reset_by_link(unit, token, password_hash, at=now())
            session_token = open_session(unit, person_id, this_device(remember=False), at=now())
    except PortalError as error:
        return _dead(error)
    return _in_again(session_token)


def _live(token: str) -> Link:
    with reading() as connection:
        return live_link(connection, token, RESET, at=now())


def _in_again(token: str) -> Response:
    response = enter(token, remember=False, path=None)
    flash(gettext("Your new password holds from now on. Everywhere else you are signed out."), "good")
    return response


def _dead(error: PortalError) -> Response:
    page = render_template("accounts/link_dead.html", text=words(error), forgot=True)
    return make_response(page, status_of(error))
