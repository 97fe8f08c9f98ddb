"""`/desk`: the day's list, search, and one tap for each thing that happens at the door."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.accounts.logins import shown_phone
from portal.accounts.recovery.services import front_desk_code
from portal.accounts.services import UnknownPerson, confirm_person
from portal.agenda.front_desk.meetings import Meeting, meetings
from portal.agenda.front_desk.queries import (
    Duty,
    ServedSite,
    Tab,
    duties,
    duty,
    occupied,
    person_name,
    served_sites,
)
from portal.agenda.front_desk.refusals import NoSuchDuty
from portal.agenda.front_desk.search import LONGEST, search
from portal.agenda.views import blueprint
from portal.bookings.visits.services import check_in, check_out, undo_check_in
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.resources.models import State
from portal.resources.refusals import SlotTaken
from portal.web import filters
from portal.web.errors import words
from portal.web.locale import current_locale

PAGE = 60
"""Lines a page."""
SOON = timedelta(hours=2)


Line = Duty | Meeting


class Act(Protocol):
    def __call__(self, session: Session, actor: Actor, reservation_id: int, *, at: datetime) -> None: ...


@blueprint.get("/desk")
@permit("front-desk")
def front_desk() -> str:
    at = now()
    typed = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    with reading() as connection:
        sites = served_sites(connection, current_user.id)
        site = _chosen(sites)
        if site is None:
            return render_template("agenda/no_desk.html")
        rows, visits = duties(connection, site, at=at), meetings(connection, site, at=at)
        found = search(connection, typed, sites, at=at) if typed else None
    return render_template(
        "agenda/desk.html",
        at=at,
        clock=filters.local(at, site.time_zone),
        sites=sites,
        site=site,
        zones=occupied(site, rows),
        typed=typed,
        found=found,
        phone=shown_phone,
        place={"site": site.id} if len(sites) > 1 else {},
        **({} if found else _listed([*rows, *visits], at)),
    )


def _chosen(sites: list[ServedSite]) -> ServedSite | None:
    """The site that the address names, else the first that this person serves."""
    asked = request.args.get("site", type=int)
    return next((site for site in sites if site.id == asked), next(iter(sites), None))


def _listed(rows: list[Line], at: datetime) -> dict[str, Any]:
    """One tab's lines, of bookings and consultations. Who was checked in a moment ago stays in place, to be undone."""
    tab = next((tab for tab in Tab if tab == request.args.get("tab")), Tab.DUE)
    done = request.args.get("done", "")
    lines = [
        row
        for row in rows
        if row.tab == tab or (tab == Tab.DUE and row.tab == Tab.HERE and row.reference == done)
    ]
    lines.sort(key=lambda row: (row.starts_at, row.person_name, row.id))
    if tab == Tab.HERE:
        lines.sort(key=lambda row: (row.ends_at, row.person_name))
    elif tab == Tab.LEFT:
        lines.sort(key=lambda row: row.checked_out_at or row.ends_at, reverse=True)
    place = request.args.get("site", type=int)
    pages = max(-(-len(lines) // PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    lines = lines[(page - 1) * PAGE : page * PAGE]
    return {
        "tab": tab,
        "counts": {tab.value: sum(row.tab == tab for row in rows) for tab in Tab},
        "page": page,
        "pages": pages,
        "page_url": lambda number: url_for("agenda.front_desk", site=place, tab=tab, page=number),
        "done": done,
        "groups": _groups(lines, at) if tab == Tab.DUE else [("", "", lines)] if lines else [],
    }


def _groups(lines: list[Line], at: datetime) -> list[tuple[str, str, list[Line]]]:
    """(id, heading, lines): who should be here already, who comes soon, who comes later."""
    minute = timedelta(minutes=1)
    groups = (
        ("late", gettext("Should be here by now"), [row for row in lines if at - row.starts_at >= minute]),
        ("soon", gettext("In a moment"), [row for row in lines if -SOON <= at - row.starts_at < minute]),
        ("later", gettext("Later today"), [row for row in lines if at - row.starts_at < -SOON]),
    )
    return [group for group in groups if group[2]]


@blueprint.post("/desk/bookings/<reference>/check-in")
@permit("front-desk")
def desk_check_in(reference: str) -> BaseResponse:
    def said(row: Duty) -> str:
        time = filters.clock_time(row.ends)
        return gettext(
            "%(name)s is here. %(place)s, until %(time)s.", name=row.person_name, place=_where(row), time=time
        )

    return _happened(reference, check_in, said)


@blueprint.post("/desk/bookings/<reference>/undo")
@permit("front-desk")
def desk_undo(reference: str) -> BaseResponse:
    def said(row: Duty) -> str:
        return gettext("Undone: %(name)s is waited for again.", name=row.person_name)

    return _happened(reference, undo_check_in, said)


@blueprint.post("/desk/bookings/<reference>/check-out")
@permit("front-desk")
def desk_check_out(reference: str) -> BaseResponse:
    def said(row: Duty) -> str:
        return gettext("%(name)s has left. %(place)s is free again.", name=row.person_name, place=_named(row))

    return _happened(reference, check_out, said)


@blueprint.post("/desk/people/<int:person_id>/confirm")
@permit("confirm-person")
def desk_confirm(person_id: int) -> BaseResponse:
    try:
        with unit_of_work() as session:
            confirm_person(session, person_id, by=current_user.id, at=now())
    except UnknownPerson:
        raise
    except PortalError as refusal:
        flash(words(refusal), "bad")
        return _back()
    name = _name(person_id)
    flash(gettext("%(name)s is known now and can book as often as the rules allow.", name=name), "good")
    return _back()


@blueprint.post("/desk/people/<int:person_id>/code")
@permit("confirm-person")
def desk_code(person_id: int) -> Response | BaseResponse:
    """The answer itself shows the code, once: no address leads back to it."""
    try:
        with unit_of_work() as session:
            code = front_desk_code(session, person_id, by=current_user.id, at=now())
    except UnknownPerson:
        raise
    except PortalError as refusal:
        flash(words(refusal), "bad")
        return _back()
    page = render_template("agenda/code.html", code=code, name=_name(person_id), back=_kept())
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _happened(reference: str, act: Act, said: Callable[[Duty], str]) -> BaseResponse:
    """Does it, says it, and leads back to the list; twice is the same as once."""
    row, actor = _found(reference), Actor(id=current_user.id, is_staff=True)
    try:
        with unit_of_work() as session:
            act(session, actor, row.id, at=now())
    except PortalError as refusal:
        flash(_why_not(refusal, _found(reference)), "bad")
        return _back()
    flash(said(row), "good")
    return _back(done=row.reference, _anchor=f"b{row.id}")


def _found(reference: str) -> Duty:
    with reading() as connection:
        row = duty(connection, reference, current_user.id, at=now())
    if row is None:
        raise NoSuchDuty()
    return row


def _why_not(refusal: PortalError, row: Duty) -> str:
    """What happened in the meantime, with the name; the list beside it shows what can be done now."""
    name, place = row.person_name, _named(row)
    if isinstance(refusal, SlotTaken):
        return gettext(
            "%(place)s has gone to somebody else meanwhile. Look for another desk for %(name)s.",
            place=place,
            name=name,
        )
    if row.state == State.CANCELLED:
        return gettext(
            "%(name)s has cancelled this booking meanwhile. %(place)s is free.", name=name, place=place
        )
    if row.state == State.COMPLETED:
        return gettext("%(name)s has left already.", name=name)
    if row.state == State.NO_SHOW:
        return gettext("%(name)s did not come in time: %(place)s was given away.", name=name, place=place)
    return f"{name}: {words(refusal)}"


def _named(row: Duty) -> str:
    return gettext("Desk %(name)s", name=row.resource_name) if row.kind == "desk" else row.resource_name


def _where(row: Duty) -> str:
    place = row.place.in_(current_locale()) if row.place else ""
    return f"{_named(row)}, {place}" if place else _named(row)


def _name(person_id: int) -> str:
    with reading() as connection:
        return person_name(connection, person_id)


def _kept() -> dict[str, Any]:
    """Which list somebody was looking at, as its forms hand it on."""
    asked = {name: request.form.get(name, "")[:LONGEST] for name in ("site", "tab", "q")}
    return {name: value for name, value in asked.items() if value}


def _back(**more: Any) -> BaseResponse:
    return redirect(url_for("agenda.front_desk", **_kept(), **more))
