"""`/spaces/<site>/day/<date>`: readable without signing in, complete without JavaScript."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from markupsafe import escape
from werkzeug.wrappers import Response as BaseResponse

from portal.bookings.day.address import Address, Links, filters_of, links_of, minute_of
from portal.bookings.day.grid import FREE, Columns, Sheet, Span, Wording, clock, runs, sheet
from portal.bookings.day.queries import Day, Filters, day_of, next_open_day
from portal.bookings.day.table import Part, Viewer, drawn, parts_of, signs_of
from portal.bookings.queries import BookingRow, booking
from portal.bookings.standing import Quota, quota
from portal.clock import now
from portal.db import reading
from portal.permissions import public
from portal.resources.board import ResourceRow
from portal.resources.claims import normalised_reference
from portal.resources.models import ResourceKind
from portal.resources.site_map import sites
from portal.web.assets import asset
from portal.web.etag import etag_of, form_token, not_modified, tagged
from portal.web.locale import current_locale

blueprint = Blueprint("spaces", __name__)

USUAL_LENGTH = 120
"""Minutes proposed when nobody said how long."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A desk and time tapped on, not yet booked. Minutes of the local day."""

    row: ResourceRow
    start: int
    end: int
    ends: tuple[int, ...]
    """Every end that can be had from this start."""


@blueprint.get("/spaces")
@public
def today() -> BaseResponse:
    """The first site's next open day."""
    with reading() as connection:
        found = sites(connection)
        if not found:
            abort(404)
        day = next_open_day(connection, found[0], now=now())
    kind = "room" if request.args.get("kind") == "room" else None
    return redirect(url_for("spaces.day", site_id=found[0].id, day=day, kind=kind))


@blueprint.get("/spaces/<int:site_id>/day/<date:day>")
@public
def day(site_id: int, day: date) -> Response:
    if not date(2000, 1, 1) <= day <= date(2200, 1, 1):
        abort(404)
    filters, at = filters_of(request.args), now()
    person_id = current_user.id if current_user.is_authenticated else 0
    moving: BookingRow | None = None
    held: Quota | None = None
    with reading() as connection:
        found = day_of(connection, site_id, day, filters, now=at)
        if found is None:
            abort(404)
        if person_id and (reference := request.args.get("move")):
            reference, serves = normalised_reference(reference), current_user.can("book-for-others")
            moving = booking(connection, reference, person_id, serves=serves)
        if person_id and request.args.get("pick"):
            held = quota(connection, person_id, filters.kind.value, day, found.calendar.time_zone)
    tag = etag_of(
        (
            found.map.digest,
            found.claims.resources.digest,
            found.claims.text,
            found.columns,
            found.today,
            current_user if person_id else 0,
            current_locale(),
            request.query_string,
            get_flashed_messages(with_categories=True),
            form_token(),
            moving,
            held,
        )
    )
    fresh = not_modified(tag)
    if fresh is not None:
        return fresh
    return tagged(
        make_response(
            render_template("bookings/day.html", **_context(found, filters, person_id, moving, held))
        ),
        tag,
    )


def _context(
    found: Day, filters: Filters, person_id: int, moving: BookingRow | None, held: Quota | None
) -> dict[str, Any]:
    plan, locale = found.plan, current_locale()
    address = Address(filters, bool(request.args.get("all")), moving.reference if moving else None)
    links = links_of(address, tuple(feature.code for feature in plan.features))
    context: dict[str, Any] = {
        "plan": plan,
        "today": found.today,
        "before": plan.day - timedelta(days=1) if plan.day > found.today else None,
        "after": plan.day + timedelta(days=1),
        "site": found.map.site,
        "filters": filters,
        "links": links,
        "moving": moving,
        "shows_all": address.shows_all,
        "clock": lambda minute: clock(minute, locale),
        "closed": _closed(found),
        "is_over": found.columns is None,
        "choice": None,
        "hours": tuple((start - plan.midnight, end - plan.midnight) for start, end in plan.site_hours),
    }
    if context["closed"] is not None or found.columns is None or plan.rules is None:
        return context
    # What is chosen comes first: on a phone the others may lie out of sight.
    chips = (
        (links.features[one.code], one.icon, one.name.in_(locale), one.code in filters.features)
        for one in plan.features
    )
    context["chips"] = tuple(sorted(chips, key=lambda chip: not chip[3]))
    viewer = Viewer(person_id if found.claims.may_name(person_id) else 0, moving.id if moving else 0)
    return context | _table(found, found.columns, address, links, viewer, moving, held)


def _closed(found: Day) -> str | None:
    """Why nothing can be booked on this day, or None."""
    plan = found.plan
    if plan.day < found.today:
        return gettext("This day is over.")
    if plan.rules and plan.day > found.today + timedelta(days=plan.rules.horizon_days):
        return gettext("Booking for this day is not open yet.")
    special = found.calendar.special(plan.day)
    if not plan.site_hours:
        return special.name.in_(current_locale()) if special else gettext("Closed on this weekday.")
    if found.columns is None:
        return gettext("Closed for today.")
    return None


def _table(
    found: Day,
    columns: Columns,
    address: Address,
    links: Links,
    viewer: Viewer,
    moving: BookingRow | None,
    held: Quota | None,
) -> dict[str, Any]:
    """What is shown of a day on which something can be booked."""
    plan, locale = found.plan, current_locale()
    minutes = _hours_asked(address.filters, columns)
    span = Span(_slot(columns, minutes[0]), _slot(columns, minutes[1]))
    parts = parts_of(plan, columns, locale, gettext("seats"))
    choice = _choice(found, columns, parts, viewer, moving)
    picked = (choice.row.id, (plan.midnight + choice.start, plan.midnight + choice.end)) if choice else None
    rows = drawn(parts, columns, found.claims, _sheet(columns, span, address, links), viewer, picked)
    free = sum(part.free for part in rows)
    return {
        "columns": columns,
        "span": minutes,
        "stops": stops_of(columns, locale),
        "header": header_of(columns, locale),
        "parts": rows,
        "free": free,
        "hidden": len(plan.rows) - free,
        "choice": choice,
        "lost": request.args.get("pick") if choice is None else None,
        "quota": held,
        "rules": plan.rules,
        "iso": lambda minute: found.calendar.moment(plan.midnight + minute).isoformat(timespec="minutes"),
    }


@lru_cache(maxsize=256)
def stops_of(columns: Columns, locale: str) -> tuple[tuple[int, str, str], ...]:
    """(minute of the day, as addresses write it, as people read it) of every slot's beginning, and the last end."""
    minutes = (columns.first_of_day + slot * columns.step for slot in range(columns.count + 1))
    return tuple((minute, clock(minute, "en"), clock(minute, locale)) for minute in minutes)


@lru_cache(maxsize=256)
def header_of(columns: Columns, locale: str) -> tuple[tuple[int, int, str], ...]:
    """(minute of the day, slots, as people read it) of each whole or begun hour."""
    return tuple((minute, width, clock(minute, locale)) for minute, width in columns.hours())


def _hours_asked(filters: Filters, columns: Columns) -> tuple[int, int]:
    """The hours asked for, or the next two; minutes of the local day, on the grid and within the page."""
    first, last = columns.first_of_day, columns.first_of_day + columns.count * columns.step
    start = min(max(filters.start if filters.start is not None else first, first), last - columns.step)
    start -= (start - first) % columns.step
    end = filters.end if filters.end is not None else start + USUAL_LENGTH
    end = min(max(end, start + columns.step), last)
    return start, end - (end - first) % columns.step


def _slot(columns: Columns, minute_of_day: int) -> int:
    return (minute_of_day - columns.first_of_day) // columns.step


def _choice(
    found: Day,
    columns: Columns,
    parts: tuple[Part, ...],
    viewer: Viewer,
    moving: BookingRow | None,
) -> Choice | None:
    """What the address says was tapped, if it can still be had."""
    picked, start = request.args.get("pick", ""), minute_of(request.args.get("at"))
    row = next((row for row in found.plan.rows if str(row.id) == picked), None)
    if row is None or start is None:
        return None
    rules = found.map.rules[row.rules_id]
    desk = next(desk for part in parts for desk in part.desks if desk.id == row.id)
    signs = signs_of(desk, columns, found.claims.by_resource().get(row.id, ()), viewer)
    slot = _slot(columns, start)
    if (start - columns.first_of_day) % columns.step or not 0 <= slot < columns.count or signs[slot] != FREE:
        return None
    free_until = (
        next(end for _, begin, end in runs(signs) if begin <= slot < end) * columns.step
        + columns.first_of_day
    )
    longest = min(free_until, start + rules.longest_minutes)
    ends = tuple(range(start + max(rules.shortest_minutes, columns.step), longest + 1, columns.step))
    if not ends:
        return None
    wanted = minute_of(request.args.get("until"))
    length = int((moving.ends_at - moving.starts_at).total_seconds() // 60) if moving else USUAL_LENGTH
    end = wanted if wanted in ends else max((one for one in ends if one <= start + length), default=ends[0])
    return Choice(row, start, end, ends)


def _sheet(columns: Columns, span: Span, address: Address, links: Links) -> Sheet:
    query = str(escape(links.this + "&" if links.this else ""))
    return sheet(columns, span, query, asset("icons.svg"), _wording(current_locale(), address.filters.kind))


@lru_cache(maxsize=8)
def _wording(locale: str, kind: ResourceKind) -> Wording:
    """In the language of the present page, which is `locale`."""
    return Wording(
        locale=locale,
        kind=kind.value,
        taken=gettext("Taken"),
        mine=gettext("Mine"),
        shut=gettext("Closed"),
        free=gettext("Free"),
        full=gettext("Full all day"),
        choose=gettext("Choose"),
        chosen=gettext("Chosen"),
    )
