"""GET /availability"""

from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import Schema, fields

from portal.api.fields import Day, QueryKey
from portal.api.operations import operation
from portal.api.resources import kind_field
from portal.clock import now
from portal.db import reading
from portal.errors import NotFound
from portal.permissions import permit
from portal.resources.board import BoardRow, board
from portal.resources.models import ResourceKind
from portal.resources.rules import bookable
from portal.resources.site_map import SiteMap, site_map


class AvailabilityWanted(Schema):
    site = QueryKey(required=True)
    date = Day(required=True, metadata={"description": "A day of the site's time zone."})
    kind = kind_field(load_default=ResourceKind.DESK.value)


class Stretch(Schema):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class FreeResource(Schema):
    resource_id = fields.Integer(required=True)
    name = fields.String(required=True)
    free = fields.List(fields.Nested(Stretch), required=True)


class Availability(Schema):
    items = fields.List(fields.Nested(FreeResource), required=True)


@operation(
    "GET", "/availability", tag="Places", query=AvailabilityWanted, gives=Availability, problems=(404,)
)
@permit("book")
def list_availability(wanted: dict[str, Any]) -> dict[str, Any]:
    """When each desk or room can be booked on a day.

    The longest free stretches on the slot grid; a booking may be shorter, and must be where a stretch is longer than
    the longest booking.
    """
    at, day = now(), wanted["date"]
    with reading() as connection:
        found = site_map(connection, wanted["site"], day, day)
        if found is None:
            raise NotFound()
        begin, end = _bounds(found, day, at)
        rows = board(connection, found.site.id, begin, end, ResourceKind(wanted["kind"]))
    return {
        "items": [
            {"resource_id": row.resource.id, "name": row.resource.name, "free": _free(found, row, day, at)}
            for row in rows
        ]
    }


def _bounds(found: SiteMap, day: date, at: datetime) -> tuple[int, int]:
    """Where the day begins and ends; nowhere when nothing can be booked on it, such as in the year 9999."""
    today = found.calendar.today(at)
    horizon = max((rules.horizon_days for rules in found.rules.values()), default=0)
    if not today <= day <= today + timedelta(days=horizon):
        return 0, 0
    return found.calendar.midnight(day), found.calendar.midnight(day + timedelta(days=1))


def _free(found: SiteMap, row: BoardRow, day: date, at: datetime) -> list[dict[str, datetime]]:
    rules = found.rules[row.resource.rules_id]
    moment = found.calendar.moment
    return [
        {"starts_at": moment(start), "ends_at": moment(end)}
        for start, end in bookable(rules, found.calendar, row.resource.place, day, row.taken, now=at)
    ]
