"""GET /sites"""

from typing import Any

from marshmallow import Schema, fields

from portal.api.operations import operation
from portal.db import reading
from portal.permissions import permit
from portal.resources.site_map import sites


class Site(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kind = fields.Constant("site", required=True, metadata={"type": "string", "enum": ["site"]})
    time_zone = fields.String(required=True, metadata={"description": "IANA name, such as Asia/Jakarta."})
    address = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    map_url = fields.String(required=True, allow_none=True)


class Sites(Schema):
    items = fields.List(fields.Nested(Site), required=True)


@operation("GET", "/sites", tag="Places", gives=Sites)
@permit("book")
def list_sites() -> dict[str, Any]:
    """Every place one can book in."""
    with reading() as connection:
        return {"items": sites(connection)}
