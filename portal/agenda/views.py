"""`/`: what anyone sees first."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, get_flashed_messages, make_response, render_template, url_for
from flask_login import current_user

from portal.agenda.board import Board, Hour, start_board
from portal.bookings.queries import coming_bookings
from portal.clock import now
from portal.consultations.appointments.queries import coming_appointments
from portal.db import reading
from portal.permissions import public
from portal.web.assets import asset
from portal.web.etag import etag_of, form_token, not_modified, tagged
from portal.web.locale import current_locale

blueprint = Blueprint("agenda", __name__)


@blueprint.get("/")
@public
def start() -> Response:
    at = now().replace(second=0, microsecond=0)  # the page shows minutes, so it stays the same for one
    is_somebody = current_user.is_authenticated
    with reading() as connection:
        board = start_board(connection, now=at)
        booked = coming_bookings(connection, current_user.id, at=at)[:1] if is_somebody else []
        asked = coming_appointments(connection, current_user.id, at=at)[:1] if is_somebody else []
    tag = etag_of(
        (
            board,
            booked,
            asked,
            current_user if is_somebody else None,
            current_locale(),
            get_flashed_messages(with_categories=True),
            form_token(),
            asset("app.css"),
        )
    )
    fresh = not_modified(tag)
    if fresh is not None:
        return fresh
    page = render_template(
        "agenda/start.html",
        board=_shown(board) if board else None,
        next_booking=next(iter(booked), None),
        next_appointment=next(iter(asked), None),
    )
    return tagged(make_response(page), tag)


def _shown(board: Board) -> dict[str, Any]:
    """The board in the reader's language, with the addresses of what can be tapped."""
    locale = current_locale()
    first = board.hours[0] if board.hours else None
    desks = max([board.total, 1, *(hour.free for hour in (*board.hours, *board.next_hours))])

    def day_page(hour: Hour | None, zone_id: int | None = None, day: date = board.day) -> str:
        hours: dict[str, Any] = {"start": f"{hour.start:%H:%M}", "end": _end(hour)} if hour else {}
        anchor = f"zone-{zone_id}" if zone_id else None
        return url_for("spaces.day", site_id=board.site.id, day=day, _anchor=anchor, **hours)

    def shown(hours: Sequence[Hour], day: date) -> list[dict[str, Any]]:
        return [
            {
                "label": f"{hour.start:%H}",
                "free": hour.free,
                "share": hour.free / desks,
                "url": day_page(hour, day=day),
            }
            for hour in hours
        ]

    return {
        "site_name": board.site.name,
        "day": board.day,
        "is_today": board.is_today,
        "now": board.now,
        "is_open": board.is_open,
        "opens_at": board.opens_at,
        "open_until": board.open_until,
        "reason": board.reason.in_(locale) if board.reason else None,
        "free_now": board.free,
        "total": board.total,
        "zones": [
            {"name": zone.name.in_(locale), "free": zone.free, "url": day_page(first, zone.id)}
            for zone in board.zones
        ],
        "hours": shown(board.hours, board.day),
        "next_day": board.next_day,
        "next_hours": shown(board.next_hours, board.next_day or board.day),
        "busiest": board.busiest.start if board.busiest else None,
        "quietest": board.quietest.start if board.quietest else None,
        "url": day_page(None),
    }


def _end(hour: Hour) -> str:
    """Midnight is 24:00 to the day page."""
    return f"{hour.end:%H:%M}" if hour.end > hour.start else "24:00"
