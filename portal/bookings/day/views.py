"""`/spaces/<site>/day/<date>`: readable without signing in, complete without JavaScript."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

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
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from portal.bookings.day.grid import (
    FREE,
    PICKED,
    Columns,
    Desk,
    Span,
    Wording,
    clock,
    is_free,
    pattern,
    row_html,
    runs,
)
from portal.bookings.day.queries import Day, Filters, day_of, next_open_day
from portal.bookings.queries import BookingRow, Quota, booking, quota
from portal.clock import now
from portal.db import reading
from portal.permissions import public
from portal.resources.models import ResourceKind
from portal.resources.queries import BoardRow, sites
from portal.web.assets import asset
from portal.web.etag import etag_of, not_modified, tagged
from portal.web.locale import current_locale

blueprint = Blueprint("spaces", __name__)

KINDS = {"desk": ResourceKind.DESK, "room": ResourceKind.ROOM}
USUAL_LENGTH = 120
"""Minutes proposed when nobody said how long."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A desk and time tapped on, not yet booked. Minutes of the local day."""

    row: BoardRow
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
    return redirect(url_for("spaces.day", site_id=found[0].id, day=day))


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
            moving = booking(connection, reference, person_id, sees_all=current_user.can("book-for-others"))
        if person_id and request.args.get("pick"):
            held = quota(connection, person_id, filters.kind.value, day, found.calendar.time_zone)
    tag = etag_of(
        (
            found.map,
            found.rows,
            found.columns,
            found.today,
            current_user if person_id else 0,
            current_locale(),
            request.query_string,
            get_flashed_messages(with_categories=True),
            asset("app.css"),
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


def filters_of(arguments: Any) -> Filters:
    """What the address says; nonsense is left out rather than refused."""
    start, end = minute_of(arguments.get("start")), minute_of(arguments.get("end"))
    seats = arguments.get("seats", "1")
    return Filters(
        kind=KINDS.get(arguments.get("kind", ""), ResourceKind.DESK),
        features=tuple(
            sorted({code for code in arguments.getlist("feature") if code.isalnum() and len(code) <= 40})
        ),
        seats=int(seats) if seats.isascii() and seats.isdigit() and len(seats) < 4 else 1,
        start=start,
        end=end if end is not None and (start is None or end > start) else None,
    )


def minute_of(value: str | None) -> int | None:
    """Minutes of the day of "HH:MM"; None for anything else."""
    if (
        value is None
        or len(value) != 5
        or value[2] != ":"
        or not (value[:2] + value[3:]).isdecimal()
        or not value.isascii()
    ):
        return None
    minutes = int(value[:2]) * 60 + int(value[3:])
    return minutes if int(value[3:]) < 60 and minutes <= 1440 else None


def query_of(filters: Filters, **changes: Any) -> str:
    """The page's own query with some of it changed; None leaves a part out."""
    parts: dict[str, Any] = {
        "kind": None if filters.kind == ResourceKind.DESK else filters.kind.value,
        "feature": list(filters.features),
        "seats": filters.seats if filters.seats > 1 else None,
        "start": clock(filters.start, "en") if filters.start is not None else None,
        "end": clock(filters.end, "en") if filters.end is not None else None,
        "all": "1" if request.args.get("all") else None,
        "move": request.args.get("move"),
    }
    parts |= changes
    return urlencode(
        [
            (name, one)
            for name, value in parts.items()
            if value
            for one in (value if isinstance(value, list) else [value])
        ]
    )


def _context(
    found: Day, filters: Filters, person_id: int, moving: BookingRow | None, held: Quota | None
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "day": found,
        "site": found.map.site,
        "filters": filters,
        "moving": moving,
        "zone_name": found.calendar.time_zone,
        "query": lambda **changes: query_of(filters, **changes),
        "clock": lambda minute: clock(minute, current_locale()),
        "week": [(one, is_open, one == found.day) for one, is_open in found.week],
        "before": found.day - timedelta(days=1) if found.day > found.today else None,
        "after": found.day + timedelta(days=1),
        "closed": _closed(found),
        "choice": None,
    }
    midnight = found.calendar.midnight(found.day)
    context["site_hours"] = [(start - midnight, end - midnight) for start, end in found.site_hours]
    columns, rules = found.columns, found.rules
    if context["closed"] is not None or columns is None or rules is None:
        return context
    span_minutes = _hours_asked(filters, columns)
    span = Span(_slot(columns, span_minutes[0]), _slot(columns, span_minutes[1]))
    choice = _choice(found, columns, person_id, moving)
    zones, free = _rows(found, filters, columns, span, person_id, moving, choice)
    context |= {
        "columns": columns,
        "hours": columns.hours(),
        "span": span_minutes,
        "span_slots": span,
        "zones": zones,
        "free": free,
        "hidden": len(found.rows) - free,
        "starts": list(
            range(columns.first_of_day, columns.first_of_day + columns.count * columns.step, columns.step)
        ),
        "choice": choice,
        "lost": request.args.get("pick") if choice is None else None,
        "quota": held,
        "rules": rules,
        "iso": lambda minute: found.calendar.moment(midnight + minute).isoformat(timespec="minutes"),
    }
    return context


def _closed(found: Day) -> str | None:
    """Why nothing can be booked on this day, or None."""
    if found.day < found.today:
        return gettext("This day is over.")
    if found.rules and found.day > found.today + timedelta(days=found.rules.horizon_days):
        return gettext("Booking for this day is not open yet.")
    special = found.calendar.special(found.day)
    if not found.site_hours:
        return special.name.in_(current_locale()) if special else gettext("Closed on this weekday.")
    if found.columns is None:
        return gettext("Closed for today.")
    return None


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


def _signs(
    found: Day, row: BoardRow, columns: Columns, person_id: int, moving: BookingRow | None, picked: Any = None
) -> bytes:
    others = [
        (start, end)
        for start, end, owner, held_by in row.claims
        if owner != person_id and not (moving and held_by == moving.id)
    ]
    mine = [
        (start, end)
        for start, end, owner, held_by in row.claims
        if owner == person_id and not (moving and held_by == moving.id)
    ]
    return pattern(columns, found.calendar.open_on(found.day, row.resource.place), others, mine, picked)


def _choice(found: Day, columns: Columns, person_id: int, moving: BookingRow | None) -> Choice | None:
    """What the address says was tapped, if it can still be had."""
    picked, start = request.args.get("pick", ""), minute_of(request.args.get("at"))
    row = next((row for row in found.rows if str(row.resource.id) == picked), None)
    rules = found.rules
    if row is None or start is None or rules is None:
        return None
    slot = _slot(columns, start)
    signs = _signs(found, row, columns, person_id, moving)
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


def _rows(
    found: Day,
    filters: Filters,
    columns: Columns,
    span: Span,
    person_id: int,
    moving: BookingRow | None,
    choice: Choice | None,
) -> tuple[list[dict[str, Any]], int]:
    """Rows by zone, and how many are free in the hours asked for."""
    locale = current_locale()
    words = Wording(
        locale=locale,
        kind=filters.kind.value,
        taken=gettext("Taken"),
        mine=gettext("Mine"),
        shut=gettext("Closed"),
        free=gettext("Free"),
        full=gettext("Full all day"),
        choose=gettext("Choose"),
        chosen=gettext("Chosen"),
    )
    query, icons = query_of(filters), asset("icons.svg")
    query = str(escape(query + "&" if query else ""))
    feature_names = {
        code: (row.icon, str(escape(row.name.in_(locale)))) for code, row in found.map.features.items()
    }
    midnight = found.calendar.midnight(found.day)
    seats = gettext("seats")
    zones: dict[Any, dict[str, Any]] = {}
    for row in found.rows:
        resource, rules = row.resource, found.map.rules[row.resource.rules_id]
        picked = (midnight + choice.start, midnight + choice.end) if choice and choice.row is row else None
        signs = _signs(found, row, columns, person_id, moving, picked)
        closure = found.calendar.closure_on(found.day, resource.place)
        html = row_html(
            Desk(
                resource.id,
                str(escape(resource.name)),
                tuple(feature_names[code] for code in resource.features),
                f"{resource.capacity} {seats}" if resource.kind == ResourceKind.ROOM else "",
            ),
            signs,
            (columns.first_of_day, columns.step),
            -(-rules.shortest_minutes // columns.step),
            span,
            str(escape(closure.reason.in_(locale))) if closure else "",
            query,
            icons,
            words,
        )
        part = zones.setdefault(
            resource.zone_id or f"floor-{resource.floor_id}",
            {
                "zone": found.map.zones.get(resource.zone_id or 0),
                "floor": found.map.floors[resource.floor_id],
                "rows": [],
                "free": 0,
            },
        )
        part["rows"].append(html)
        part["free"] += is_free(signs, span) or PICKED in signs
    for part in zones.values():
        part["count"] = len(part["rows"])
        part["html"] = Markup("\n".join(part["rows"]))  # noqa: S704 (row_html escapes what it writes)
    return list(zones.values()), sum(part["free"] for part in zones.values())
