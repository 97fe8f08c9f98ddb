"""`/admin`: the overview and the audit log, to be read."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext, ngettext

from portal.administration import wording
from portal.administration.audit import AuditFilter, AuditLine, audit_lines
from portal.administration.queries import (
    database_facts,
    latest_messages,
    people,
    queue,
    site_lines,
)
from portal.clock import now
from portal.db import reading
from portal.permissions import permit
from portal.resources.queries import booking_rules
from portal.resources.site_map import sites
from portal.web.health import health
from portal.web.routing import LARGEST_KEY

blueprint = Blueprint("administration", __name__)

LATEST_EVENTS = 8
LONGEST = 100
USUAL_ZONE = "Asia/Jakarta"


@blueprint.get("/admin")
@permit("administer")
def overview() -> str:
    at = now()
    with reading() as connection:
        places = site_lines(connection, at=at)
        events, _ = audit_lines(connection, AuditFilter(), LATEST_EVENTS)
        facts: dict[str, Any] = {
            "places": places,
            "rules": booking_rules(connection),
            "people": people(connection, at=at),
            "queue": queue(connection, at=at),
            "sent": latest_messages(connection),
            "health": health(connection, current_app.config["MIGRATIONS"]),
            "database": database_facts(connection),
        }
    zone = places[0].time_zone if places else USUAL_ZONE
    return render_template(
        "administration/overview.html",
        at=at,
        zone=zone,
        events=_told(events, zone),
        wording=wording,
        troubles=_troubles(facts),
        **facts,
    )


def _troubles(facts: dict[str, Any]) -> list[str]:
    """What somebody should look at, in words."""
    fitness, jobs = facts["health"], facts["queue"]
    found = (
        (not fitness.migrated, gettext("The database does not fit this version. Run “flask db upgrade”.")),
        (
            not fitness.guarded,
            gettext("The guard against double bookings is missing: the constraint ex_claim_overlap."),
        ),
        (not jobs.workers, gettext("No worker is running: mails and reminders wait. Run “flask jobs work”.")),
        (
            bool(jobs.failed),
            ngettext("%(num)d job has failed for good.", "%(num)d jobs have failed for good.", jobs.failed),
        ),
    )
    return [words for holds, words in found if holds]


@blueprint.get("/admin/audit")
@permit("administer")
def audit() -> str:
    asked = AuditFilter(
        person_id=_key("person"),
        name=" ".join(request.args.get("name", "").replace("\0", " ").split())[:LONGEST],
        verb=request.args.get("verb", "").replace("\0", "")[:LONGEST],
        before=_key("before"),
    )
    with reading() as connection:
        events, has_older = audit_lines(connection, asked)
        zone = next((site.time_zone for site in sites(connection)), USUAL_ZONE)
    kept: dict[str, Any] = {"person": asked.person_id, "name": asked.name or None, "verb": asked.verb or None}
    return render_template(
        "administration/audit.html",
        asked=asked,
        events=_told(events, zone),
        zone=zone,
        person=_name_of(events, asked.person_id),
        verbs=wording.verbs(),
        newest_url=url_for("administration.audit", **kept) if asked.before else None,
        older_url=url_for("administration.audit", **kept, before=events[-1].id) if has_older else None,
    )


def _key(name: str) -> int | None:
    """A database key from the address; nonsense is left out."""
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value <= LARGEST_KEY else None


def _name_of(events: Sequence[AuditLine], person_id: int | None) -> str | None:
    if person_id is None:
        return None
    for event in events:
        if event.person_id == person_id:
            return str(event.person)
        if event.actor_id == person_id:
            return str(event.actor)
    return f"#{person_id}"


def _page_of(event: AuditLine) -> str | None:
    page = {"booking": "bookings.ticket", "appointment": "consultations.appointment"}.get(event.kind or "")
    return url_for(page, reference=event.reference) if page else None


def _told(events: Sequence[AuditLine], zone: str) -> list[dict[str, Any]]:
    """Events in the reader's words."""
    return [
        {
            "at": event.at,
            "verb": wording.said(wording.VERBS, event.verb),
            "actor": event.actor,
            "actor_id": event.actor_id,
            "about": None if event.person_id in {None, event.actor_id} else event.person,
            "about_id": event.person_id,
            "subject": event.reference,
            "subject_url": _page_of(event),
            "changes": wording.changes(event.changes, zone),
        }
        for event in events
    ]
