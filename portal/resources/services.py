"""Holidays, single days and closures: what changes when something is to be had.

Each locks the resources it is about as a claim does, so that nobody books by the old hours while they change.
Who holds time that is no longer open keeps it: the caller is told of them and decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.audit.services import record
from portal.db import Words
from portal.errors import N_, NotFound, RuleBroken
from portal.resources.affected import Affected, inside, outside_hours
from portal.resources.calendar import Place
from portal.resources.claims import lock_resources
from portal.resources.holidays import indonesian_holidays
from portal.resources.models import Closure, Floor, OpeningHours, Resource, Site, SpecialDay
from portal.resources.refusals import Reversed


class NoSuchPlace(NotFound):
    code = "place"
    message = N_("We cannot find that place.")


class HoursIncomplete(RuleBroken):
    code = "hours-incomplete"
    message = N_("A day with hours of its own needs both, and closes after it opens.")


class TargetKind(StrEnum):
    SITE = "site"
    FLOOR = "floor"
    RESOURCE = "resource"


TARGETS: dict[TargetKind, tuple[InstrumentedAttribute[int], InstrumentedAttribute[Any]]] = {
    TargetKind.SITE: (Site.id, Resource.site_id),
    TargetKind.FLOOR: (Floor.id, Resource.floor_id),
    TargetKind.RESOURCE: (Resource.id, Resource.id),
}
"""The key of what is closed, and which resources belong to it."""


@dataclass(frozen=True, slots=True)
class Target:
    kind: TargetKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCommand:
    target: Target
    starts_at: datetime
    ends_at: datetime | None
    """None: until further notice."""
    reason: Words
    """As it stands behind "Closed:", such as "dipakai kelas foto produk"."""
    actor_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideDay:
    """One day of a site: with hours of its own, closed (neither), or one like any other (`is_regular`)."""

    site_id: int
    day: date
    name: Words
    opens: time | None = None
    closes: time | None = None
    is_regular: bool = False
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class Closing:
    closure_id: int
    affected: list[Affected]


def load_holidays(session: Session, site_id: int, years: Iterable[int]) -> int:
    """Fills the special days of some years with Indonesia's; what somebody changed by hand stays as it is.

    A later release may know a date better (the end of Ramadan is an estimate until announced): days that it
    no longer names go. Returns how many days there are.

    Raises:
        NoSuchPlace: there is no such site.
    """
    years = sorted(set(years))
    days = indonesian_holidays(years)
    _lock(session, _resources_of(session, Target(TargetKind.SITE, site_id)))
    session.execute(
        delete(SpecialDay).where(
            SpecialDay.site_id == site_id,
            ~SpecialDay.by_hand,
            func.extract("year", SpecialDay.day).in_(years),
            SpecialDay.day.not_in(list(days)),
        )
    )
    if days:
        statement = upsert(SpecialDay).values(
            [{"site_id": site_id, "day": day, "name": name} for day, name in days.items()]
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[SpecialDay.site_id, SpecialDay.day],
                set_={"name": statement.excluded.name},
                where=~SpecialDay.by_hand,
            )
        )
    return len(days)


def override_day(session: Session, command: OverrideDay, *, at: datetime) -> list[Affected]:
    """Gives one day of a site other hours, none, or the usual ones after all; holidays never overwrite it.

    Returns the reservations of that day which now lie outside the hours.

    Raises:
        NoSuchPlace: there is no such site.
        HoursIncomplete: one of the two times is missing, or they are reversed.
    """
    opens, closes = command.opens, command.closes
    if (opens is None) != (closes is None) or (opens and closes and closes <= opens):
        raise HoursIncomplete()
    if command.is_regular:
        opens = closes = None
    places = _lock(session, _resources_of(session, Target(TargetKind.SITE, command.site_id)))
    hours = {"is_regular": command.is_regular, "opens": opens, "closes": closes}
    values = {"name": command.name, **hours, "by_hand": True}
    session.execute(
        upsert(SpecialDay)
        .values(site_id=command.site_id, day=command.day, **values)
        .on_conflict_do_update(index_elements=[SpecialDay.site_id, SpecialDay.day], set_=values)
    )
    after = {"is_regular": command.is_regular, "opens": _iso(opens), "closes": _iso(closes)}
    record(
        session,
        "resources.override_day",
        ("site", command.site_id),
        at=at,
        actor_id=command.actor_id,
        changes={"day": command.day.isoformat(), "after": after},
    )
    return outside_hours(session, command.site_id, command.day, places)


def close(session: Session, command: CloseCommand, *, at: datetime) -> Closing:
    """Takes a site, a floor or a resource out of use for a while, or until further notice.

    Returns whose time lies inside; they keep it until somebody moves or cancels it.

    Raises:
        NoSuchPlace: there is no such target.
        Reversed: it would end before it starts.
    """
    if command.ends_at is not None and command.ends_at <= command.starts_at:
        raise Reversed()
    locked = _lock(session, _resources_of(session, command.target))
    closure_id = session.scalar(
        insert(Closure)
        .values(
            {
                f"{command.target.kind.value}_id": command.target.id,
                "starts_at": command.starts_at,
                "ends_at": command.ends_at,
                "reason": command.reason,
            }
        )
        .returning(Closure.id)
    )
    assert closure_id is not None  # noqa: S101 (an insert answers with its key)
    record(
        session,
        "resources.close",
        (command.target.kind.value, command.target.id),
        at=at,
        actor_id=command.actor_id,
        changes={"closure": closure_id, "after": _stretch(command.starts_at, command.ends_at)},
    )
    site_id = command.target.id if command.target.kind is TargetKind.SITE else None
    return Closing(closure_id, inside(session, locked, command.starts_at, command.ends_at, site_id=site_id))


def reopen(session: Session, closure_id: int, *, actor_id: int | None, at: datetime) -> None:
    """Ends a closure now, or takes it back where it has not begun; one that is over stays as it was.

    Raises:
        NoSuchPlace: there is no such closure.
    """
    target = _target_of(session, closure_id)
    _lock(session, _resources_of(session, target))
    # Read again: somebody may have reopened it while the locks were waited for.
    row = session.execute(
        select(Closure.starts_at, Closure.ends_at).where(Closure.id == closure_id)
    ).one_or_none()
    if row is None or (row.ends_at is not None and row.ends_at <= at):
        return
    has_begun = row.starts_at < at
    if has_begun:
        session.execute(update(Closure).where(Closure.id == closure_id).values(ends_at=at))
    else:
        session.execute(delete(Closure).where(Closure.id == closure_id))
    record(
        session,
        "resources.reopen",
        (target.kind.value, target.id),
        at=at,
        actor_id=actor_id,
        changes={
            "closure": closure_id,
            "before": _stretch(row.starts_at, row.ends_at),
            "after": _stretch(row.starts_at, at) if has_begun else None,
        },
    )


def _resources_of(session: Session, target: Target) -> list[int]:
    """
    Raises:
        NoSuchPlace: there is no such site, floor or resource.
    """
    own_id, column = TARGETS[target.kind]
    if session.scalar(select(own_id).where(own_id == target.id)) is None:
        raise NoSuchPlace()
    found = set(session.scalars(select(Resource.id).where(column == target.id)))
    if target.kind is TargetKind.SITE:  # and consultants who spend part of their week there as guests
        guests = select(OpeningHours.resource_id).where(OpeningHours.at_site_id == target.id)
        found.update(id_ for id_ in session.scalars(guests) if id_ is not None)
    return sorted(found)


def _target_of(session: Session, closure_id: int) -> Target:
    row = session.execute(
        select(Closure.site_id, Closure.floor_id, Closure.resource_id).where(Closure.id == closure_id)
    ).one_or_none()
    if row is None:
        raise NoSuchPlace()
    return next(Target(kind, id_) for kind, id_ in zip(TargetKind, row, strict=True) if id_ is not None)


def _lock(session: Session, resource_ids: Iterable[int]) -> dict[int, Place]:
    return {id_: resource.place for id_, resource in lock_resources(session, resource_ids).items()}


def _iso(value: datetime | time | None) -> str | None:
    return None if value is None else value.isoformat()


def _stretch(starts_at: datetime, ends_at: datetime | None) -> dict[str, str | None]:
    return {"starts_at": _iso(starts_at), "ends_at": _iso(ends_at)}
