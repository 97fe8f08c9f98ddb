"""The menu: one line for each entry; a role sees what it may open."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, current_app, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from portal.errors import N_
from portal.permissions import PERMISSIONS, Role
from portal.web.locale import current_locale

WORK = {Role.CONSULTANT: "calendar.week", Role.FRONTDESK: "agenda.front_desk"}
"""Who comes to work, and to which page."""


@dataclass(frozen=True, slots=True)
class Entry:
    endpoint: str
    label: str
    icon: str
    permission: str | None = None
    on_phone: bool = True
    """Whether the bottom bar has room for it; what it leaves out stands in the menu under one's initials."""
    also: tuple[str, ...] = ()
    """Other endpoints, or how their names begin, under which the entry counts as the present page."""
    aside_for: tuple[str, ...] = ()
    """Whoever has one of these permissions has other work first: it stands in the menu under their initials."""


ENTRIES = (
    Entry("agenda.start", N_("Home"), "home", aside_for=("advise",)),
    Entry(
        "agenda.front_desk",
        N_("Front desk"),
        "door",
        "front-desk",
        also=("agenda.desk_person", "agenda.desk_consultation", "agenda.desk_email"),
    ),
    Entry(
        "calendar.week",
        N_("Calendar"),
        "cal",
        "advise",
        also=(
            "calendar.appointment",
            "calendar.ask_decline",
            "calendar.ask_cancel",
            "calendar.ask_move",
            "calendar.new",
            "calendar.block",
            "calendar.blocked",
            "calendar.create",
            "calendar.do_block",
            "calendar.do_cancel",
            "calendar.do_decline",
            "calendar.do_move",
        ),
    ),
    Entry("calendar.cases", N_("Cases"), "clipboard", "advise"),
    Entry(
        "hours.week",
        N_("Working hours"),
        "clock",
        "advise",
        also=("hours.new_override", "hours.override", "hours.new_time_off"),
    ),
    Entry(
        "spaces.today",
        N_("Places"),
        "desk",
        also=("spaces.day", "bookings.house_rules"),
        aside_for=("advise",),
    ),
    Entry(
        "bookings.mine",
        N_("Bookings"),
        "ticket",
        "book",
        also=("bookings.ticket", "bookings.new", "bookings.ask_cancel"),
        aside_for=("advise",),
    ),
    Entry(
        "consultations.start",
        N_("Consultations"),
        "talk",
        also=(
            "consultations.times",
            "consultations.consultant",
            "consultations.new",
            "consultations.appointment",
            "consultations.ask_move",
            "consultations.ask_cancel",
            "consultations.files",
        ),
        aside_for=("advise", "front-desk"),
    ),
    Entry("agenda.mine", N_("My agenda"), "cal", "account", on_phone=False),
    Entry(
        "administration.overview",
        N_("Administration"),
        "gear",
        "administer",
        on_phone=False,
        also=("administration.", "topics."),
    ),
    Entry("accounts.account", N_("Me"), "user", "account", also=("notifications.inbox", "accounts.devices")),
    Entry("accounts.sign_in", N_("Sign in"), "user", "anonymous", also=("accounts.register",)),
)


@dataclass(frozen=True, slots=True)
class Shown:
    endpoint: str
    url: str
    label: str
    icon: str
    on_phone: bool
    active: bool
    aside: bool


def entries() -> tuple[Shown, ...]:
    """What this person's menu holds, seen from the present page."""
    roles: frozenset[Role] | None = current_user.roles if current_user.is_authenticated else None
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _entries(app, current_locale(), _page(), roles)


def first_page(roles: frozenset[Role]) -> str:
    """Where somebody who just signs in has most to do."""
    views = current_app.view_functions
    return next((url_for(page) for role, page in WORK.items() if role in roles and page in views), "/")


def _page() -> str | None:
    """The endpoint that one would open by following a link: a form sent back belongs to the page it stood on."""
    if request.method != "POST" or request.endpoint is None:
        return request.endpoint
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter.match(method="GET")[0] if adapter else None
    except HTTPException:
        return request.endpoint


@lru_cache(maxsize=512)
def _entries(
    app: Flask, locale: str, endpoint: str | None, roles: frozenset[Role] | None
) -> tuple[Shown, ...]:
    def visible(entry: Entry) -> bool:
        if entry.permission is None:
            return True
        if entry.permission == "anonymous":
            return roles is None
        return may(entry.permission)

    def may(permission: str | None) -> bool:
        return permission is not None and roles is not None and bool(PERMISSIONS[permission] & roles)

    def shown(entry: Entry) -> Shown:
        aside = any(may(permission) for permission in entry.aside_for)
        is_here = endpoint == entry.endpoint or (endpoint or "").startswith(entry.also)
        return Shown(
            entry.endpoint,
            url_for(entry.endpoint),
            gettext(entry.label),
            entry.icon,
            entry.on_phone and not aside,
            is_here,
            aside,
        )

    return tuple(shown(entry) for entry in ENTRIES if entry.endpoint in app.view_functions and visible(entry))
