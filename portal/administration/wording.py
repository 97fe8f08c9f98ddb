"""What an administrator reads in place of codes. A code that is not here yet is shown as it is."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import gettext

from portal.errors import N_
from portal.permissions import Role
from portal.web import filters

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)$")

VERBS = {
    "bookings.book": N_("booked"),
    "bookings.move": N_("moved a booking"),
    "bookings.cancel": N_("cancelled a booking"),
    "bookings.check-in": N_("checked in"),
    "bookings.undo-check-in": N_("took a check-in back"),
    "bookings.check-out": N_("checked out"),
    "bookings.no-show": N_("gave a desk away: nobody came"),
    "bookings.complete": N_("closed a booking that was over"),
    "consultations.request": N_("asked for a consultation"),
    "consultations.confirm": N_("accepted a consultation"),
    "consultations.decline": N_("declined a consultation"),
    "consultations.move": N_("moved a consultation"),
    "consultations.cancel": N_("cancelled a consultation"),
    "consultations.lapse": N_("let go of a request that nobody answered"),
    "consultations.no-show": N_("noted that nobody came to a consultation"),
    "consultations.complete": N_("closed a consultation"),
    "agenda.renew-feed": N_("gave their calendar another address"),
    "accounts.register": N_("registered"),
    "accounts.create": N_("made an account"),
    "accounts.add": N_("noted a person without an account"),
    "accounts.confirm": N_("confirmed an address or number"),
    "accounts.meet": N_("noted a first visit"),
    "accounts.sign_in": N_("signed in"),
    "accounts.sign_out": N_("signed out"),
    "accounts.change_password": N_("changed the password"),
    "accounts.reset_password": N_("set a new password"),
    "accounts.front_desk_code": N_("gave a one-time code"),
    "accounts.correct_email": N_("put a mistyped e-mail address right"),
    "accounts.change_phone": N_("changed the phone number"),
    "accounts.erase": N_("deleted the personal data"),
    "accounts.add_token": N_("made an API token"),
    "resources.close": N_("closed a place"),
    "resources.reopen": N_("opened a place again"),
    "resources.override_day": N_("changed the hours of a day"),
    "consultations.note": N_("wrote a case note"),
    "consultations.follow-up": N_("agreed on a follow-up"),
    "consultations.follow-up-done": N_("ticked a follow-up off"),
    "consultations.follow-up-open": N_("opened a follow-up again"),
    "consultations.add-files": N_("added files to a consultation"),
    "consultations.remove-file": N_("deleted a file of a consultation"),
    "consultations.rate": N_("rated a consultation"),
    "consultations.set-week": N_("set working hours"),
    "consultations.set-override": N_("set other hours for some days"),
    "consultations.delete-override": N_("took other hours back"),
    "consultations.save-topic": N_("changed a topic"),
    "consultations.save-outcome": N_("changed an outcome"),
    "consultations.make-consultant": N_("made somebody a consultant"),
    "consultations.save-consultant": N_("changed a consultant"),
    "consultations.retire": N_("let a consultant go whose account was deleted"),
    "consultations.set-room": N_("changed which rooms serve consultations"),
    "demo.load": N_("loaded the demonstration data"),
    "demo.more": N_("added to the demonstration data"),
    "demo.fill": N_("filled the coming days of the demonstration"),
}

ROLES = {
    Role.ENTREPRENEUR: N_("Entrepreneurs"),
    Role.CONSULTANT: N_("Consultants"),
    Role.FRONTDESK: N_("People at the front desk"),
    Role.MANAGER: N_("Programme managers"),
    Role.OFFICIAL: N_("Officials"),
    Role.ADMIN: N_("Administrators"),
}

MESSAGES = {
    "bookings/confirmed": N_("Booking confirmed"),
    "bookings/moved": N_("Booking moved"),
    "bookings/cancelled": N_("Booking cancelled"),
    "bookings/reminder": N_("Reminder"),
    "bookings/missed": N_("Booking missed"),
    "accounts/confirm": N_("Confirm the address"),
    "accounts/confirm_new": N_("Confirm the new address"),
    "accounts/email_changed": N_("Address changed"),
    "accounts/exists": N_("Has an account already"),
    "accounts/password_changed": N_("Password changed"),
    "accounts/phone_changed": N_("Number changed"),
    "accounts/phone_wanted": N_("Somebody else gave this number"),
    "accounts/reset": N_("Link for a new password"),
    "consultations/requested": N_("Consultation asked for"),
    "consultations/asked_for_consultant": N_("To the consultant: asked for"),
    "consultations/booked_for_consultant": N_("To the consultant: booked"),
    "consultations/confirmed": N_("Consultation agreed"),
    "consultations/declined": N_("Consultation declined"),
    "consultations/moved": N_("Consultation moved"),
    "consultations/moved_for_consultant": N_("To the consultant: moved"),
    "consultations/given_away_for_consultant": N_("To the consultant: gone to a colleague"),
    "consultations/cancelled": N_("Consultation cancelled"),
    "consultations/cancelled_for_consultant": N_("To the consultant: cancelled"),
    "consultations/lapsed": N_("Nobody answered in time"),
    "consultations/lapsed_for_consultant": N_("To the consultant: answered too late"),
    "consultations/missed": N_("Consultation missed"),
    "consultations/held": N_("After the consultation"),
    "consultations/reminder": N_("Reminder of a consultation"),
    "consultations/outside_hours": N_("Time outside the working hours"),
    "consultations/follow_up": N_("Follow-up agreed on"),
    "consultations/follow_up_due": N_("Follow-up due"),
    "consultations/follow_up_due_for_consultant": N_("To the consultant: follow-up due"),
}

TASKS = {
    "notifications.mail": N_("Send a mail"),
    "accounts.mail_confirmation": N_("Mail a link to confirm"),
    "accounts.mail_new_address": N_("Mail a link to a new address"),
    "accounts.mail_reset": N_("Mail a link for a new password"),
    "bookings.remind": N_("Remind of tomorrow"),
    "bookings.release": N_("Give desks away"),
    "bookings.complete": N_("Close what is over"),
    "consultations.remind": N_("Remind of tomorrow's consultations"),
    "consultations.remind_of_follow_ups": N_("Remind of follow-ups"),
    "consultations.lapse": N_("Let go of unanswered requests"),
    "consultations.let_consultant_go": N_("Let a consultant go"),
    "notifications.sweep": N_("Clear old messages away"),
    "accounts.sweep": N_("Clear what has expired away"),
    "api.forget_keys": N_("Forget old requests of programs"),
    "demo.play": N_("Play the demonstration"),
}

STATES = {
    "requested": N_("requested"),
    "confirmed": N_("waited for"),
    "checked-in": N_("here"),
    "completed": N_("completed"),
    "no-show": N_("did not come"),
    "declined": N_("declined"),
    "cancelled": N_("cancelled"),
}


def said(words: dict[Any, str], code: Any) -> str:
    return gettext(words[code]) if code in words else str(code)


def verbs() -> list[tuple[str, str]]:
    """(code, words) in the order of the reader's words."""
    return sorted(((code, gettext(words)) for code, words in VERBS.items()), key=lambda verb: verb[1])


def changes(values: dict[str, Any], zone: str) -> str:
    """Before and after in one line, such as "keadaan: ditunggu → hadir"."""
    before, after = values.get("before") or {}, values.get("after") or {}
    if isinstance(before, dict) and isinstance(after, dict) and (before or after):
        return "; ".join(_changed(before, after, zone))
    return "; ".join(f"{_names().get(name, name)}: {_value(value, zone)}" for name, value in values.items())


def _changed(before: dict[str, Any], after: dict[str, Any], zone: str) -> Iterator[str]:
    names = _names()
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            parts = [_value(part, zone) for part in (old, new) if part is not None]
            yield f"{names.get(name, name)} {' → '.join(parts)}"


def _names() -> dict[str, str]:
    return {
        "state": gettext("state"),
        "starts_at": gettext("from"),
        "ends_at": gettext("until"),
        "due_on": gettext("until"),
        "resource_id": gettext("place number"),
        "hours": gettext("hours"),
        "stars": gettext("stars"),
        "files": gettext("file number"),
        "follow_up": gettext("follow-up number"),
        "fields": gettext("changed"),
        "roles": gettext("roles"),
        "mode": gettext("way to meet"),
        "room_id": gettext("room number"),
        "consultant_id": gettext("consultant number"),
    }


def _value(value: Any, zone: str) -> str:
    if isinstance(value, list):
        return ", ".join(_value(part, zone) for part in value)
    if not isinstance(value, str):
        return str(value)
    if MOMENT.match(value):
        moment = filters.local(datetime.fromisoformat(value), zone)
        return f"{moment.day} {filters.month_short(moment)} {filters.clock_time(moment)}"
    return said(STATES, value)
