"""The web's one way to ask for a consultation: at a tap, or for somebody who has just entered with a choice in hand."""

from collections.abc import Mapping
from typing import Any

from portal.accounts.actor import Actor
from portal.clock import now
from portal.consultations.appointments.queries import same_appointment
from portal.consultations.appointments.services import Request, request
from portal.consultations.finding.forms import ChoiceForm
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.web import metrics


def ask_once(person_id: int, wanted: ChoiceForm, answers: tuple[Mapping[str, Any], ...] = ()) -> str:
    """The reference of the new consultation, or of the same one that a first click has asked for already.

    Whoever asks for themselves does so by everybody's rules, staff too.

    Raises: as `services.request`.
    """
    topic_id = wanted.topic
    command = Request(
        actor=Actor(id=person_id),
        person_id=person_id,
        topic_id=topic_id,
        consultant_id=wanted.consultant_id.data,
        starts_at=wanted.moment,
        mode=wanted.way,
        answers=answers,
    )
    try:
        with unit_of_work() as session:
            arranged = request(session, command, at=now())
    except PortalError as refusal:
        metrics.CONSULTATIONS.labels(refusal.code).inc()
        with reading() as connection:
            already = same_appointment(
                connection, person_id, topic_id, command.consultant_id, command.starts_at
            )
        if already is None:
            raise
        return already.reference
    metrics.CONSULTATIONS.labels("requested").inc()
    return arranged.reference
