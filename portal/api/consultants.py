"""GET /consultants"""

from typing import Any

from marshmallow import Schema, fields

from portal.api.fields import QueryKey
from portal.api.operations import operation
from portal.api.queries import advisers
from portal.db import reading
from portal.permissions import permit
from portal.web.locale import current_locale


class ConsultantsWanted(Schema):
    topic = QueryKey(metadata={"description": "Who advise on this topic only."})


class AdvisedTopic(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    minutes = fields.Integer(required=True, metadata={"description": "How long it takes."})
    modes = fields.List(
        fields.String(), required=True, metadata={"description": "Of in_person, video and phone."}
    )


class Consultant(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    languages = fields.List(fields.String(), required=True)
    topics = fields.List(fields.Nested(AdvisedTopic), required=True)


class Consultants(Schema):
    items = fields.List(fields.Nested(Consultant), required=True)


@operation("GET", "/consultants", tag="Consultations", query=ConsultantsWanted, gives=Consultants)
@permit("book")
def list_consultants(wanted: dict[str, Any]) -> dict[str, Any]:
    """Who gives advice, and on which topics."""
    with reading() as connection:
        rows = advisers(connection, wanted.get("topic"))
    language = current_locale()
    return {
        "items": [
            {
                "id": row.id,
                "name": row.name,
                "languages": row.languages,
                "topics": [
                    {"id": id_, "name": name.in_(language), "minutes": minutes, "modes": modes}
                    for id_, name, minutes, modes in row.topics
                ],
            }
            for row in rows
        ]
    }
