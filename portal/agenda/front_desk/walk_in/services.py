"""Who stands there becomes somebody we have met, and gets a consultation at a site of this front desk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.newcomers import AddPerson, add_person
from portal.accounts.services import confirm_person
from portal.agenda.front_desk.refusals import NotAtYourSites
from portal.consultations.appointments.queries import AppointmentRow, appointment
from portal.consultations.appointments.services import Request, request
from portal.db import Reader


@dataclass(frozen=True, slots=True)
class Met:
    person_id: int
    name: str
    is_new: bool


def meet(session: Session, command: AddPerson, *, at: datetime) -> Met:
    """Whoever has confirmed the number is who stands there; else somebody new, whose number it is from now on.

    Raises:
        AddressTaken: somebody confirmed the number at this very moment; once more finds them.
    """
    row = session.execute(
        select(Person.id, Person.name).where(
            Person.phone == command.phone, Person.phone_confirmed_at.is_not(None)
        )
    ).one_or_none()
    if row is not None:
        return Met(row.id, row.name, is_new=False)
    person_id = add_person(session, command, at=at)
    confirm_person(session, person_id, command.by_id, at)
    return Met(person_id, command.name, is_new=True)


def named_by(reader: Reader, phone: str) -> list[str]:
    """Who registered with a number that nobody has confirmed: perhaps one of them stands there."""
    unconfirmed = select(Person.name).where(Person.phone == phone, Person.phone_confirmed_at.is_(None))
    taken = select(Person.id).where(Person.phone == phone, Person.phone_confirmed_at.is_not(None))
    return list(reader.scalars(unconfirmed.where(~taken.exists()).order_by(Person.id).limit(5)))


def book_for(session: Session, command: Request, *, at: datetime) -> AppointmentRow:
    """
    Raises:
        NotAtYourSites: it would take place where another front desk sits.
        As `request`.
    """
    arranged = request(session, command, at=at)
    row = appointment(session, arranged.reference, command.actor.id, serves=True)
    if row is None:
        raise NotAtYourSites()
    return row
