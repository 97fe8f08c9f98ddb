"""Consultants as rows: person, resource, topics, hours, and when they are away."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Person, RoleGrant
from portal.accounts.services import confirmed_owner
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.db import Words
from portal.demo.consultations.roster import DemoConsultant
from portal.demo.consultations.topics import TOPICS
from portal.demo.consultations.weeks import ABSENCES, OVERRIDES, Absence, Override, Week, by_dice
from portal.demo.names import MEN, MENS_SECOND, WOMEN, WOMENS_SECOND
from portal.permissions import Role
from portal.resources.calendar import SiteCalendar
from portal.resources.models import Closure, HoursOverride, OpeningHours, Resource, ResourceKind

DOMAIN = "konsultan.contoh.example"
"""Of consultants' addresses, so that nobody takes them for people who come; reserved (RFC 2606)."""
ROOMS = ("Ruang Moci", "Ruang Pilus")
"""Where they receive people; anybody may book these as well."""
MEETINGS = "https://temu.contoh.example/"


def make_consultants(
    session: Session,
    site_id: int,
    topic_ids: dict[str, int],
    calendar: SiteCalendar,
    drafts: Sequence[DemoConsultant],
    *,
    at: datetime,
) -> list[int]:
    """Their ids, in this order."""
    return [_make(session, site_id, topic_ids, calendar, draft, at=at) for draft in drafts]


def open_rooms(session: Session, site_id: int) -> None:
    session.execute(
        update(Resource)
        .where(Resource.site_id == site_id, Resource.kind == ResourceKind.ROOM, Resource.name.in_(ROOMS))
        .values(serves_consultations=True)
    )


def draft_more(session: Session, seed: int, count: int) -> list[DemoConsultant]:
    """As many more as asked for, none with the name of another."""
    names = set(session.scalars(select(Resource.name).where(Resource.kind == ResourceKind.CONSULTANT)))
    dice = Random(f"{seed} consultants {len(names)}")
    drafts = []
    for _ in range(count):
        while True:
            firsts, seconds = dice.choice(((WOMEN, WOMENS_SECOND), (MEN, MENS_SECOND)))
            name = f"{dice.choice(firsts)} {dice.choice(seconds)}"
            if name not in names:
                break
        names.add(name)
        topics = tuple(dice.sample(list(TOPICS), dice.randint(1, 4)))
        about = Words(
            "Pendamping UMKM. Topik: " + ", ".join(TOPICS[key].name.id for key in topics) + ".",
            "Companion of small businesses. Topics: "
            + ", ".join(TOPICS[key].name.en for key in topics)
            + ".",
        )
        drafts.append(DemoConsultant(name, topics, ("id", "jv"), about, by_dice(dice)))
    return drafts


def _make(
    session: Session,
    site_id: int,
    topic_ids: dict[str, int],
    calendar: SiteCalendar,
    draft: DemoConsultant,
    *,
    at: datetime,
) -> int:
    person = _person(session, draft, at)
    resource = Resource(site_id=site_id, kind=ResourceKind.CONSULTANT, name=person.name)
    session.add(resource)
    session.flush()
    session.add(
        Consultant(
            id=resource.id,
            person_id=person.id,
            about=draft.about,
            languages=list(draft.languages),
            video_url=MEETINGS + draft.slug,
            day_limit=draft.day_limit,
            week_limit=draft.week_limit,
        )
    )
    session.flush()
    session.add_all(
        ConsultantTopic(consultant_id=resource.id, topic_id=topic_ids[key])
        for key in draft.topics
        if key in topic_ids
    )
    _add_hours(session, resource.id, draft.week, None)
    today = calendar.today(at)
    for override in OVERRIDES.get(draft.name, ()):
        _add_override(session, resource.id, override, today)
    for absence in ABSENCES.get(draft.name, ()):
        _add_absence(session, resource.id, absence, calendar, today)
    return resource.id


def _person(session: Session, draft: DemoConsultant, at: datetime) -> Person:
    email = draft.email or f"{draft.slug}@{DOMAIN}"
    found = confirmed_owner(session, email)
    if found is not None:
        return session.get_one(Person, found)
    since = at - timedelta(days=1000)
    person = Person(name=draft.name, email=email, email_confirmed_at=since, language="id", created_at=since)
    session.add(person)
    session.flush()
    session.add(RoleGrant(person_id=person.id, role=Role.CONSULTANT, granted_at=since))
    return person


def _add_hours(session: Session, resource_id: int, week: Week, override_id: int | None) -> None:
    session.add_all(
        OpeningHours(
            resource_id=resource_id, weekday=weekday, opens=opens, closes=closes, override_id=override_id
        )
        for weekdays, stretches in week
        for weekday in weekdays
        for opens, closes in _times(stretches)
    )


def _add_override(session: Session, resource_id: int, override: Override, today: date) -> None:
    row = HoursOverride(
        resource_id=resource_id,
        from_date=today + timedelta(days=override.first),
        until_date=today + timedelta(days=override.last),
    )
    session.add(row)
    session.flush()
    _add_hours(session, resource_id, override.week, row.id)


def _add_absence(
    session: Session, resource_id: int, absence: Absence, calendar: SiteCalendar, today: date
) -> None:
    first, last = absence.dates(today)
    ((opens, closes),) = _times(absence.stretch)
    if closes == time.min:
        last += timedelta(days=1)
    session.add(
        Closure(
            resource_id=resource_id,
            starts_at=datetime.combine(first, opens, calendar.zone),
            ends_at=datetime.combine(last, closes, calendar.zone),
            reason=absence.reason,
        )
    )


def _times(stretches: str) -> list[tuple[time, time]]:
    """Of "09.00–12.00 13.00–16.00", as one writes it on a door."""
    return [
        (time.fromisoformat(opens.replace(".", ":")), time.fromisoformat(closes.replace(".", ":")))
        for opens, closes in (stretch.split("–") for stretch in stretches.split())
    ]
