"""The guard's gate: every reservation of every kind takes, moves and gives back its time here.

Lock first, then insert. One order everywhere: people by id, then resources by id. Two orders mixed deadlock, and
without the resource lock rivals for one slot queue up inside the exclusion constraint and deadlock there.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, TextClause, any_, bindparam, delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update

from portal.accounts.models import Person
from portal.db import Words, violated_constraint
from portal.resources.calendar import Place
from portal.resources.models import (
    BookingRules,
    Claim,
    Floor,
    ReservationKind,
    Resource,
    ResourceKind,
    Site,
    State,
    Zone,
)
from portal.resources.refusals import SlotTaken
from portal.resources.rules import Rules

ALPHABET = "23456789HJKMRTWXZ"
"""Signs that neither look nor, spelt aloud in Indonesian, sound alike."""

RULE_COLUMNS = tuple(Rules.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class LockedPerson:
    id: int
    name: str
    email: str | None
    has_confirmed_email: bool
    language: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class LockedResource:
    id: int
    site_id: int
    kind: ResourceKind
    name: str
    is_active: bool
    place: Place
    rules: Rules | None
    site: "SiteFacts"


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a message about a reservation says of the place."""

    name: str
    address: str
    time_zone: str
    reference_prefix: str
    floor: Words | None
    zone: Words | None


@dataclass(frozen=True, slots=True)
class Part:
    """Time of one resource that a reservation claims: aware moments, buffers included."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReservation:
    kind: ReservationKind
    state: State
    person_id: int
    created_by_id: int
    site_id: int
    reference_prefix: str
    starts_at: datetime
    ends_at: datetime
    """The times people see, without buffers."""


_IDS = any_(bindparam("ids", type_=ARRAY(Integer)))

# Made once: building a statement costs more than running it. Of tables, so that nothing has to become an object.
_person, _resource, _rules, _site, _floor, _zone = (
    model.__table__.c for model in (Person, Resource, BookingRules, Site, Floor, Zone)
)
_PEOPLE = (
    select(
        _person.id,
        _person.name,
        _person.email,
        _person.email_confirmed_at.is_not(None),
        _person.language,
        _person.is_confirmed,
    )
    .where(_person.id == _IDS)
    .order_by(_person.id)
    .with_for_update(key_share=True)
)
_RESOURCES = (
    select(
        _resource.id,
        _resource.site_id,
        _resource.kind,
        _resource.name,
        _resource.is_active & _site.is_active,
        _resource.zone_id,
        _resource.floor_id,
        *(_rules[name] for name in RULE_COLUMNS),
        _site.name,
        _site.address,
        _site.time_zone,
        _site.reference_prefix,
        _floor.name,
        _zone.name,
    )
    .select_from(Resource.__table__)
    .join(Site.__table__, _site.id == _resource.site_id)
    .outerjoin(BookingRules.__table__, _rules.id == _resource.rules_id)
    .outerjoin(Floor.__table__, _floor.id == _resource.floor_id)
    .outerjoin(Zone.__table__, _zone.id == _resource.zone_id)
    .where(_resource.id == _IDS)
    .order_by(_resource.id)
    .with_for_update(key_share=True, of=Resource.__table__)
)

_PARTS = (
    bindparam("resource_ids", type_=ARRAY(Integer)),
    bindparam("starts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
)
_TAKE = text(
    """
    INSERT INTO claim (reservation_id, resource_id, person_id, starts_at, ends_at)
    SELECT reservation.id, part.resource_id, reservation.person_id, part.starts_at, part.ends_at
    FROM reservation, unnest(:resource_ids, :starts, :ends) AS part (resource_id, starts_at, ends_at)
    WHERE reservation.id = :reservation_id
    """
).bindparams(*_PARTS)


def lock_people(session: Session, ids: Iterable[int]) -> dict[int, LockedPerson]:
    """Locks people in order of id until the end of the transaction; before any resource."""
    rows = session.execute(_PEOPLE, {"ids": sorted(set(ids))})
    return {row[0]: LockedPerson(*row) for row in rows}


def lock_resources(session: Session, ids: Iterable[int]) -> dict[int, LockedResource]:
    """Locks resources in order of id until the end of the transaction, and brings their rules along."""
    rows = session.execute(_RESOURCES, {"ids": sorted(set(ids))})
    return {row[0]: _locked(tuple(row)) for row in rows}


def holding(own_row: str) -> TextClause:
    """The statement with which `hold` makes a reservation, its claims and the row of its kind.

    `own_row` is an INSERT … SELECT … FROM reserved; its further parameters are those of `hold`'s caller.
    """
    return text(
        f"""
        WITH reserved AS (
            INSERT INTO reservation
                (reference, kind, state, person_id, created_by_id, site_id, starts_at, ends_at, created_at)
            VALUES (:reference, :kind, :state, :person_id, :created_by_id, :site_id, :starts_at, :ends_at, :at)
            ON CONFLICT (reference) DO NOTHING
            RETURNING id
        ), own_row AS ({own_row})
        INSERT INTO claim (reservation_id, resource_id, person_id, starts_at, ends_at)
        SELECT reserved.id, part.resource_id, :person_id, part.starts_at, part.ends_at
        FROM reserved, unnest(:resource_ids, :starts, :ends) AS part (resource_id, starts_at, ends_at)
        RETURNING reservation_id
        """  # noqa: S608 (constants of the packages)
    ).bindparams(*_PARTS)


def hold(
    session: Session,
    statement: TextClause,
    new: NewReservation,
    parts: Sequence[Part],
    *,
    at: datetime,
    **own: object,
) -> tuple[int, str]:
    """Makes a reservation with its claims by a statement of `holding`; people and resources are locked already.

    Returns its id and reference.

    Raises:
        SlotTaken: somebody holds part of a stretch.
    """
    while True:
        reference = new.reference_prefix + "".join(secrets.choice(ALPHABET) for _ in range(6))
        with refusing_overlaps():
            reservation_id = session.scalar(
                statement,
                own
                | {
                    "reference": reference,
                    "kind": new.kind.value,
                    "state": new.state.value,
                    "person_id": new.person_id,
                    "created_by_id": new.created_by_id,
                    "site_id": new.site_id,
                    "starts_at": new.starts_at,
                    "ends_at": new.ends_at,
                    "at": at,
                }
                | _columns(parts),
            )
        if reservation_id is not None:  # else the reference was in use already: draw another
            return int(reservation_id), reference


def move(session: Session, reservation_id: int, parts: Sequence[Part]) -> None:
    """Gives a reservation other stretches for those it claims; the old and the new resources are locked already.

    Raises:
        SlotTaken: somebody holds part of a new stretch.
    """
    session.execute(delete(Claim).where(Claim.reservation_id == reservation_id, Claim.released_at.is_(None)))
    with refusing_overlaps():
        session.execute(_TAKE, {"reservation_id": reservation_id} | _columns(parts))


def release(session: Session, reservation_id: int, *, at: datetime) -> None:
    """Gives a reservation's time back; the claims stay as history."""
    session.execute(_standing(reservation_id).values(released_at=at))


def shorten(session: Session, reservation_id: int, *, at: datetime) -> None:
    """Gives back what of a reservation's time lies after `at`."""
    session.execute(_standing(reservation_id).where(Claim.starts_at >= at).values(released_at=at))
    session.execute(_standing(reservation_id).where(Claim.ends_at > at).values(ends_at=at))


def take_back(session: Session, reservation_id: int) -> None:
    """Undoes a release.

    Raises:
        SlotTaken: the time has gone to somebody else.
    """
    with refusing_overlaps():
        session.execute(update(Claim).where(Claim.reservation_id == reservation_id).values(released_at=None))


def _columns(parts: Sequence[Part]) -> dict[str, object]:
    return {
        "resource_ids": [part.resource_id for part in parts],
        "starts": [part.starts_at for part in parts],
        "ends": [part.ends_at for part in parts],
    }


def _standing(reservation_id: int) -> Update:
    return update(Claim).where(Claim.reservation_id == reservation_id, Claim.released_at.is_(None))


@contextmanager
def refusing_overlaps() -> Iterator[None]:
    """Turns the guard's violation into `SlotTaken`; the transaction is lost and the caller rolls it back."""
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error) == "ex_claim_overlap":
            raise SlotTaken(name="") from error
        raise


def normalised_reference(typed: str) -> str:
    """A reference as people type or say it ("trs-7k4 m2w"), as the database keeps it."""
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())


def _locked(row: tuple[Any, ...]) -> LockedResource:
    id_, site_id, kind, name, is_active, zone_id, floor_id = row[:7]
    rules = row[7 : 7 + len(RULE_COLUMNS)]
    return LockedResource(
        id=id_,
        site_id=site_id,
        kind=kind,
        name=name,
        is_active=is_active,
        place=Place(id_, zone_id, floor_id),
        rules=None if rules[0] is None else Rules(*rules),
        site=SiteFacts(*row[7 + len(RULE_COLUMNS) :]),
    )
