"""GET /consultations/availability"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from portal.api.fields import REQUIRED, TEXT, Day, QueryKey, Ready
from portal.api.operations import operation
from portal.clock import now
from portal.consultations.finding.free_times import Beginning
from portal.consultations.finding.queries import Offer, offer, topic
from portal.consultations.topics.models import Mode
from portal.db import reading
from portal.errors import N_, NotFound, RuleBroken
from portal.permissions import permit

MOST_DAYS = 62


class DaysReversed(RuleBroken):
    code = "days-order"
    message = N_("The last day must not come before the first.")


class TooManyDays(RuleBroken):
    """Facts: days."""

    code = "days"
    message = N_("Ask for at most %(days)s days at a time.")


def mode_field(**options: Any) -> fields.String:
    return fields.String(
        validate=validate.OneOf(
            [mode.value for mode in Mode], error=N_("Must be in_person, video or phone.")
        ),
        error_messages={**REQUIRED, "invalid": TEXT, "invalid_utf8": TEXT},
        **options,
    )


class FreeTimesWanted(Schema):
    topic = QueryKey(required=True)
    from_ = Day(required=True, data_key="from", metadata={"description": "The first day, included."})
    to = Day(required=True, metadata={"description": f"The last day, included; at most {MOST_DAYS} in all."})
    consultant = QueryKey(metadata={"description": "With this consultant only."})
    mode = mode_field(
        metadata={"description": "Times for meeting that way; without it, those for every way of the topic."}
    )


class FreeTime(Schema):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class FreeConsultant(Schema):
    consultant_id = fields.Integer(required=True)
    free = fields.List(Ready(FreeTime), required=True)


class FreeTimes(Schema):
    items = fields.List(fields.Nested(FreeConsultant), required=True)


@operation(
    "GET",
    "/consultations/availability",
    tag="Consultations",
    query=FreeTimesWanted,
    gives=FreeTimes,
    problems=(404,),
)
@permit("book")
def list_free_times(wanted: dict[str, Any]) -> dict[str, Any]:
    """When a consultation on a topic can begin and end; each stretch is one such time."""
    at, first, last = now(), wanted["from_"], wanted["to"]
    if last < first:
        raise DaysReversed()
    if (last - first).days >= MOST_DAYS:
        raise TooManyDays(days=MOST_DAYS)
    with reading() as connection:
        found = topic(connection, wanted["topic"])
        if found is None or not found.is_active:
            raise NotFound()
        window = _within_reach(first, last, at)
        if window is None:
            return {"items": []}
        offered = offer(connection, found.id, *window, consultant_id=wanted.get("consultant"))
    modes = [Mode(wanted["mode"])] if "mode" in wanted else found.modes
    if not set(modes) <= set(found.modes):
        return {"items": []}
    free = offered.free_times(found.length, now=at, modes=modes)
    time = _times(offered, found.length.minutes)
    return {
        "items": [
            {"consultant_id": id_, "free": [time(beginning) for beginning in beginnings]}
            for id_, beginnings in free.items()
        ]
    }


def _within_reach(first: date, last: date, at: datetime) -> tuple[date, date] | None:
    """The days asked for on which something may be had; years 1 and 9999 are not worth a look."""
    soonest, farthest = at.date() - timedelta(days=1), at.date() + timedelta(days=367)
    first, last = max(first, soonest), min(last, farthest)
    return (first, last) if first <= last else None


def _times(offered: Offer, minutes: int) -> Callable[[Beginning], dict[str, str]]:
    """What is said of a beginning, made once: consultants share their hours."""
    calendars = offered.calendars

    @cache
    def time(beginning: Beginning) -> dict[str, str]:
        moment, at = calendars[beginning.site_id].moment, beginning.at
        return {"starts_at": moment(at).isoformat(), "ends_at": moment(at + minutes).isoformat()}

    return time
