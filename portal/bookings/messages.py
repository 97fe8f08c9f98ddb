"""What people are told about their bookings, and the calendar event that goes with it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.db import Words
from portal.notifications.services import CalendarEvent, Recipient, send
from portal.resources.claims import LockedPerson, LockedResource

if TYPE_CHECKING:
    from portal.bookings.services import Booked


def confirmed(session: Session, person: LockedPerson, resource: LockedResource, booked: "Booked", *, at: datetime) -> None:
    _send(session, "confirmed", person, resource, booked, at, sequence=0)


def moved(
    session: Session,
    person: LockedPerson,
    resource: LockedResource,
    booked: "Booked",
    old: LockedResource,
    before: tuple[int, datetime, datetime],
    *,
    sequence: int,
    at: datetime,
) -> None:
    zone = ZoneInfo(resource.site.time_zone)
    past = {
        "old_resource_name": old.name,
        "old_starts_at": before[1].astimezone(zone).isoformat(),
        "old_ends_at": before[2].astimezone(zone).isoformat(),
    }
    _send(session, "moved", person, resource, booked, at, sequence=sequence, more=past)


def cancelled(
    session: Session, person: LockedPerson, resource: LockedResource, booked: "Booked", *, sequence: int, at: datetime
) -> None:
    _send(session, "cancelled", person, resource, booked, at, sequence=sequence, method="CANCEL")


def reminder(session: Session, person: LockedPerson, resource: LockedResource, booked: "Booked", *, at: datetime) -> None:
    _send(session, "reminder", person, resource, booked, at, sequence=None)


def missed(session: Session, person: LockedPerson, resource: LockedResource, booked: "Booked", *, at: datetime) -> None:
    _send(session, "missed", person, resource, booked, at, sequence=None)


def _send(
    session: Session,
    template: str,
    person: LockedPerson,
    resource: LockedResource,
    booked: "Booked",
    at: datetime,
    *,
    sequence: int | None,
    method: str = "REQUEST",
    more: dict[str, Any] | None = None,
) -> None:
    """`sequence` None: nothing in anybody's calendar changes."""
    site, zone = resource.site, ZoneInfo(resource.site.time_zone)
    starts, ends = booked.starts_at.astimezone(zone), booked.ends_at.astimezone(zone)
    path = f"/bookings/{booked.reference}"
    facts = {
        "reference": booked.reference,
        "kind": resource.kind.value,
        "resource_name": resource.name,
        "zone_name": _in(site.zone, person.language),
        "floor_name": _in(site.floor, person.language),
        "site_name": site.name,
        "address": site.address,
        "time_zone": site.time_zone,
        "starts_at": starts.isoformat(),
        "ends_at": ends.isoformat(),
        "path": path,
        **(more or {}),
    }
    event = None
    if sequence is not None:
        event = CalendarEvent(
            uid=f"{booked.reference.lower()}@portal-bos-muda",
            sequence=sequence,
            method=method,
            starts_at=booked.starts_at,
            ends_at=booked.ends_at,
            time_zone=site.time_zone,
            summary=f"{resource.name} · {site.name}",
            location=f"{site.name}, {site.address}",
            description=booked.reference,
            path=path,
        )
    send(
        session,
        Recipient(person.id, person.language, person.name, person.email),
        f"bookings/{template}",
        facts,
        at=at,
        calendar=event,
    )


def _in(words: Words | None, language: str) -> str:
    return words.in_(language) if words else ""
