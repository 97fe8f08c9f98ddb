"""Keeps a demonstration alive: the days ahead fill up as time goes on, and people come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.audit.models import AuditEvent
from portal.audit.services import record
from portal.demo.consultations.loading import VERB as CONSULTATIONS_FILLED
from portal.demo.consultations.loading import Life
from portal.demo.consultations.loading import fill_days as fill_consultations
from portal.demo.history import COMING_DAYS, Crowd, Visit, living_days
from portal.demo.people import DOMAIN, PHONES, Guest
from portal.demo.places import PREFIX, ZONES, Spot, calendar_of
from portal.demo.rows import Ground, write_visits
from portal.resources.free_time import epoch_minutes
from portal.resources.models import Claim, Reservation, ReservationKind, Resource, ResourceKind, Site

HORIZON_DAYS = 2 * COMING_DAYS + 2
FILLED = ("demo.load", "demo.fill")
ROOMS_LIKING = 0.8

_GUESTS = f"(p.email LIKE '%@{DOMAIN}' OR p.phone LIKE '{PHONES}%')"
"""Whom we made up; never the accounts that somebody tries the portal with."""
_OPEN = f"""
    SELECT v.id, v.starts_at, v.ends_at, v.created_at, b.checked_in_at, hashtext(v.reference)::bigint & 2147483647 AS die,
        CAST(extract(epoch FROM v.ends_at - v.starts_at) / 60 AS int) AS minutes
    FROM reservation v JOIN booking b ON b.id = v.id JOIN person p ON p.id = v.person_id
    WHERE v.state = :state AND v.ends_at < :at + interval '1 day 1 hour' AND v.starts_at < :at + interval '10 minutes'
      AND {_GUESTS}
"""  # noqa: S608 (constants)

_COME = text(
    f"""
    WITH due AS (
        SELECT id, greatest(starts_at + make_interval(mins => CAST(die % 20 AS int) - 8), created_at + interval '1 minute')
            AS come_at
        FROM ({_OPEN}) AS waiting WHERE die / 100 % 100 >= 8),
    come AS (
        UPDATE reservation v SET state = 'checked-in' FROM due
        WHERE v.id = due.id AND v.state = 'confirmed' AND due.come_at <= :at RETURNING v.id, due.come_at)
    UPDATE booking b SET checked_in_at = come.come_at FROM come WHERE b.id = come.id
    """  # noqa: S608 (constants)
)
"""Eight in a hundred never come; the others from 8 minutes before to 11 after, always within the 15 they have."""

_LEAVE = text(
    f"""
    WITH due AS (
        SELECT id, CASE WHEN die / 100 % 5 < 2
            THEN greatest(ends_at - make_interval(mins => CAST(die % (minutes / 3) AS int)), checked_in_at + interval '1 minute')
            END AS early_at, ends_at
        FROM ({_OPEN}) AS present),
    gone AS (
        UPDATE reservation v SET state = 'completed' FROM due
        WHERE v.id = due.id AND v.state = 'checked-in' AND least(due.early_at, v.ends_at) <= :at
        RETURNING v.id, least(due.early_at, v.ends_at) AS left_at),
    freed AS (
        UPDATE claim c SET ends_at = gone.left_at FROM gone
        WHERE c.reservation_id = gone.id AND c.ends_at > gone.left_at AND c.starts_at < gone.left_at RETURNING c.id)
    UPDATE booking b SET checked_out_at = gone.left_at FROM gone WHERE b.id = gone.id
    """  # noqa: S608 (constants)
)


def play_front_desk(session: Session, *, at: datetime) -> None:
    """Lets those who are due come and go, up to the moment `at`, the same ones whenever it is asked."""
    session.execute(_COME, {"at": at, "state": "confirmed"})
    session.execute(_LEAVE, {"at": at, "state": "checked-in"})


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an earlier load left."""

    site_id: int
    seed: int
    filled_at: datetime
    """When days ahead were last filled."""
    spots: list[Spot]
    guests: list[Guest]


def loaded(session: Session) -> Loaded | None:
    site_id = session.scalar(select(Site.id).where(Site.reference_prefix == PREFIX))
    events = session.execute(
        select(AuditEvent.at, AuditEvent.changes).where(AuditEvent.verb.in_(FILLED)).order_by(AuditEvent.id)
    ).all()
    if site_id is None or not events:
        return None
    seed = int((events[0].changes or {}).get("seed", 0))
    return Loaded(site_id, seed, events[-1].at, _spots(session, site_id), _guests(session, seed))


def fill_days(session: Session, clerk_id: int, *, at: datetime) -> int:
    """What has become near since the last time; returns how many bookings and consultations were added."""
    found = loaded(session)
    if found is None:
        return 0
    at = at.replace(second=0, microsecond=0)
    ground = Ground(
        site_id=found.site_id, clerk_id=clerk_id, seed=at.date().toordinal(), at=epoch_minutes(at)
    )
    consultations_at = latest(session, (CONSULTATIONS_FILLED, *FILLED)) or at
    booked = _fill_bookings(session, found, ground, at)
    life = Life(ground=ground, seed=found.seed, guests=found.guests, first=at.date(), at=at)
    advised = fill_consultations(session, life, consultations_at)
    if booked or advised:
        changes = {"bookings": booked, "appointments": advised}
        record(session, "demo.fill", ("site", found.site_id), at=at, actor_id=None, changes=changes)
    return booked + advised


def _fill_bookings(session: Session, found: Loaded, ground: Ground, at: datetime) -> int:
    calendar = calendar_of(session, found.site_id, found.filled_at.date(), at.date() + timedelta(days=366))
    today, before = calendar.today(at), calendar.today(found.filled_at)
    if today <= before:
        return 0
    first, last = before + timedelta(days=COMING_DAYS + 1), today + timedelta(days=HORIZON_DAYS)
    visits = living_days(found.seed, calendar, found.spots, Crowd(found.guests), first, last, ground.at)
    visits = _beside_others(session, visits, calendar.midnight(first))
    return write_visits(session, visits, len(visits), ground, lambda _: None, references(session))


def latest(session: Session, verbs: Sequence[str]) -> datetime | None:
    """When one of these things was last done."""
    return session.scalar(select(func.max(AuditEvent.at)).where(AuditEvent.verb.in_(verbs)))


def references(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(select(Reservation.reference)))


def first_day(session: Session, site_id: int) -> date | None:
    """Before which nothing is booked; in UTC, which is the same day where the site is open by day."""
    earliest = session.scalar(
        select(Reservation.starts_at)
        .where(Reservation.site_id == site_id, Reservation.kind == ReservationKind.BOOKING)
        .order_by(Reservation.starts_at)
        .limit(1)
    )
    return earliest.date() if earliest else None


def _beside_others(session: Session, visits: list[Visit], since: int) -> list[Visit]:
    """Those that take nobody's time: what was booked meanwhile stays as it is."""
    held: dict[tuple[str, int], list[tuple[int, int]]] = {}
    rows = session.execute(
        select(Claim.resource_id, Claim.person_id, Claim.starts_at, Claim.ends_at).where(
            Claim.released_at.is_(None), Claim.ends_at > datetime.fromtimestamp(since * 60).astimezone()
        )
    )
    for resource_id, person_id, starts_at, ends_at in rows:
        stretch = (epoch_minutes(starts_at), epoch_minutes(ends_at))
        held.setdefault(("resource", resource_id), []).append(stretch)
        held.setdefault(("person", person_id), []).append(stretch)
    return [
        visit
        for visit in visits
        if not any(
            starts < visit.ends and visit.starts < ends
            for key in (("resource", visit.resource_id), ("person", visit.person_id))
            for starts, ends in held.get(key, ())
        )
    ]


def _spots(session: Session, site_id: int) -> list[Spot]:
    likings = {zone.letter: zone.liking for zone in ZONES}
    rows = session.scalars(
        select(Resource)
        .where(Resource.site_id == site_id, Resource.kind.in_([ResourceKind.DESK, ResourceKind.ROOM]))
        .order_by(Resource.id)
    )
    return [
        Spot(
            row.id,
            row.name,
            row.kind,
            row.zone_id,
            row.floor_id or 0,
            likings.get(row.name[0], 1.0) if row.kind == ResourceKind.DESK else ROOMS_LIKING,
        )
        for row in rows
    ]


def _guests(session: Session, seed: int) -> list[Guest]:
    rows = session.execute(
        select(Person.id, Person.created_at, Person.is_confirmed)
        .where(or_(Person.email.like(f"%@{DOMAIN}"), Person.phone.like(f"{PHONES}%")))
        .order_by(Person.id)
    )
    return [
        Guest(id_, epoch_minutes(since), Random(f"{seed} {id_}").paretovariate(1.6), bool(is_confirmed))
        for id_, since, is_confirmed in rows
    ]
