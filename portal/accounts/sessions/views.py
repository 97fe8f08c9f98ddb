"""/sign-in and /sign-out."""

from flask import Response, make_response, redirect, render_template, request, session
from flask_login import current_user, logout_user

from portal.accounts.logins import UnreadableLogin, read_login
from portal.accounts.passwords import first_fit, hash_password, is_outdated
from portal.accounts.sessions.devices import device_name
from portal.accounts.sessions.forms import SignInForm
from portal.accounts.sessions.known_devices import known_people
from portal.accounts.sessions.services import (
    OpenSession,
    SignIn,
    UnknownDevice,
    WrongPassword,
    begin_sign_in,
    close_session,
    complete_sign_in,
)
from portal.accounts.throttling import TooManyTries, network_of
from portal.accounts.views import START, blueprint, enter, kept_choice, next_path, refused, slowed
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import public
from portal.web.errors import words

TEMPLATE = "accounts/sign_in.html"


@blueprint.get("/sign-in")
@public
def sign_in() -> str | Response:
    path = next_path()
    if current_user.is_authenticated:
        return make_response(redirect(path or START))
    return render_template(TEMPLATE, form=SignInForm(next=path or ""), kept=kept_choice(path), next=path)


@blueprint.post("/sign-in")
@public
def sign_in_with() -> Response:
    path = next_path()
    form = SignInForm()
    form.next.data = path or ""
    context = {"kept": kept_choice(path), "next": path}
    if not form.validate():
        return refused(TEMPLATE, form, **context)
    try:
        token = _session_token(form)
    except TooManyTries as error:
        return slowed(TEMPLATE, form, error, **context)
    except WrongPassword as error:
        form.form_errors.append(words(error))
        return refused(TEMPLATE, form, **context)
    return enter(token, remember=form.remember.data, path=path)


def _session_token(form: SignInForm) -> str:
    """
    Raises:
        TooManyTries: not heard.
        WrongPassword: heard, and nobody's.
    """
    typed, password = form.login.data, form.password.data
    try:
        login = read_login(typed)
    except UnreadableLogin:
        login = None
    command = SignIn(
        login=login, typed=typed, network=network_of(request.remote_addr), known_people=known_people()
    )
    with unit_of_work() as unit:
        attempt = begin_sign_in(unit, command, at=now())
    fit = first_fit(password, attempt.password_hashes)
    if fit is None:
        raise WrongPassword()
    candidate = attempt.candidates[fit]
    new_hash = hash_password(password) if is_outdated(candidate.password_hash) else None
    with unit_of_work() as unit:
        return complete_sign_in(
            unit, attempt, candidate, this_device(remember=form.remember.data), new_hash=new_hash, at=now()
        )


def this_device(*, remember: bool) -> OpenSession:
    return OpenSession(device=device_name(request.user_agent.string), remember=remember)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    if current_user.is_authenticated:
        person_id, session_id = current_user.id, current_user.session_id
        try:
            with unit_of_work() as unit:
                close_session(unit, person_id, session_id, at=now())
        except UnknownDevice:
            pass  # signed out from another device within the same moment
    logout_user()
    session.clear()
    return make_response(redirect(START, 303))
