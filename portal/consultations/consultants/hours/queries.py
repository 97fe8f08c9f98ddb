"""A consultant's hours as they are kept: the usual week, other hours for some days, time off, what now lies outside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Integer, String, bindparam, select, text

from portal.consultations.appointments.queries import APPOINTMENT, AppointmentRow, appointment_row
from portal.consultations.consultants.hours.outside import Outside, outside
from portal.consultations.consultants.hours.week import in_order, is_over, mark_of
from portal.consultations.finding.free_times import Beginning, Length, Schedule, Taken, Weekly, free_times
from portal.consultations.finding.queries import Offer, offer_of
from portal.consultations.stamp import fingerprint
from portal.consultations.topics.models import Mode
from portal.db import Reader, Words
from portal.resources.calendar import Special, zone_exists
from portal.resources.free_time import epoch_minutes
from portal.resources.models import Closure, HoursOverride, OpeningHours

UNUSABLE_ZONE = "Asia/Jakarta"
"""Read instead of a zone that does not exist, so that the page which says so can be shown."""
AHEAD_DAYS = 60
"""How far holidays and closures of the place are shown, and other times are looked for."""
TOLD = "consultations/outside_hours"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose hours they are."""

    id: int
    person_id: int
    name: str
    site_id: int
    time_zone: str
    is_active: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone if zone_exists(self.time_zone) else UNUSABLE_ZONE)

    def today(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class WorkSite:
    """A place at which consultants may work."""

    id: int
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class OverrideRow:
    id: int
    from_date: date
    until_date: date
    stretches: tuple[Weekly, ...]

    @property
    def mark(self) -> str:
        return fingerprint(self.from_date, self.until_date, mark_of(self.stretches))


@dataclass(frozen=True, slots=True)
class Absence:
    id: int
    starts_at: datetime
    ends_at: datetime | None
    reason: Words


_SUBJECT = """
    SELECT c.id, c.person_id, r.name, r.site_id, site.time_zone, r.is_active
    FROM consultant c JOIN resource r ON r.id = c.id JOIN site ON site.id = r.site_id
"""
_BY_PERSON = text(_SUBJECT + " WHERE c.person_id = :person_id")
_BY_ID = text(_SUBJECT + " WHERE c.id = :id")
_SITES = text("SELECT id, name, time_zone FROM site WHERE is_active OR id = :home ORDER BY id")


def subject_of_person(reader: Reader, person_id: int) -> Subject | None:
    row = reader.execute(_BY_PERSON, {"person_id": person_id}).one_or_none()
    return None if row is None else Subject(*row)


def subject(reader: Reader, consultant_id: int) -> Subject | None:
    row = reader.execute(_BY_ID, {"id": consultant_id}).one_or_none()
    return None if row is None else Subject(*row)


def work_sites(reader: Reader, home: int) -> list[WorkSite]:
    """Where one may work: every place in use, one's own first."""
    found = [WorkSite(*row) for row in reader.execute(_SITES, {"home": home})]
    return sorted(found, key=lambda site: (site.id != home, site.id))


def usual_week(reader: Reader, subject: Subject, today: date) -> list[Weekly]:
    """What holds today or later, in order; what is over is left out."""
    rows = _stretches(reader, subject)
    return in_order(row for row in rows if row.override_id is None and not is_over(row, today))


def overrides(reader: Reader, subject: Subject, today: date) -> list[OverrideRow]:
    """Other hours that hold today or later, the next first."""
    rows = _stretches(reader, subject)
    found = reader.execute(
        select(HoursOverride.id, HoursOverride.from_date, HoursOverride.until_date)
        .where(HoursOverride.resource_id == subject.id, HoursOverride.until_date >= today)
        .order_by(HoursOverride.from_date)
    )
    return [
        OverrideRow(id_, first, last, tuple(in_order(row for row in rows if row.override_id == id_)))
        for id_, first, last in found
    ]


def _stretches(reader: Reader, subject: Subject) -> list[Weekly]:
    rows = reader.execute(
        select(
            OpeningHours.weekday,
            OpeningHours.opens,
            OpeningHours.closes,
            OpeningHours.at_site_id,
            OpeningHours.from_date,
            OpeningHours.until_date,
            OpeningHours.override_id,
        ).where(OpeningHours.resource_id == subject.id)
    )
    return [Weekly(*row[:3], row[3] or subject.site_id, *row[4:]) for row in rows]


def absences(reader: Reader, consultant_id: int, *, at: datetime) -> list[Absence]:
    """Time off and blocked time that is not over, the next first."""
    rows = reader.execute(
        select(Closure.id, Closure.starts_at, Closure.ends_at, Closure.reason)
        .where(Closure.resource_id == consultant_id, Closure.ends_at.is_(None) | (Closure.ends_at > at))
        .order_by(Closure.starts_at, Closure.id)
    )
    return [Absence(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Stranded:
    """An appointment outside the hours, the nearest time that is free instead, and when the person was told."""

    row: AppointmentRow
    is_away: bool
    instead: datetime | None
    """Local; None: nothing is free within reach."""
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What of the next weeks stands against the hours, and whom that leaves outside."""

    stranded: Sequence[Stranded]
    specials: Sequence[tuple[str, Special]]
    """(name of the place, holiday or day with hours of its own), by day."""
    closures: Sequence[tuple[str, datetime, datetime | None, Words]]
    """(name of the place, local start, end, why)."""


_COMING = text(
    f"""{APPOINTMENT} WHERE v.id = ANY(ARRAY(
        SELECT reservation_id FROM claim WHERE resource_id = :id AND released_at IS NULL
          AND starts_at > CAST(:at AS timestamptz) - interval '1 day'))
      AND a.consultant_id = :id AND v.state IN ('requested', 'confirmed') AND v.starts_at > :at
      ORDER BY v.starts_at, v.id"""  # noqa: S608 (constants)
)
_LENGTHS = text(
    """
    SELECT id, minutes, buffer_before_minutes, buffer_after_minutes, step_minutes FROM topic WHERE id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Integer)))
_TOLD = text(
    """
    SELECT facts ->> 'reference', max(created_at) FROM message
    WHERE template = :template AND person_id = ANY(:people) AND facts ->> 'reference' = ANY(:references) GROUP BY 1
    """
).bindparams(bindparam("people", type_=ARRAY(Integer)), bindparam("references", type_=ARRAY(String)))


def coming_of(reader: Reader, consultant_id: int, *, at: datetime) -> list[AppointmentRow]:
    """What somebody was promised that has not begun, the next first."""
    return [appointment_row(row) for row in reader.execute(_COMING, {"id": consultant_id, "at": at})]


def ahead(reader: Reader, subject: Subject, *, at: datetime) -> Ahead:
    """Eight statements at most, however many appointments there are."""
    coming = coming_of(reader, subject.id, at=at)
    first = at.astimezone(UTC).date() - timedelta(days=1)
    last = max(
        [first + timedelta(days=AHEAD_DAYS), *(row.starts_at.date() + timedelta(days=1) for row in coming)]
    )
    found = offer_of(reader, subject.id, first, last)
    stranded = outside(found.schedules[subject.id], found.calendars, coming)
    today, until = subject.today(at), subject.today(at) + timedelta(days=AHEAD_DAYS)
    specials = [
        (site.name, special)
        for site in found.sites.values()
        for special in site.calendar.specials
        if today <= special.day <= until
    ]
    closures = [
        (
            site.name,
            site.calendar.moment(row.start),
            site.calendar.moment(row.end) if row.end else None,
            row.reason,
        )
        for site in found.sites.values()
        for row in site.calendar.closures
        if row.floor_id is None and row.resource_id is None
    ]
    return Ahead(
        _with_other_times(reader, found, subject, stranded, at) if stranded else (),
        sorted(specials, key=lambda pair: pair[1].day),
        sorted(closures, key=lambda row: row[1]),
    )


def _with_other_times(
    reader: Reader,
    found: Offer,
    subject: Subject,
    stranded: Sequence[Outside[AppointmentRow]],
    at: datetime,
) -> list[Stranded]:
    rows = [one.appointment for one in stranded]
    lengths = {
        row[0]: Length(minutes=row[1], before=row[2], after=row[3], step=row[4])
        for row in reader.execute(_LENGTHS, {"ids": sorted({row.topic_id for row in rows})})
    }
    people, references = sorted({row.person_id for row in rows}), [row.reference for row in rows]
    asked = {"template": TOLD, "people": people, "references": references}
    told: dict[str, datetime] = {row[0]: row[1] for row in reader.execute(_TOLD, asked)}
    schedule = found.schedules[subject.id]
    listed = []
    for one in stranded:
        row, length = one.appointment, lengths[one.appointment.topic_id]
        beginning = _nearest(found, schedule, row, length, at)
        if beginning is not None:
            schedule = _without(schedule, beginning, length)
        instead = None if beginning is None else found.sites[beginning.site_id].calendar.moment(beginning.at)
        listed.append(Stranded(row, one.why.name == "AWAY", instead, told.get(row.reference)))
    return listed


def _nearest(
    found: Offer, schedule: Schedule, row: AppointmentRow, length: Length, at: datetime
) -> Beginning | None:
    rooms = found.room_beginnings(length) if row.mode == Mode.IN_PERSON else None
    # Its own time is given back when it moves; how many there are that week stays the same.
    begins = epoch_minutes(row.starts_at)
    unbound = replace(
        schedule,
        limits=replace(schedule.limits, day=10_000, week=10_000),
        taken=[taken for taken in schedule.taken if taken.appointment_at != begins],
    )
    free = free_times(unbound, found.calendars, found.days, length, now=at, rooms=rooms)
    return min(free, key=lambda one: (abs(one.at - begins), one.at), default=None)


def _without(schedule: Schedule, beginning: Beginning, length: Length) -> Schedule:
    """No two are offered the same time."""
    end = beginning.at + length.minutes + length.after
    return replace(schedule, taken=[*schedule.taken, Taken(beginning.at - length.before, end)])
