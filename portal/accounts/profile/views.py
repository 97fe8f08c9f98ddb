"""/account: how one is known here, how one signs in, and where."""

from collections.abc import Callable

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts.forms import PasswordAgainForm
from portal.accounts.logins import shown_phone
from portal.accounts.passwords import fits, hash_password
from portal.accounts.profile.forms import ChangeEmailForm, ChangePasswordForm, ChangePhoneForm, LanguageForm
from portal.accounts.profile.queries import account as account_of
from portal.accounts.profile.queries import devices as devices_of
from portal.accounts.profile.services import (
    NotThePassword,
    answered,
    ask_again,
    ask_new_address,
    change_language,
    change_password,
    change_phone,
)
from portal.accounts.registration.services import ask_to_confirm
from portal.accounts.sessions.services import UnknownDevice, close_other_sessions, close_session
from portal.accounts.throttling import TooManyTries
from portal.accounts.views import blueprint, refused, slowed
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.permissions import permit
from portal.web.errors import words

ZONE = "Asia/Jakarta"
"""Of the times on these pages, which belong to no site."""


@blueprint.app_template_filter("phone")
def phone(value: str) -> str:
    return shown_phone(value)


@blueprint.get("/account")
@permit("account")
def account() -> str:
    with reading() as connection:
        shown = account_of(connection, current_user.id, at=now())
    return render_template(
        "accounts/account.html", account=shown, form=LanguageForm(language=shown.language), zone=ZONE
    )


@blueprint.get("/account/password", endpoint="password")
@permit("account")
def password_form() -> str:
    return render_template("accounts/password.html", form=ChangePasswordForm())


@blueprint.post("/account/password")
@permit("account")
def set_password() -> Response:
    form = ChangePasswordForm()
    form.own = (current_user.name, current_user.email, current_user.phone)
    if not form.validate():
        return refused("accounts/password.html", form)
    done = gettext("Your new password holds from now on. Everywhere else you are signed out.")

    def change(session: Session) -> None:
        password_hash = hash_password(form.password.data)
        keep = current_user.session_id
        change_password(session, current_user.id, password_hash, keep_session=keep, at=now())

    return _change("accounts/password.html", form, change, done)


@blueprint.get("/account/email", endpoint="email")
@permit("account")
def email_form() -> str:
    return render_template("accounts/email.html", form=ChangeEmailForm())


@blueprint.post("/account/email")
@permit("account")
def set_email() -> Response:
    form = ChangeEmailForm()
    if not form.validate():
        return refused("accounts/email.html", form)
    done = gettext("We sent a mail to %(address)s. Confirm it by the link there.", address=form.read_email)

    def change(session: Session) -> None:
        ask_new_address(session, current_user.id, form.read_email)

    return _change("accounts/email.html", form, change, done)


@blueprint.get("/account/phone", endpoint="phone")
@permit("account")
def phone_form() -> str:
    return render_template("accounts/phone.html", form=ChangePhoneForm())


@blueprint.post("/account/phone")
@permit("account")
def set_phone() -> Response:
    form = ChangePhoneForm()
    if not form.validate():
        return refused("accounts/phone.html", form)
    shown = shown_phone(form.read_phone)
    done = gettext("Noted. The front desk confirms %(phone)s when you come.", phone=shown)

    def change(session: Session) -> None:
        change_phone(session, current_user.id, form.read_phone, at=now())

    return _change("accounts/phone.html", form, change, done)


def _change(
    template: str, form: PasswordAgainForm, change: Callable[[Session], object], done: str
) -> Response:
    """Makes the change when the present password fits; else the form once more."""
    at = now()
    try:
        with unit_of_work() as session:
            asked = ask_again(session, current_user.id, at=at)
        if not fits(form.current.data, asked.password_hash):
            raise NotThePassword()
        with unit_of_work() as session:
            answered(session, asked)
            change(session)
    except TooManyTries as error:
        return slowed(template, form, error)
    except NotThePassword as error:
        form.current.errors = [words(error)]
        return refused(template, form)
    flash(done, "good")
    return _back()


@blueprint.post("/account/language")
@permit("account")
def set_language() -> Response:
    form = LanguageForm()
    if form.validate():
        with unit_of_work() as session:
            change_language(session, current_user.id, form.language.data)
        flash(gettext("Noted."), "good")
    return _back()


@blueprint.post("/account/confirm")
@permit("account")
def confirm_again() -> Response:
    with unit_of_work() as session:
        ask_to_confirm(session, current_user.id)
    flash(gettext("The mail is on its way. If nothing comes, look among the unwanted mail."))
    return _back()


@blueprint.get("/account/devices")
@permit("account")
def devices() -> str:
    with reading() as connection:
        shown = devices_of(connection, current_user.id, at=now())
    return render_template("accounts/devices.html", devices=shown, zone=ZONE)


@blueprint.post("/account/devices/<int:session_id>/sign-out")
@permit("account")
def sign_out_device(session_id: int) -> Response:
    try:
        with unit_of_work() as session:
            close_session(session, current_user.id, session_id, at=now())
    except UnknownDevice as error:
        flash(words(error))
    else:
        flash(gettext("That device is signed out."), "good")
    return make_response(redirect(url_for("accounts.devices"), 303))


@blueprint.post("/account/devices/sign-out-others")
@permit("account")
def sign_out_others() -> Response:
    with unit_of_work() as session:
        count = close_other_sessions(session, current_user.id, current_user.session_id)
    done = ngettext("%(num)d other device is signed out.", "%(num)d other devices are signed out.", count)
    flash(done, "good")
    return make_response(redirect(url_for("accounts.devices"), 303))


def _back() -> Response:
    return make_response(redirect(url_for("accounts.account"), 303))
