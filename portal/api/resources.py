"""GET /resources"""

from typing import Any

from marshmallow import Schema, fields, validate

from portal.api.fields import REQUIRED, TEXT, QueryKey
from portal.api.operations import operation
from portal.api.queries import ListedResource, listed_resources
from portal.db import reading
from portal.errors import N_, NotFound
from portal.permissions import permit
from portal.resources.models import ResourceKind
from portal.resources.site_map import sites
from portal.web.locale import current_locale

KINDS = (ResourceKind.DESK, ResourceKind.ROOM)
"""What is booked as such; a consultant's time is had through an appointment."""


def kind_field(**options: Any) -> fields.String:
    return fields.String(
        validate=validate.OneOf([kind.value for kind in KINDS], error=N_("Must be desk or room.")),
        error_messages={**REQUIRED, "invalid": TEXT, "invalid_utf8": TEXT},
        **options,
    )


class ResourcesWanted(Schema):
    site = QueryKey(metadata={"description": "Of this site only."})
    kind = kind_field(metadata={"description": "Of this kind only."})


class Feature(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class BookingRules(Schema):
    """Lengths in minutes."""

    slot_minutes = fields.Integer(
        required=True, metadata={"description": "Times go in these steps from midnight."}
    )
    shortest_minutes = fields.Integer(required=True)
    longest_minutes = fields.Integer(required=True)
    notice_minutes = fields.Integer(required=True, metadata={"description": "At least so long from now."})
    horizon_days = fields.Integer(required=True, metadata={"description": "At most so many days from today."})
    day_minutes = fields.Integer(
        required=True, metadata={"description": "The most a person may hold on one day."}
    )
    week_minutes = fields.Integer(required=True, metadata={"description": "The same from Monday to Sunday."})
    cancel_minutes = fields.Integer(
        required=True, metadata={"description": "Can be moved or cancelled until so long before its start."}
    )
    late_minutes = fields.Integer(
        required=True, metadata={"description": "Who has not come by then loses the time."}
    )


class Resource(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in KINDS]))
    site_id = fields.Integer(required=True)
    capacity = fields.Integer(required=True, metadata={"description": "People."})
    floor = fields.String(required=True)
    zone = fields.String(required=True, allow_none=True)
    features = fields.List(fields.Nested(Feature), required=True)
    rules = fields.Nested(BookingRules, required=True)


class Resources(Schema):
    items = fields.List(fields.Nested(Resource), required=True)


@operation("GET", "/resources", tag="Places", query=ResourcesWanted, gives=Resources, problems=(404,))
@permit("book")
def list_resources(wanted: dict[str, Any]) -> dict[str, Any]:
    """Desks and rooms, by site, floor and zone."""
    site_id = wanted.get("site")
    kinds = [ResourceKind(wanted["kind"])] if "kind" in wanted else list(KINDS)
    with reading() as connection:
        rows = listed_resources(connection, site_id, kinds)
        if not rows and site_id is not None and all(site.id != site_id for site in sites(connection)):
            raise NotFound()
    language = current_locale()
    return {"items": [_shown(row, language) for row in rows]}


def _shown(row: ListedResource, language: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "site_id": row.site_id,
        "capacity": row.capacity,
        "floor": row.floor.in_(language),
        "zone": row.zone.in_(language) if row.zone else None,
        "features": [{"code": code, "name": name.in_(language)} for code, name in row.features],
        "rules": row.rules,
    }
