"""The demonstration as a whole: places, people, what they did, and what the demonstration accounts find."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.accounts.demo_accounts import ensure_demo_accounts
from portal.accounts.models import Agency
from portal.audit.services import record
from portal.bookings.models import Booking
from portal.db import Reader
from portal.demo.consultations.loading import (
    VERB,
    Life,
    add_life,
    add_older,
    has_house,
    make_house,
    make_more_consultants,
)
from portal.demo.consultations.reading import held_by_consultations
from portal.demo.full_days import full_days
from portal.demo.guests_of_honour import lend_visits, tell
from portal.demo.history import Crowd, Visit, living_days
from portal.demo.people import Guest, add_people, draft_people
from portal.demo.places import (
    PREFIX,
    PROGRAMME,
    Spot,
    calendar_of,
    close_for_class,
    make_agencies,
    make_districts,
    make_site,
    make_spots,
)
from portal.demo.present import HORIZON_DAYS, Loaded, first_day, latest, loaded, references
from portal.demo.rows import Ground, register_in_time, write_visits
from portal.resources.free_time import epoch_minutes
from portal.resources.models import Site

FULL_DAYS_AT_ONCE = 365
EARLIEST = date(1990, 1, 1)
"""No booking is made up before."""
FRONT_DESK = "frontdesk@demo.example"
ONE_LOAD = 4_711_001
"""Key of the advisory lock that lets one load at a time run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    people: int = 200
    bookings: int | None = None
    """How many in all; None: as many as six months hold. Never fewer than today and the coming days need."""
    seed: int = 3328
    days: int = 183
    """Of ordinary history before today: six months; twice as many of consultations."""
    appointments: int | None = None
    """How many consultations in all; None: as many as a year holds."""
    consultants: int = 12
    """How many in all, never fewer than the usual ones."""
    password: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is written already, and the visits that are not."""

    command: Load
    site_id: int
    spots: list[Spot]
    accounts: dict[str, int]
    """The demonstration accounts' people by address."""
    guests: list[Guest]
    recent: list[Visit]
    older: int
    """How many visits of before are wanted besides."""
    first: date
    at: datetime

    @property
    def total(self) -> int:
        return len(self.recent) + self.older


def is_loaded(reader: Reader) -> bool:
    return reader.execute(select(Site.id).where(Site.reference_prefix == PREFIX)).first() is not None


def let_one_load(session: Session) -> None:
    """Waits for another load to end, which may take minutes."""
    session.execute(text("SET LOCAL lock_timeout = 0"))
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_LOAD})


def refresh_accounts(session: Session, password: str, *, at: datetime) -> dict[str, int]:
    """What happens at every start once all is loaded; answers with the accounts' people by address."""
    agency_id = session.scalar(select(Agency.id).where(Agency.short_name == PROGRAMME))
    return ensure_demo_accounts(session, password, at, agency_id)


def add_consultations(session: Session, command: Load, *, at: datetime) -> int:
    """What an earlier load lacks of topics, consultants and their year; returns how many consultations were added."""
    found = loaded(session)
    if found is None:
        return 0
    at = at.replace(second=0, microsecond=0)
    if not has_house(session):
        make_house(session, found.site_id, at=at)
    more = make_more_consultants(session, found.site_id, found.seed, command.consultants, at=at)
    is_new = latest(session, [VERB]) is None
    if not is_new and not more:
        return 0
    life = life_after(session, command, found, at=at)
    added = add_life(session, life, wanted=command.appointments, among=None if is_new else more)
    register_in_time(session)
    return added


def add_older_consultations(
    session: Session, command: Load, count: int, show: Callable[[int], None], *, at: datetime
) -> int:
    """So many before all others; returns how many there was room for."""
    found = loaded(session)
    if found is None:
        return 0
    written = add_older(session, life_after(session, command, found, at=at), count, show)
    register_in_time(session)
    return written


def begin(session: Session, command: Load, *, at: datetime) -> Plan:
    """Writes places and people, and thinks out the visits of six months, today and the coming days."""
    at = at.replace(second=0, microsecond=0)
    owner, programme = make_agencies(session)
    accounts = ensure_demo_accounts(session, command.password, at, programme)
    districts = make_districts(session)
    dice = Random(f"{command.seed} people")
    drafts = draft_people(dice, command.people, len(districts), at=at)
    guests = add_people(session, dice, drafts, districts)
    site_id = make_site(session, owner)
    spots = make_spots(session, site_id)
    today = calendar_of(session, site_id, at.date(), at.date()).today(at)
    close_for_class(session, site_id, spots, today, at=at)
    make_house(session, site_id, at=at)
    make_more_consultants(session, site_id, command.seed, command.consultants, at=at)
    first, last = today - timedelta(days=command.days), today + timedelta(days=HORIZON_DAYS)
    calendar = calendar_of(session, site_id, first, date(today.year + 1, 12, 31))
    visits = living_days(command.seed, calendar, spots, Crowd(guests), first, last, epoch_minutes(at))
    recent, older = _as_many(visits, command.bookings, calendar.midnight(today))
    recent = lend_visits(recent, spots, accounts, calendar, today)
    return Plan(command, site_id, spots, accounts, guests, recent, older, first, at)


def finish(session: Session, plan: Plan, show: Callable[[int], None]) -> int:
    """Writes the visits; `show` hears how many more are done. Returns how many there are."""
    visits = chain(plan.recent, _older(session, plan))
    written = write_visits(session, visits, plan.total, _ground(plan), show)
    add_life(session, life_of(plan), wanted=plan.command.appointments)
    register_in_time(session)
    tell(session, plan.accounts)
    record(
        session,
        "demo.load",
        ("site", plan.site_id),
        at=plan.at,
        actor_id=None,
        changes={"people": plan.command.people, "bookings": written, "seed": plan.command.seed},
    )
    return written


def plan_more(session: Session, command: Load, *, at: datetime) -> Plan | None:
    """What is wanted beyond what an earlier load left: days before all others. None: nothing."""
    found = loaded(session)
    first = first_day(session, found.site_id) if found else None
    there = session.scalar(select(func.count()).select_from(Booking)) or 0
    if found is None or command.bookings is None or command.bookings <= there:
        return None
    accounts = refresh_accounts(session, command.password, at=at)
    older, first = command.bookings - there, first or at.date()
    return Plan(command, found.site_id, found.spots, accounts, found.guests, [], older, first, at)


def add_more(session: Session, plan: Plan, show: Callable[[int], None]) -> int:
    ground = _ground(plan)
    used = references(session)
    written = write_visits(session, _older(session, plan), plan.older, ground, show, used)
    register_in_time(session)
    changes = {"bookings": written, "seed": plan.command.seed}
    record(session, "demo.more", ("site", plan.site_id), at=plan.at, actor_id=None, changes=changes)
    return written


def _as_many(visits: list[Visit], wanted: int | None, midnight: int) -> tuple[list[Visit], int]:
    """The newest of the past as far as they are wanted, with today and what comes; and how many are missing."""
    if wanted is None:
        return visits, 0
    past = [visit for visit in visits if visit.starts < midnight]
    present = visits[len(past) :]
    kept = max(wanted - len(present), 0)
    return past[max(len(past) - kept, 0) :] + present, max(kept - len(past), 0)


def life_of(plan: Plan) -> Life:
    return Life(
        ground=_ground(plan),
        seed=plan.command.seed,
        guests=plan.guests,
        first=plan.at.date() - timedelta(days=2 * plan.command.days),
        at=plan.at,
        accounts=plan.accounts,
    )


def life_after(session: Session, command: Load, found: Loaded, *, at: datetime) -> Life:
    """The same for what an earlier load left."""
    accounts = refresh_accounts(session, command.password, at=at)
    at = at.replace(second=0, microsecond=0)
    return Life(
        ground=Ground(
            site_id=found.site_id, clerk_id=accounts[FRONT_DESK], seed=found.seed, at=epoch_minutes(at)
        ),
        seed=found.seed,
        guests=found.guests,
        first=at.date() - timedelta(days=2 * command.days),
        at=at,
        accounts=accounts,
    )


def _ground(plan: Plan) -> Ground:
    return Ground(
        site_id=plan.site_id,
        clerk_id=plan.accounts[FRONT_DESK],
        seed=plan.command.seed,
        at=epoch_minutes(plan.at),
    )


def _older(session: Session, plan: Plan) -> Iterator[Visit]:
    """Full days before the six months, backwards for as long as somebody asks; at most until `EARLIEST`."""
    last = plan.first - timedelta(days=1)
    while last > EARLIEST:
        first = max(last - timedelta(days=FULL_DAYS_AT_ONCE), EARLIEST)
        calendar = calendar_of(session, plan.site_id, first, last)
        held = held_by_consultations(session, calendar, first, last)
        for visit in full_days(plan.command.seed, calendar, plan.spots, plan.guests, last, first):
            day = held.get((visit.resource_id, calendar.moment(visit.starts).date()), ()) if held else ()
            if all(end <= visit.starts or visit.ends <= start for start, end in day):
                yield visit
        last = first - timedelta(days=1)
