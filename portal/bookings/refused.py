"""The page that says why not, and what else: never a dead end."""

from datetime import datetime

from flask import Response, render_template
from flask_babel import gettext

from portal.bookings.alternatives import alternatives
from portal.bookings.forms import StretchForm
from portal.bookings.refusals import AlreadyOver
from portal.clock import now
from portal.db import reading
from portal.errors import PortalError
from portal.resources.queries import resource_facts
from portal.resources.refusals import SlotTaken
from portal.web.errors import status_of, words


def refused(
    refusal: PortalError,
    resource_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    action: str,
    is_move: bool = False,
) -> Response:
    at = now()
    with reading() as connection:
        resource = resource_facts(connection, resource_id)
        others = (
            alternatives(connection, resource.site_id, resource_id, starts_at, ends_at, now=at)
            if resource and isinstance(refusal, SlotTaken)
            else []
        )
    page = render_template(
        "bookings/refused.html",
        reason=words(refusal),
        refusal=refusal,
        is_taken=isinstance(refusal, SlotTaken),
        resource=resource,
        starts_at=starts_at,
        ends_at=ends_at,
        alternatives=others,
        action=action,
        keeps_old=is_move and not isinstance(refusal, AlreadyOver),
    )
    response = Response(page, status_of(refusal))
    response.headers["Cache-Control"] = "no-store"
    return response


def malformed(form: StretchForm) -> Response:
    """What no page of ours sends: said in words, with the way back to the day where that much is known."""
    with reading() as connection:
        wanted = form.resource_id.data
        resource = resource_facts(connection, wanted) if isinstance(wanted, int) and wanted > 0 else None
    said = next((str(words) for errors in form.errors.values() for words in errors), "")
    page = render_template(
        "bookings/refused.html",
        reason=said or gettext("Choose a time from the page."),
        is_taken=False,
        resource=resource,
        starts_at=form.starts_at.data or now(),
        ends_at=form.ends_at.data or now(),
        alternatives=[],
        action="",
        keeps_old=False,
    )
    return Response(page, 422, headers={"Cache-Control": "no-store"})
