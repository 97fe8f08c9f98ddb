"""POST /bookings; GET, PATCH, DELETE /bookings/<reference>"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, url_for
from flask_login import current_user
from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.api import problems
from portal.api.fields import Key, Moment
from portal.api.idempotency import REPLAYED, Made, made_once
from portal.api.operations import operation
from portal.bookings.alternatives import alternatives
from portal.bookings.booked import Booked
from portal.bookings.queries import BookingRow, booking
from portal.bookings.refusals import NoSuchBooking
from portal.bookings.services import Book, Move, book, cancel, move
from portal.clock import now
from portal.db import Reader, reading, unit_of_work
from portal.errors import PortalError
from portal.permissions import permit
from portal.resources.claims import normalised_reference
from portal.resources.models import State
from portal.resources.queries import resource_facts
from portal.resources.refusals import SlotTaken
from portal.web import metrics

MOMENT = {"description": "ISO 8601 with offset, such as 2026-09-08T10:00:00+07:00."}


class NewBooking(Schema):
    resource_id = Key(required=True)
    starts_at = Moment(required=True, metadata=MOMENT)
    ends_at = Moment(required=True, metadata=MOMENT)


class BookingChange(Schema):
    """What is left out stays."""

    class Meta:
        unknown = RAISE

    resource_id = Key(metadata={"description": "Another desk or room of the same kind and site."})
    starts_at = Moment(metadata=MOMENT)
    ends_at = Moment(metadata=MOMENT)


class Booking(Schema):
    reference = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    resource_id = fields.Integer(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


BOOKING = Booking()


@dataclass(frozen=True, slots=True)
class Shown:
    """A booking as `Booking` tells it; times in the site's zone."""

    reference: str
    status: str
    resource_id: int
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, one: Booked | BookingRow) -> "Shown":
        zone = ZoneInfo(one.time_zone)
        return cls(
            one.reference,
            one.state.value,
            one.resource_id,
            one.starts_at.astimezone(zone),
            one.ends_at.astimezone(zone),
        )


CREATED = {
    "Location": {"description": "Where it can be seen.", "schema": {"type": "string"}},
    REPLAYED: {
        "description": "The answer of an earlier request with the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


@operation(
    "POST",
    "/bookings",
    tag="Bookings",
    body=NewBooking,
    gives=Booking,
    status=201,
    problems=(409,),
    headers=CREATED,
)
@permit("book")
def create_booking(wanted: dict[str, Any]) -> Response:
    """Book a desk or room for yourself."""
    command = Book(actor=_actor(), person_id=current_user.id, **wanted)

    def work(session: Session) -> Made:
        booked = book(session, command, at=now())
        shown = current_app.json.dumps(BOOKING.dump(Shown.of(booked)))
        return Made(201, shown, url_for("api.show_booking", reference=booked.reference))

    try:
        response = made_once(work)
    except PortalError as refusal:
        metrics.BOOKINGS.labels(refusal.code).inc()
        return _refused(refusal, command)
    if REPLAYED not in response.headers:
        metrics.BOOKINGS.labels("booked").inc()
    return response


@operation("GET", "/bookings/<reference>", tag="Bookings", gives=Booking, problems=(404,))
@permit("book")
def show_booking(reference: str) -> Shown:
    """One of your bookings."""
    with reading() as connection:
        return Shown.of(_found(connection, reference))


@operation(
    "PATCH", "/bookings/<reference>", tag="Bookings", body=BookingChange, gives=Booking, problems=(404, 409)
)
@permit("book")
def move_booking(change: dict[str, Any], reference: str) -> Shown | Response:
    """Move a booking to another time, another desk, or both; it keeps its old time unless it gets the new one."""
    with reading() as connection:
        row = _found(connection, reference)
    stays = {"resource_id": row.resource_id, "starts_at": row.starts_at, "ends_at": row.ends_at}
    command = Move(actor=_actor(), reservation_id=row.id, **{**stays, **change})
    try:
        with unit_of_work() as session:
            moved = move(session, command, at=now())
    except SlotTaken as refusal:
        return _refused(refusal, command)
    return Shown.of(moved)


@operation(
    "DELETE", "/bookings/<reference>", tag="Bookings", gives=None, status=204, problems=(404, 409, 422)
)
@permit("book")
def cancel_booking(reference: str) -> Response:
    """Cancel a booking; cancelling it once more changes nothing."""
    with unit_of_work() as session:
        row = _found(session, reference)
        cancel(session, _actor(), row.id, at=now())
    if row.state != State.CANCELLED:
        metrics.BOOKINGS.labels("cancelled").inc()
    return Response(status=204)


def _actor() -> Actor:
    return Actor(id=current_user.id, is_staff=current_user.is_staff)


def _found(reader: Reader, reference: str) -> BookingRow:
    """The caller's own booking; anyone's for those who book for others."""
    serves = current_user.can("book-for-others")
    row = booking(reader, normalised_reference(reference), current_user.id, serves=serves)
    if row is None:
        raise NoSuchBooking()
    return row


def _refused(refusal: PortalError, command: Book | Move) -> Response:
    """Where the time is taken: what else can be had."""
    if not isinstance(refusal, SlotTaken):
        return problems.answer(refusal)
    with reading() as connection:
        resource = resource_facts(connection, command.resource_id)
        others = (
            alternatives(
                connection, resource.site_id, resource.id, command.starts_at, command.ends_at, now=now()
            )
            if resource
            else []
        )
    named = SlotTaken(name=resource.name if resource else "")
    return problems.answer(named, alternatives=problems.Alternative(many=True).dump(others))
