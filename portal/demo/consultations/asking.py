"""Who waits for an answer of the demonstration's own consultant: asked for through the services, as by anybody."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments.services import Request, request
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.consultations.finding.queries import TopicRow, offer_of, topics
from portal.consultations.topics.models import Mode
from portal.demo.consultations.cases import Lists, answers
from portal.demo.consultations.reading import read_lists
from portal.demo.consultations.roster import ACCOUNT
from portal.demo.people import DOMAIN, PHONES
from portal.errors import PortalError

WAITING = ((3, Mode.PHONE), (9, Mode.VIDEO), (20, Mode.IN_PERSON))
"""How many hours ago somebody asked, and how to meet."""
TRIES = 5
DAYS_AHEAD = 8
_WAITING = text(
    """
    SELECT v.starts_at FROM appointment a JOIN reservation v ON v.id = a.id
    WHERE a.consultant_id = :consultant_id AND v.state = 'requested'
    """
)
CALM = timedelta(hours=20)
_IS_CALM = text(
    """
    SELECT count(*) > 0 AND NOT bool_or(EXISTS (
        SELECT FROM appointment a JOIN reservation v ON v.id = a.id JOIN topic t ON t.id = a.topic_id
        WHERE a.consultant_id = c.id AND (v.state = 'requested'
            OR (v.created_at > :since AND NOT t.confirms_itself AND v.created_by_id = v.person_id))))
    FROM consultant c JOIN person ON person.id = c.person_id WHERE person.email = :account
    """
)
_CANDIDATES = text(
    f"""
    SELECT p.id, count(v.id) FILTER (WHERE v.state = 'completed') AS held,
        count(v.id) FILTER (WHERE v.state = 'no-show') AS missed
    FROM person p LEFT JOIN (appointment a JOIN reservation v ON v.id = a.id AND a.consultant_id = :consultant_id)
        ON v.person_id = p.id
    WHERE (p.email LIKE '%@{DOMAIN}' OR p.phone LIKE '{PHONES}%') AND p.created_at < :before
      AND (p.email_confirmed_at IS NOT NULL OR p.phone_confirmed_at IS NOT NULL)
    GROUP BY p.id HAVING count(v.id) FILTER (WHERE v.state IN ('requested', 'confirmed')) = 0
    ORDER BY (SELECT count(*) FROM reservation other WHERE other.person_id = p.id AND other.kind = 'appointment'), p.id
    """  # noqa: S608 (constants)
)


def let_ask_again(session: Session, *, at: datetime) -> int:
    """Once nobody waits, and for a while nobody has: a demonstration that stands for days has requests every day."""
    parameters = {"account": ACCOUNT, "since": at - CALM}
    is_calm = session.scalar(_IS_CALM, parameters)
    return let_ask(session, read_lists(session), at=at, since=at) if is_calm else 0


def let_ask(session: Session, lists: Lists, *, at: datetime, since: datetime | None = None) -> int:
    """Lets three people wait for the demonstration's consultant, or as many as are free to ask; returns how many asked.

    `since`: when they did; None: each at a time of their own.
    """
    consultant_id = session.scalar(
        select(Consultant.id).join(Person, Person.id == Consultant.person_id).where(Person.email == ACCOUNT)
    )
    if consultant_id is None:
        return 0
    waiting = session.scalars(_WAITING, {"consultant_id": consultant_id}).all()
    advised = set(
        session.scalars(
            select(ConsultantTopic.topic_id).where(ConsultantTopic.consultant_id == consultant_id)
        )
    )
    own = [topic for topic in topics(session) if topic.id in advised and not topic.confirms_itself]
    if not own or len(waiting) >= len(WAITING):
        return 0
    candidates = _candidates(session, consultant_id, at)
    days = {moment.date() for moment in waiting}
    asked = 0
    for number in range(len(waiting), len(WAITING)):
        hours, mode = WAITING[number]
        topic = own[number % len(own)]
        mode = mode if mode in topic.modes else topic.modes[0]
        asked_at = since or at - timedelta(hours=min(hours, topic.answer_hours / 2))
        starts_at = _free_time(session, consultant_id, topic, mode, days, at)
        if starts_at is None:
            continue
        days.add(starts_at.date())
        for person_id in candidates[number][:TRIES]:
            command = Request(
                actor=Actor(id=person_id),
                person_id=person_id,
                topic_id=topic.id,
                consultant_id=consultant_id,
                starts_at=starts_at,
                mode=mode,
                answers=tuple(answers(Random(f"{starts_at} answers"), topic.id, lists)),
            )
            try:
                with session.begin_nested():
                    request(session, command, at=asked_at)
            except PortalError:
                continue  # they hold another one then
            asked += 1
            break
    return asked


def _candidates(session: Session, consultant_id: int, at: datetime) -> list[list[int]]:
    """Who comes for the first time, who has come more than once, and who was missed once, as `WAITING`; or whoever else.

    Who has been to few consultations, of whomever, comes first.
    """
    parameters = {"consultant_id": consultant_id, "before": at - timedelta(days=1)}
    rows = session.execute(_CANDIDATES, parameters).all()
    strangers = [row.id for row in rows if not row.held and not row.missed]
    regulars = [row.id for row in rows if row.held > 1 and not row.missed]
    missed = [row.id for row in rows if row.held and row.missed]
    return [strangers, regulars + strangers[::-1], missed + regulars[::-1] + strangers[::-1]]


def _free_time(
    session: Session, consultant_id: int, topic: TopicRow, mode: Mode, days: set[date], at: datetime
) -> datetime | None:
    """On the first day that has none of those before; around noon."""
    today = at.astimezone(UTC).date()
    found = offer_of(session, consultant_id, today, today + timedelta(days=DAYS_AHEAD))
    beginnings = found.free_times(topic.length, now=at, modes=[mode])[consultant_id]
    by_day: dict[date, list[datetime]] = {}
    for beginning in beginnings:
        moment = datetime.fromtimestamp(beginning.at * 60, UTC)
        by_day.setdefault(moment.date(), []).append(moment)
    free = next((moments for day, moments in by_day.items() if day not in days), None)
    return free[len(free) // 2] if free else None
