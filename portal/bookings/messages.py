"""What people are told about their bookings, and the calendar event that goes with it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.bookings.booked import Booked
from portal.db import Words
from portal.notifications.calendar_files import CalendarEvent, Method
from portal.notifications.services import Recipient, send
from portal.notifications.unconfirmed import address_to_mail
from portal.resources.claims import LockedPerson, LockedResource
from portal.resources.models import ResourceKind


def confirmed(
    session: Session, person: LockedPerson, resource: LockedResource, booked: Booked, *, at: datetime
) -> None:
    _send(session, "confirmed", person, resource, booked, at, sequence=0)


def moved(
    session: Session,
    person: LockedPerson,
    resource: LockedResource,
    booked: Booked,
    old: LockedResource,
    before: tuple[int, datetime, datetime],
    *,
    sequence: int,
    at: datetime,
) -> None:
    zone = ZoneInfo(resource.site.time_zone)
    past = {
        "old_resource_name": old.name,
        "old_starts_at": before[1].astimezone(zone),
        "old_ends_at": before[2].astimezone(zone),
    }
    _send(session, "moved", person, resource, booked, at, sequence=sequence, more=past)


def cancelled(
    session: Session,
    person: LockedPerson,
    resource: LockedResource,
    booked: Booked,
    *,
    sequence: int,
    at: datetime,
) -> None:
    _send(session, "cancelled", person, resource, booked, at, sequence=sequence, method=Method.CANCEL)


def reminder(
    session: Session, person: LockedPerson, resource: LockedResource, booked: Booked, *, at: datetime
) -> None:
    _send(session, "reminder", person, resource, booked, at, sequence=None)


def missed(
    session: Session, person: LockedPerson, resource: LockedResource, booked: Booked, *, at: datetime
) -> None:
    _send(session, "missed", person, resource, booked, at, sequence=None)


def calendar_event(
    reference: str,
    what: Words,
    site_name: str,
    address: str,
    time_zone: str,
    stretch: tuple[datetime, datetime],
    sequence: int,
    method: Method,
) -> CalendarEvent:
    """One event throughout a booking's life, in mails and as a download."""
    return CalendarEvent(
        uid=f"{reference.lower()}@portal-bos-muda",
        sequence=sequence,
        method=method,
        starts_at=stretch[0],
        ends_at=stretch[1],
        time_zone=time_zone,
        summary=Words(f"{what.id} di {site_name}", f"{what.en} at {site_name}"),
        location=f"{site_name}, {address}",
        description=Words(f"Nomor pesanan {reference}", f"Booking number {reference}"),
        path=f"/bookings/{reference}",
        organizer=site_name,
    )


def named(kind: str, name: str) -> Words:
    """ "Meja A07"; a room has a whole name already."""
    return Words(f"Meja {name}", f"Desk {name}") if kind == ResourceKind.DESK else Words(name, name)


def _send(
    session: Session,
    template: str,
    person: LockedPerson,
    resource: LockedResource,
    booked: Booked,
    at: datetime,
    *,
    sequence: int | None,
    method: Method = Method.REQUEST,
    more: dict[str, Any] | None = None,
) -> None:
    """`sequence` None: nothing in anybody's calendar changes."""
    site, zone = resource.site, ZoneInfo(resource.site.time_zone)
    facts = {
        "reference": booked.reference,
        "kind": resource.kind,
        "resource_name": resource.name,
        "zone_name": site.zone or "",
        "floor_name": site.floor or "",
        "site_name": site.name,
        "address": site.address,
        "time_zone": site.time_zone,
        "starts_at": booked.starts_at.astimezone(zone),
        "ends_at": booked.ends_at.astimezone(zone),
        "path": f"/bookings/{booked.reference}",
        **(more or {}),
    }
    event = None
    if sequence is not None:
        event = calendar_event(
            booked.reference,
            named(resource.kind, resource.name),
            site.name,
            site.address,
            site.time_zone,
            (booked.starts_at, booked.ends_at),
            sequence,
            method,
        )
    address = address_to_mail(session, person.id, person.email, is_confirmed=person.has_confirmed_email)
    send(
        session,
        Recipient(person.id, person.language, person.name, address),
        f"bookings/{template}",
        facts,
        at=at,
        calendar=event,
        until=booked.starts_at if template == "reminder" else None,
    )
