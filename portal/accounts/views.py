"""The blueprint of everything about accounts, and what its pages share."""

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session
from flask_babel import gettext, ngettext
from flask_login import login_user

from portal.accounts.entering import KeptChoice, hooks
from portal.accounts.paths import local_path
from portal.accounts.queries import signed_in
from portal.accounts.sessions.known_devices import remember_device
from portal.accounts.throttling import TooManyTries
from portal.accounts.tokens import token_hash
from portal.clock import now
from portal.db import reading
from portal.permissions import public
from portal.web.forms import Form
from portal.web.navigation import first_page

blueprint = Blueprint("accounts", __name__)
START = "/"


@blueprint.after_request
def keep_out_of_caches(response: Response) -> Response:
    """Names, links with tokens and forms with their secrets stay on no disk."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return render_template("accounts/privacy.html", inbox_months=current_app.config["SETTINGS"].inbox_months)


def next_path() -> str | None:
    """The page that was asked for before signing in, where it is one of ours."""
    return local_path(request.values.get("next"))


def kept_choice(path: str | None) -> KeptChoice | None:
    return hooks(current_app).kept_choice(path) if path else None


def enter(token: str, *, remember: bool, path: str | None) -> Response:
    """This browser now holds the session just opened, and goes on to where its person wanted to be."""
    with reading() as connection:
        found = signed_in(connection, token_hash(token), now(), token=token)
    if found is None:  # revoked within the same moment
        return _see(START)
    session.clear()
    if remember:
        session.permanent = True
    login_user(found.person)
    session.pop("_id", None)  # Flask-Login's fingerprint of the browser, of no use here
    target = (
        (hooks(current_app).on_entered(found.person, path) or path)
        if path
        else first_page(found.person.roles)
    )
    response = _see(target)
    remember_device(response, found.person.id)
    return response


def _see(target: str) -> Response:
    return make_response(redirect(target, 303))


def refused(template: str, form: Form, **context: object) -> Response:
    """The form once more with what was typed, passwords excepted, and what is wrong with it."""
    return make_response(render_template(template, form=form, **context), 422)


def slowed(template: str, form: Form, error: TooManyTries, **context: object) -> Response:
    """The same, to be sent again after a while."""
    words = gettext("That were many tries. Try again in %(wait)s.", wait=wait_in_words(error.seconds))
    response = make_response(render_template(template, form=form, slowed=words, **context), 429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def wait_in_words(seconds: int) -> str:
    if seconds < 100:
        return ngettext("%(num)d second", "%(num)d seconds", seconds)
    return ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // 60))
