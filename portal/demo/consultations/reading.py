"""What stands in the database and decides what else may be made up: advisers, rooms, promises, lists."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.consultations.cases.models import Outcome
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.consultations.finding.queries import Offer, TopicRow, offer_of, topics
from portal.consultations.topics.models import IntakeQuestion
from portal.demo.consultations.cases import Lists, Question
from portal.demo.consultations.clients import Clients
from portal.demo.consultations.consultants import DOMAIN
from portal.demo.consultations.days import Adviser, House
from portal.demo.consultations.roster import ACCOUNT
from portal.demo.people import Guest
from portal.demo.places import calendar_of
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import Stretch
from portal.resources.models import Resource

_CONSULTANTS = (
    select(Consultant.id, Consultant.person_id, Resource.name, Person.email)
    .join(Resource, Resource.id == Consultant.id)
    .join(Person, Person.id == Consultant.person_id)
    .where(Resource.is_active)
    .order_by(Consultant.id)
)
_HELD = text(
    """
    SELECT person_id, floor(extract(epoch FROM starts_at) / 60)::bigint, ceil(extract(epoch FROM ends_at) / 60)::bigint
    FROM reservation WHERE kind = 'appointment' AND state NOT IN ('cancelled', 'declined') AND site_id = :site_id
      AND starts_at > CAST(:first AS date) - 1 AND starts_at < CAST(:last AS date) + 2
    """
)
_CLAIMED = text(
    """
    SELECT k.resource_id, floor(extract(epoch FROM k.starts_at) / 60)::bigint,
        ceil(extract(epoch FROM k.ends_at) / 60)::bigint
    FROM appointment a JOIN claim k ON k.reservation_id = a.id
    WHERE k.released_at IS NULL AND k.starts_at > CAST(:first AS date) - 1 AND k.starts_at < CAST(:last AS date) + 2
    """
)
_FORMER = text(
    """
    SELECT DISTINCT a.consultant_id, v.person_id FROM appointment a JOIN reservation v ON v.id = a.id
    WHERE v.state = 'completed' ORDER BY 1, 2
    """
)


def read_house(session: Session, site_id: int, first: date, last: date) -> House:
    """Made-up consultants and the demonstration's own; who has an account of their own keeps an empty calendar."""
    calendar = calendar_of(session, site_id, first, last)
    offered = topics(session)
    known = session.execute(select(ConsultantTopic.consultant_id, ConsultantTopic.topic_id)).all()
    advises = {(row[0], row[1]) for row in known}
    advisers: list[Adviser] = []
    found: Offer | None = None
    for id_, person_id, name, email in session.execute(_CONSULTANTS).all():
        if email != ACCOUNT and not str(email).endswith(f"@{DOMAIN}"):
            continue
        found = offer_of(session, id_, first, last)
        own = tuple(topic for topic in offered if (id_, topic.id) in advises)
        advisers.append(_adviser(found, id_, person_id, name, own, calendar, is_account=email == ACCOUNT))
    here = found.sites.get(site_id) if found else None
    rooms = here.rooms if here else ()
    taken = {} if found is None else _by_day(found.rooms_taken, calendar)
    return House(site_id, calendar, advisers, rooms, taken)


def read_clients(
    session: Session, seed: int, guests: Sequence[Guest], house: House, first: date, last: date
) -> Clients:
    """Beside what they hold already; those whom a consultant knows come back."""
    held: dict[date, dict[int, list[Stretch[int]]]] = {}
    window = {"site_id": house.site_id, "first": first, "last": last}
    for person_id, starts, ends in session.execute(_HELD, window):
        day = house.calendar.moment(starts).date()
        held.setdefault(day, {}).setdefault(person_id, []).append((starts, ends))
    former: dict[int, list[int]] = {}
    for consultant_id, person_id in session.execute(_FORMER):
        former.setdefault(consultant_id, []).append(person_id)
    return Clients(seed, guests, held, former)


def held_by_consultations(
    session: Session, calendar: SiteCalendar, first: date, last: date
) -> dict[tuple[int, date], list[Stretch[int]]]:
    """What consultations claim, by resource and local day."""
    taken: dict[int, list[Stretch[int]]] = {}
    for resource_id, start, end in session.execute(_CLAIMED, {"first": first, "last": last}):
        taken.setdefault(resource_id, []).append((start, end))
    return _by_day(taken, calendar)


def read_lists(session: Session) -> Lists:
    questions: dict[int, list[Question]] = {}
    rows = select(IntakeQuestion).where(IntakeQuestion.is_active).order_by(IntakeQuestion.position)
    for row in session.scalars(rows):
        label = {"id": row.label.id, "en": row.label.en}
        questions.setdefault(row.topic_id, []).append(Question(label, row.kind.value, row.choices or ()))
    outcomes = session.execute(select(Outcome.name, Outcome.id)).all()
    return Lists(
        {name.id: id_ for name, id_ in outcomes},
        {topic.id: topic.name.id for topic in topics(session)},
        questions,
    )


def _adviser(
    found: Offer,
    id_: int,
    person_id: int,
    name: str,
    own: tuple[TopicRow, ...],
    calendar: SiteCalendar,
    *,
    is_account: bool,
) -> Adviser:
    schedule = found.schedules[id_]
    taken: dict[date, list[Stretch[int]]] = {}
    weeks: dict[date, int] = {}
    for one in schedule.taken:
        day = calendar.moment(one.start).date()
        taken.setdefault(day, []).append((one.start, one.end))
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + 1
    return Adviser(id_, person_id, name, schedule, own, is_account, taken, weeks)


def _by_day(
    taken: Mapping[int, Sequence[Stretch[int]]], calendar: SiteCalendar
) -> dict[tuple[int, date], list[Stretch[int]]]:
    days: dict[tuple[int, date], list[Stretch[int]]] = {}
    for room_id, stretches in taken.items():
        for start, end in stretches:
            days.setdefault((room_id, calendar.moment(start).date()), []).append((start, end))
    return days
