"""/register, and /confirm/<token> from the mail."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from flask import Response, current_app, flash, make_response, redirect, render_template, request, session
from flask_babel import gettext
from flask_login import current_user

from portal.accounts.links import live_link
from portal.accounts.logins import Login
from portal.accounts.models import TokenPurpose
from portal.accounts.passwords import hash_password
from portal.accounts.registration.forms import RegisterForm
from portal.accounts.registration.services import (
    Register,
    RegisteredAlready,
    begin_registration,
    confirm,
    is_double_click,
    register,
)
from portal.accounts.sessions.views import this_device
from portal.accounts.throttling import TooManyTries, network_of
from portal.accounts.views import START, blueprint, enter, kept_choice, next_path, refused, slowed
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import public
from portal.web.errors import status_of, words
from portal.web.locale import current_locale

TEMPLATE = "accounts/register.html"
BY_MAIL = {TokenPurpose.CONFIRM_EMAIL, TokenPurpose.CHANGE_EMAIL}


@blueprint.get("/register", endpoint="register")
@public
def show_form() -> str | Response:
    path = next_path()
    if current_user.is_authenticated:
        return make_response(redirect(path or START))
    return render_template(TEMPLATE, form=RegisterForm(next=path or ""), kept=kept_choice(path), next=path)


@blueprint.post("/register")
@public
def make_account() -> Response:
    path = next_path()
    form = RegisterForm()
    form.next.data = path or ""
    context = {"kept": kept_choice(path), "next": path}
    if not form.validate() or form.read_login is None:
        return refused(TEMPLATE, form, **context)
    try:
        token = _registered(form, form.read_login)
    except TooManyTries as error:
        return slowed(TEMPLATE, form, error, **context)
    except RegisteredAlready as error:
        form.form_errors.append(words(error))
        return refused(TEMPLATE, form, **context)
    response = enter(token, remember=False, path=path)
    if form.read_login.email:
        address = form.read_login.email
        flash(gettext("We sent a mail to %(address)s. Confirm it by the link there.", address=address))
    return response


def _registered(form: RegisterForm, login: Login) -> str:
    """The session's token.

    Raises:
        TooManyTries: no password was hashed.
        RegisteredAlready: long ago, or the password was changed since.
    """
    with unit_of_work() as unit:
        begin_registration(unit, network_of(request.remote_addr), at=now())
    token = _token_of_this_form(login, form.password.data)
    command = Register(
        name=form.read_name,
        login=login,
        password_hash=hash_password(form.password.data),
        language=current_locale(),
    )
    try:
        with unit_of_work() as unit:
            register(unit, command, this_device(remember=False), token=token, at=now())
    except RegisteredAlready:
        with reading() as connection:
            if not is_double_click(connection, token, at=now()):
                raise
    return token


def _token_of_this_form(login: Login, password: str) -> str:
    """The same for a form that is sent twice, so that a double click makes one account; else never seen before.

    It is made of the portal's secret, of the secret behind this visitor's forms, and of what was typed.
    """
    secret = current_app.config["SETTINGS"].secret_key.encode()
    parts = "\0".join((session.get("csrf_token", ""), login.key, password))
    digest = hmac.new(secret, b"register\0" + parts.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


@blueprint.get("/confirm/<token>", endpoint="confirm")
@public
def ask(token: str) -> Response:
    """Mail programs open links by themselves: looking changes nothing, the button does."""
    try:
        with reading() as connection:
            link = live_link(connection, token, BY_MAIL, at=now())
    except PortalError as error:
        return _dead(error)
    return make_response(render_template("accounts/confirm.html", link=link))


@blueprint.post("/confirm/<token>")
@public
def confirm_address(token: str) -> Response:
    try:
        with unit_of_work() as unit:
            confirm(unit, token, at=now())
    except PortalError as error:
        return _dead(error)
    flash(gettext("Confirmed: this address is yours now."), "good")
    target = "/account" if current_user.is_authenticated else "/sign-in"
    return make_response(redirect(target, 303))


def _dead(error: PortalError) -> Response:
    return make_response(render_template("accounts/link_dead.html", text=words(error)), status_of(error))
