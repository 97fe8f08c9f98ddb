"""The menu: one line for each entry; a role sees what it may open."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext
from flask_login import current_user

from portal.errors import N_


@dataclass(frozen=True, slots=True)
class Entry:
    endpoint: str
    label: str
    icon: str
    permission: str | None = None
    on_phone: bool = True
    also: tuple[str, ...] = ()
    """Other endpoints under which the entry counts as the present page."""


ENTRIES = (
    Entry("agenda.start", N_("Home"), "home"),
    Entry("agenda.front_desk", N_("Front desk"), "door", "front-desk"),
    Entry("spaces.today", N_("Places"), "desk", also=("spaces.day", "bookings.house_rules")),
    Entry(
        "bookings.mine",
        N_("My bookings"),
        "ticket",
        "book",
        also=("bookings.ticket", "bookings.new", "bookings.ask_cancel"),
    ),
    Entry("administration.overview", N_("Administration"), "gear", "administer", on_phone=False),
    Entry("accounts.account", N_("Me"), "user", "account", also=("notifications.inbox", "accounts.devices")),
    Entry("accounts.sign_in", N_("Sign in"), "user", "anonymous", also=("accounts.register",)),
)


@lru_cache(maxsize=1)
def _known_entries(app_id: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in ENTRIES if entry.endpoint in current_app.view_functions)


def entries() -> list[dict[str, Any]]:
    signed_in = current_user.is_authenticated

    def visible(entry: Entry) -> bool:
        if entry.permission is None:
            return True
        if entry.permission == "anonymous":
            return not signed_in
        return bool(signed_in and current_user.can(entry.permission))

    return [
        {
            "endpoint": entry.endpoint,
            "url": url_for(entry.endpoint),
            "label": gettext(entry.label),
            "icon": entry.icon,
            "on_phone": entry.on_phone,
            "active": request.endpoint == entry.endpoint or request.endpoint in entry.also,
        }
        for entry in _known_entries(id(current_app._get_current_object()))  # type: ignore[attr-defined]
        if visible(entry)
    ]
