"""Consultations as a whole: who advises on what and when, what has come of it, and what the accounts find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.services import record
from portal.consultations.appointments.models import Appointment
from portal.consultations.consultants.models import Consultant
from portal.consultations.finding.queries import topics
from portal.consultations.topics.models import Topic
from portal.db import Reader
from portal.demo.consultations.accounts import lend, write_cases
from portal.demo.consultations.asking import let_ask
from portal.demo.consultations.cases import KEYS
from portal.demo.consultations.consultants import draft_more, make_consultants, open_rooms
from portal.demo.consultations.days import COMING_DAYS, consultations, only
from portal.demo.consultations.fates import Consultation
from portal.demo.consultations.reading import read_clients, read_house, read_lists
from portal.demo.consultations.roster import CONSULTANTS
from portal.demo.consultations.rows import write_consultations
from portal.demo.consultations.topics import make_topics
from portal.demo.people import Guest
from portal.demo.places import calendar_of
from portal.demo.rows import Ground
from portal.resources.models import Reservation, ReservationKind

AHEAD_DAYS = 26
"""The last day that has any; who asked up to four days ago was within the horizon of 30."""
CHUNK_DAYS = 365
EARLIEST = date(1990, 1, 1)
VERB = "demo.consultations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Made up for whom, from when on and seen from when."""

    ground: Ground
    seed: int
    guests: Sequence[Guest]
    first: date
    at: datetime
    accounts: dict[str, int] = field(default_factory=dict)
    """The demonstration accounts' people by address."""


def has_house(reader: Reader) -> bool:
    return reader.execute(select(Topic.id).limit(1)).first() is not None


def make_house(session: Session, site_id: int, *, at: datetime) -> None:
    """Topics, consultants with their weeks, and the rooms where they receive people."""
    calendar = calendar_of(session, site_id, at.date(), at.date())
    open_rooms(session, site_id)
    make_consultants(session, site_id, make_topics(session), calendar, CONSULTANTS, at=at)


def make_more_consultants(
    session: Session, site_id: int, seed: int, wanted: int, *, at: datetime
) -> list[int]:
    """Until there are `wanted`; the ids of the new ones."""
    missing = wanted - count_consultants(session)
    if missing <= 0:
        return []
    calendar = calendar_of(session, site_id, at.date(), at.date())
    ids = {KEYS[topic.name.id]: topic.id for topic in topics(session) if topic.name.id in KEYS}
    drafts = draft_more(session, seed, missing)
    return make_consultants(session, site_id, ids, calendar, drafts, at=at)


def add_life(
    session: Session, life: Life, *, wanted: int | None = None, among: Sequence[int] | None = None
) -> int:
    """History, today and the coming days; returns how many consultations.

    `wanted`: no more of the past than that it is so many in all. `among`: of these consultants alone.
    """
    ground = life.ground
    calendar = calendar_of(session, ground.site_id, life.at.date(), life.at.date())
    today = calendar.today(life.at)
    last = today + timedelta(days=AHEAD_DAYS)
    house = read_house(session, ground.site_id, life.first, last)
    clients = read_clients(session, life.seed, life.guests, house, life.first, last)
    chosen = house if among is None else only(house, among)
    made = consultations(life.seed, chosen, clients, ground.clerk_id, life.first, last, ground.at)
    made = _as_many(made, wanted, house.calendar.midnight(today))
    if among is None:
        made = lend(made, life.accounts, house, today)
    lists = read_lists(session)
    written = write_consultations(session, made, len(made), ground, lists, house.calendar, lambda _: None)
    if among is None:
        write_cases(session, life.accounts, lists, house.calendar, at=life.at)
    let_ask(session, lists, at=life.at)
    changes = {"appointments": written, "seed": life.seed}
    record(session, VERB, ("site", ground.site_id), at=life.at, actor_id=None, changes=changes)
    return written


def count_appointments(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Appointment)) or 0


def count_consultants(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Consultant)) or 0


def add_older(session: Session, life: Life, count: int, show: Callable[[int], None]) -> int:
    """So many before all others, backwards over packed years; returns how many there was room for."""
    earliest = session.scalar(
        select(func.min(Reservation.starts_at)).where(Reservation.kind == ReservationKind.APPOINTMENT)
    )
    before = (earliest.date() if earliest else life.first) - timedelta(days=1)
    lists = read_lists(session)
    ground, written = life.ground, 0
    while written < count and before > EARLIEST:
        first = max(before - timedelta(days=CHUNK_DAYS), EARLIEST)
        house = read_house(session, ground.site_id, first, before)
        clients = read_clients(session, life.seed, life.guests, house, first, before)
        made = consultations(
            life.seed, house, clients, ground.clerk_id, first, before, ground.at, is_packed=True
        )
        if not made:
            break
        newest = sorted(made, key=lambda one: -one.starts)
        calendar = house.calendar
        written += write_consultations(session, newest, count - written, ground, lists, calendar, show)
        before = first - timedelta(days=1)
    return written


def fill_days(session: Session, life: Life, filled_at: datetime) -> int:
    """What has become near since `filled_at`; returns how many were added."""
    ground = life.ground
    calendar = calendar_of(session, ground.site_id, life.at.date(), life.at.date())
    first = calendar.today(filled_at) + timedelta(days=COMING_DAYS + 1)
    last = calendar.today(life.at) + timedelta(days=AHEAD_DAYS)
    lists = read_lists(session)
    let_ask(session, lists, at=life.at)
    if first > last or calendar.today(life.at) <= calendar.today(filled_at):
        return 0
    house = read_house(session, ground.site_id, first, last)
    clients = read_clients(session, life.seed, life.guests, house, first, last)
    made = consultations(life.seed, house, clients, ground.clerk_id, first, last, ground.at)
    return write_consultations(session, made, len(made), ground, lists, house.calendar, lambda _: None)


def _as_many(made: list[Consultation], wanted: int | None, midnight: int) -> list[Consultation]:
    if wanted is None:
        return made
    past = sorted((one for one in made if one.starts < midnight), key=lambda one: one.starts)
    present = [one for one in made if one.starts >= midnight]
    return past[len(past) - max(min(wanted - len(present), len(past)), 0) :] + present
