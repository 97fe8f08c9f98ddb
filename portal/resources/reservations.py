"""What a reservation of any kind goes through: found under the locks, put into another state, told to the audit log."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.services import record
from portal.db import Base
from portal.resources.claims import LockedPerson, lock_people, lock_resources
from portal.resources.models import COMING, Claim, Reservation, State

OfKind = TypeVar("OfKind", bound=Base)
"""The row that shares a reservation's key: `Booking`, `Appointment`."""


def locked(
    session: Session, reservation_id: int, kind: type[OfKind]
) -> tuple[LockedPerson, Reservation, OfKind] | None:
    """The person first, as the lock order wants, then the reservation as it stands under that lock.

    None where there is no reservation of that kind with this id.
    """
    owner = session.scalar(select(Reservation.person_id).where(Reservation.id == reservation_id))
    if owner is None:
        return None
    person = lock_people(session, [owner])[owner]
    row = session.execute(
        select(Reservation, kind)
        .join(kind, kind.id == Reservation.id)  # type: ignore[attr-defined]  # each kind has its reservation's key
        .where(Reservation.id == reservation_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (person, row[0], row[1])


def lock_coming(session: Session, person_id: int, *, at: datetime) -> None:
    """All resources of all kinds that a person still holds, at once: kind by kind they would be locked out of order."""
    lock_resources(
        session,
        session.scalars(
            select(Claim.resource_id)
            .join(Reservation, Reservation.id == Claim.reservation_id)
            .where(
                Reservation.person_id == person_id,
                Reservation.state.in_(COMING),
                Reservation.ends_at > at,
                Claim.released_at.is_(None),
            )
        ),
    )


def become(
    session: Session,
    verb: str,
    reservation: Reservation,
    after: State,
    *,
    actor_id: int | None,
    at: datetime,
    **changes: Any,
) -> None:
    """Puts a reservation into another state; `changes` are told to the audit log beside it, `None` for nobody: by itself."""
    before, reservation.state = reservation.state, after
    session.flush()
    record(
        session,
        verb,
        ("reservation", reservation.id),
        at=at,
        actor_id=actor_id,
        person_id=reservation.person_id,
        changes={"before": {"state": before}, "after": {"state": after}, **changes},
    )
