"""POST /appointments; GET, PATCH, DELETE /appointments/<reference>"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, url_for
from flask_login import current_user
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.api import problems
from portal.api.bookings import CREATED, MOMENT
from portal.api.consultations import mode_field
from portal.api.fields import REQUIRED, Key, Moment, Text
from portal.api.idempotency import REPLAYED, Made, made_once
from portal.api.operations import operation
from portal.clock import now
from portal.consultations.appointments.queries import AppointmentRow, appointment
from portal.consultations.appointments.services import Arranged, Move, Request, cancel, move, request
from portal.consultations.finding.queries import topic
from portal.consultations.finding.soonest import nearest
from portal.consultations.refusals import NoSuchAppointment
from portal.consultations.topics.models import Mode
from portal.db import Reader, reading, unit_of_work
from portal.errors import N_, PortalError
from portal.permissions import permit
from portal.resources.claims import normalised_reference
from portal.resources.models import State
from portal.resources.refusals import SlotTaken
from portal.web import metrics
from portal.web.routing import LARGEST_KEY

ANY = "any"


class ConsultantKey(fields.Field[Any]):
    """The id of a consultant, or "any": whoever is free and has the fewest appointments that week."""

    default_error_messages = {**REQUIRED, "either": N_('Must be the id of a consultant, or "any".')}  # noqa: RUF012
    key = Key()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int | None:
        if value == ANY:
            return None
        try:
            return int(self.key.deserialize(value))
        except ValidationError as error:
            raise self.make_error("either") from error


EITHER = {
    "description": 'A consultant\'s id, or "any".',
    "oneOf": [{"type": "integer", "minimum": 1, "maximum": LARGEST_KEY}, {"type": "string", "enum": [ANY]}],
}


class NewAppointment(Schema):
    consultant_id = ConsultantKey(required=True, metadata=EITHER)
    topic_id = Key(required=True)
    starts_at = Moment(required=True, metadata=MOMENT)
    mode = mode_field(required=True)


def reason_field() -> fields.String:
    return Text(
        validate=validate.Length(max=500, error=N_("At most 500 characters.")),
        metadata={"description": "Why, for the other person to read."},
    )


class AppointmentChange(Schema):
    """What is left out stays."""

    class Meta:
        unknown = RAISE

    consultant_id = Key()
    starts_at = Moment(metadata=MOMENT)
    mode = mode_field()
    reason = reason_field()


class Cancelling(Schema):
    reason = reason_field()


class Appointment(Schema):
    reference = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    consultant_id = fields.Integer(required=True)
    topic_id = fields.Integer(required=True)
    mode = fields.String(required=True, validate=validate.OneOf([mode.value for mode in Mode]))
    room_id = fields.Integer(required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class AppointmentAlternative(Schema):
    consultant_id = fields.Integer(required=True)
    name = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


APPOINTMENT = Appointment()


@dataclass(frozen=True, slots=True)
class Shown:
    """A consultation as `Appointment` tells it; times in the site's zone."""

    reference: str
    status: str
    consultant_id: int
    topic_id: int
    mode: str
    room_id: int | None
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, one: Arranged | AppointmentRow) -> "Shown":
        zone = ZoneInfo(one.time_zone)
        return cls(
            one.reference,
            one.state.value,
            one.consultant_id,
            one.topic_id,
            one.mode.value,
            one.room_id,
            one.starts_at.astimezone(zone),
            one.ends_at.astimezone(zone),
        )


@operation(
    "POST",
    "/appointments",
    tag="Consultations",
    body=NewAppointment,
    gives=Appointment,
    status=201,
    problems=(409,),
    headers=CREATED,
)
@permit("book")
def create_appointment(wanted: dict[str, Any]) -> Response:
    """Ask for a consultation for yourself; the time is held from now on."""
    command = Request(
        actor=Actor(id=current_user.id, is_staff=current_user.is_staff),
        person_id=current_user.id,
        **{**wanted, "mode": Mode(wanted["mode"])},
    )

    def work(session: Session) -> Made:
        arranged = request(session, command, at=now())
        shown = current_app.json.dumps(APPOINTMENT.dump(Shown.of(arranged)))
        return Made(201, shown, url_for("api.show_appointment", reference=arranged.reference))

    try:
        response = made_once(work)
    except PortalError as refusal:
        metrics.CONSULTATIONS.labels(refusal.code).inc()
        return _refused(refusal, command.topic_id, command.consultant_id, command.mode, command.starts_at)
    if REPLAYED not in response.headers:
        metrics.CONSULTATIONS.labels("requested").inc()
    return response


@operation("GET", "/appointments/<reference>", tag="Consultations", gives=Appointment, problems=(404,))
@permit("book")
def show_appointment(reference: str) -> Shown:
    """One of your consultations."""
    with reading() as connection:
        return Shown.of(_found(connection, reference))


@operation(
    "PATCH",
    "/appointments/<reference>",
    tag="Consultations",
    body=AppointmentChange,
    gives=Appointment,
    problems=(404, 409),
)
@permit("book")
def move_appointment(change: dict[str, Any], reference: str) -> Shown | Response:
    """Move a consultation; it keeps its old time unless it gets the new one."""
    with reading() as connection:
        row = _found(connection, reference)
    command = Move(
        actor=_actor(row),
        reservation_id=row.id,
        starts_at=change.get("starts_at", row.starts_at),
        consultant_id=change.get("consultant_id"),
        mode=Mode(change["mode"]) if "mode" in change else None,
        reason=change.get("reason", ""),
        # The time that stays is the one that was read: not one it was moved away from meanwhile.
        seen=None if "starts_at" in change else row.sequence,
    )
    try:
        with unit_of_work() as session:
            moved = move(session, command, at=now())
    except SlotTaken as refusal:
        return _refused(
            refusal,
            row.topic_id,
            command.consultant_id or row.consultant_id,
            command.mode or row.mode,
            command.starts_at,
        )
    return Shown.of(moved)


@operation(
    "DELETE",
    "/appointments/<reference>",
    tag="Consultations",
    query=Cancelling,
    gives=None,
    status=204,
    problems=(404, 409),
)
@permit("book")
def cancel_appointment(asked: dict[str, Any], reference: str) -> Response:
    """Cancel a consultation of yours; cancelling it once more changes nothing.

    A consultant, or the front desk, says why.
    """
    with unit_of_work() as session:
        row = _found(session, reference)
        cancel(session, _actor(row), row.id, asked.get("reason", ""), at=now())
    return Response(status=204)


def _actor(row: AppointmentRow) -> Actor:
    """Of somebody else's as staff: the query lets nobody else see it. Of one's own by everybody's rules."""
    return Actor(id=current_user.id, is_staff=row.person_id != current_user.id)


def _found(reader: Reader, reference: str) -> AppointmentRow:
    """The caller's own, as entrepreneur or consultant; anyone's for those who book for others."""
    serves = current_user.can("book-for-others")
    row = appointment(reader, normalised_reference(reference), current_user.id, serves=serves)
    if row is None:
        raise NoSuchAppointment()
    return row


def _refused(
    refusal: PortalError,
    topic_id: int,
    consultant_id: int | None,
    mode: Mode,
    starts_at: datetime,
) -> Response:
    """Where the time is taken: what else can be had."""
    if not isinstance(refusal, SlotTaken):
        return problems.answer(refusal)
    with reading() as connection:
        wanted = topic(connection, topic_id)
        others = nearest(connection, topic_id, consultant_id, mode, starts_at, now=now())
    length = timedelta(minutes=wanted.length.minutes if wanted else 0)
    zone = starts_at.tzinfo
    shown = [
        {
            "consultant_id": other.consultant_id,
            "name": other.consultant_name,
            "starts_at": other.starts_at.astimezone(zone),
            "ends_at": (other.starts_at + length).astimezone(zone),
        }
        for other in others
    ]
    return problems.answer(refusal, alternatives=AppointmentAlternative(many=True).dump(shown))
