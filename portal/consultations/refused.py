"""The page that says why a consultation cannot be had then, and what else can: never a dead end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, render_template, url_for
from flask_babel import gettext

from portal.clock import now
from portal.consultations.finding.forms import WhenForm
from portal.consultations.finding.queries import topic
from portal.consultations.finding.soonest import nearest, soonest
from portal.consultations.refusals import EnoughToCome
from portal.consultations.topics.models import Mode
from portal.db import reading
from portal.errors import PortalError
from portal.resources.refusals import ConfirmFirst, SlotTaken
from portal.resources.site_map import sites
from portal.web.errors import status_of, words

USUAL_ZONE = "Asia/Jakarta"
"""Where there is no site to say in whose zone."""


@dataclass(frozen=True, slots=True)
class Instead:
    """Another time that can be had."""

    name: str
    starts_at: datetime
    """Local."""
    is_same_time: bool
    values: dict[str, str]
    """What its form sends."""


def refused(
    refusal: PortalError,
    form: WhenForm,
    topic_id: int,
    *,
    consultant_id: int | None,
    zone: str | None = None,
    action: str,
    method: str = "post",
    times_url: str,
    kept: Mapping[str, str] | None = None,
    old: datetime | None = None,
) -> Response:
    """`action` takes what is offered instead, together with `kept`; `old`, local, is what somebody moves and keeps."""
    at, mode, wanted = now(), form.way, form.moment
    with reading() as connection:
        places = sites(connection) if zone is None else []
        # Where no other time would help, none is offered.
        found = None if isinstance(refusal, EnoughToCome | ConfirmFirst) else topic(connection, topic_id)
        mode = mode if found is None or mode in found.modes else found.modes[0]
        others = nearest(connection, topic_id, consultant_id, mode, wanted, now=at) if found else []
        if found and not others:
            others = soonest(connection, topic_id, consultant_id, mode, now=at, limit=3)
        if found and not others:
            others = soonest(connection, topic_id, None, mode, now=at, limit=3)
    local = ZoneInfo(zone or (places[0].time_zone if places else USUAL_ZONE))
    page = render_template(
        "consultations/refused.html",
        reason=words(refusal),
        is_taken=isinstance(refusal, SlotTaken),
        topic=found,
        wanted=wanted.astimezone(local),
        others=[
            Instead(
                other.consultant_name,
                other.starts_at.astimezone(local),
                other.starts_at == wanted,
                _values(other.consultant_id, other.starts_at.astimezone(local), mode) | dict(kept or {}),
            )
            for other in others
        ],
        action=action,
        method=method,
        times_url=times_url,
        old=old,
        at=at,
    )
    return _kept_nowhere(page, status_of(refusal))


def malformed(form: WhenForm) -> Response:
    """What no page of ours sends: said in words, with the way back."""
    said = next((str(message) for errors in form.errors.values() for message in errors), "")
    page = render_template(
        "consultations/refused.html",
        reason=said or gettext("Choose a time from the page."),
        is_taken=False,
        topic=None,
        wanted=None,
        others=[],
        action="",
        method="post",
        times_url=url_for("consultations.start"),
        old=None,
        at=now(),
    )
    return _kept_nowhere(page, 422)


def _values(consultant_id: int, starts_at: datetime, mode: Mode) -> dict[str, str]:
    return {"consultant_id": str(consultant_id), "starts_at": starts_at.isoformat(), "mode": mode.value}


def _kept_nowhere(page: str, status: int) -> Response:
    return Response(page, status, headers={"Cache-Control": "no-store"})
