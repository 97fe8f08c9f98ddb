"""Set a consultant's week, other hours for some days, time off; take them back.

Each locks the consultant as a claim does, so that nobody asks by the old hours while they change. Appointments made
already are never touched: `queries.ahead` lists those that now lie outside. What a form handed back about the hours it
showed (`seen`) must still be true under the lock: else somebody was quicker, and nothing of theirs is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.services import record
from portal.consultations.consultants.hours import refusals
from portal.consultations.consultants.hours.queries import (
    OverrideRow,
    Subject,
    overrides,
    subject,
    usual_week,
    work_sites,
)
from portal.consultations.consultants.hours.refusals import Fault, HoursRefused
from portal.consultations.consultants.hours.week import (
    Bounds,
    changed_days,
    faults,
    from_then_on,
    in_order,
    mark_of,
)
from portal.consultations.finding.free_times import Weekly
from portal.db import Words, violated_constraint
from portal.resources.claims import lock_resources
from portal.resources.models import Closure, HoursOverride, OpeningHours
from portal.resources.services import CloseCommand, Target, TargetKind, close, reopen

LONGEST_DAYS = 366
"""Of other hours and of time off in one step."""
MOST_PARTS = 92
"""Days of time off by the hour in one step: each is a closure of its own."""
AWAY = Words("Tidak di tempat", "Away")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWeek:
    actor_id: int
    consultant_id: int
    stretches: tuple[Weekly, ...]
    starting: date | None = None
    """The old week holds until the day before; None: the new one at once."""
    seen: str
    """`mark_of` the week that was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOverride:
    """Other hours for a range of dates, both included, in place of the usual ones; none at all is allowed."""

    actor_id: int
    consultant_id: int
    override_id: int | None = None
    """The one that is changed; None: a new one."""
    from_date: date
    until_date: date
    stretches: tuple[Weekly, ...]
    seen: str = ""
    """`OverrideRow.mark` of the one that is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOff:
    """Time off or blocked time on each day of a range, both included; without times the whole days."""

    actor_id: int
    consultant_id: int
    first: date
    last: date
    opens: time | None = None
    closes: time | None = None
    reason: str = ""


class DatesRefused(refusals.HoursRefused):
    """What is wrong with a range of dates rather than a stretch: parts first, last, opens, closes."""


def set_week(session: Session, command: SetWeek, *, at: datetime) -> list[int]:
    """Returns the weekdays that are not as they were. What is over stays as history.

    Raises:
        UnknownConsultant: there is none with this id.
        HoursRefused: every fault of the week.
        ChangedMeanwhile: the week is not the one that was shown.
    """
    whose = _lock(session, command.consultant_id)
    today = whose.today(at)
    before = usual_week(session, whose, today)
    after = _checked(session, whose, command.stretches, today)
    wrong = Bounds(today).refuse(command.starting) if command.starting else None
    if wrong is not None:
        raise DatesRefused((Fault(0, "starting", wrong),))
    if command.starting is not None and command.starting > today:
        after = from_then_on(before, after, command.starting)
    if after == before:
        return []
    if mark_of(before) != command.seen:
        raise refusals.ChangedMeanwhile()
    session.execute(
        delete(OpeningHours).where(
            OpeningHours.resource_id == whose.id,
            OpeningHours.override_id.is_(None),
            or_(OpeningHours.until_date.is_(None), OpeningHours.until_date >= today),
        )
    )
    _keep(session, whose, after, None)
    _note(session, "consultations.set-week", whose, command.actor_id, at, before, after)
    return changed_days(before, after)


def set_override(session: Session, command: SetOverride, *, at: datetime) -> int:
    """Returns its id. The same once more, as by a second click, is the same one.

    Raises:
        UnknownConsultant, UnknownOverride: there is none with this id.
        HoursRefused, DatesRefused: every fault; an override inside another is one.
        ChangedMeanwhile: it is not the one that was shown.
    """
    whose = _lock(session, command.consultant_id)
    today = whose.today(at)
    rows = overrides(session, whose, today)
    before = _override(rows, command.override_id)
    _check_range(command.from_date, command.until_date, today)
    wanted = _checked(session, whose, command.stretches, today)
    if command.override_id is None:
        twin = _twin(rows, command, wanted)
        if twin is not None:
            return twin.id
    elif before is not None and before.mark != command.seen:
        raise refusals.ChangedMeanwhile()
    _refuse_overlap(rows, command)
    if before is not None:
        session.execute(delete(HoursOverride).where(HoursOverride.id == before.id))
    override_id = _put_override(session, whose, command)
    _keep(session, whose, wanted, override_id)
    _note(
        session,
        "consultations.set-override",
        whose,
        command.actor_id,
        at,
        before.stretches if before else (),
        wanted,
        days=f"{command.from_date.isoformat()}/{command.until_date.isoformat()}",
    )
    return override_id


def delete_override(
    session: Session, consultant_id: int, override_id: int, *, actor_id: int, at: datetime
) -> None:
    """The usual hours hold again on those days.

    Raises:
        UnknownConsultant, UnknownOverride: there is none with this id.
    """
    whose = _lock(session, consultant_id)
    row = _override(overrides(session, whose, whose.today(at)), override_id)
    session.execute(delete(HoursOverride).where(HoursOverride.id == override_id))
    assert row is not None  # noqa: S101 (asked for by its id)
    days = f"{row.from_date.isoformat()}/{row.until_date.isoformat()}"
    _note(session, "consultations.delete-override", whose, actor_id, at, row.stretches, (), days=days)


def take_off(session: Session, command: TakeOff, *, at: datetime) -> list[int]:
    """Returns the ids of the closures, one for all the days or one for each. A second click adds nothing.

    Raises:
        UnknownConsultant: there is none with this id.
        DatesRefused: the range or the times are wrong.
    """
    whose = _lock(session, command.consultant_id)
    _check_range(command.first, command.last, whose.today(at))
    typed = command.reason.strip()
    reason = Words(typed, typed) if typed else AWAY
    return [
        _closed(session, whose, starts_at, ends_at, reason, command.actor_id, at)
        for starts_at, ends_at in _parts(command, whose)
        if ends_at > at
    ]


def give_back(session: Session, consultant_id: int, closure_id: int, *, actor_id: int, at: datetime) -> None:
    """Ends time off now, or takes it back where it has not begun.

    Raises:
        UnknownConsultant, UnknownAbsence: there is none with this id.
    """
    whose = _lock(session, consultant_id)
    own = select(Closure.id).where(Closure.id == closure_id, Closure.resource_id == whose.id)
    if session.scalar(own) is None:
        raise refusals.UnknownAbsence()
    reopen(session, closure_id, actor_id=actor_id, at=at)


def _lock(session: Session, consultant_id: int) -> Subject:
    """
    Raises:
        UnknownConsultant: no resource has this id, or one of another kind.
    """
    lock_resources(session, [consultant_id])
    found = subject(session, consultant_id)
    if found is None:
        raise refusals.UnknownConsultant()
    return found


def _checked(session: Session, whose: Subject, stretches: Sequence[Weekly], today: date) -> list[Weekly]:
    """
    Raises:
        HoursRefused: every fault.
    """
    zones = {site.id: site.time_zone for site in work_sites(session, whose.site_id)}
    found = faults(stretches, zones, Bounds(today))
    if found:
        raise HoursRefused(tuple(found))
    return in_order(replace(row, override_id=None) for row in stretches)


def _check_range(first: date, last: date, today: date) -> None:
    """
    Raises:
        DatesRefused: reversed, over, out of reach or too long.
    """
    bounds = Bounds(today)
    wrong: list[Fault] = []
    # What is going on may be changed, so that it may have begun.
    far = refusals.DateOver() if first < bounds.earliest else bounds.refuse(max(first, today))
    if far is not None:
        wrong.append(Fault(0, "first", far))
    late = refusals.DatesReversed() if last < first else bounds.refuse(last)
    if late is None and (last - first).days >= LONGEST_DAYS:
        late = refusals.TooManyDays(days=LONGEST_DAYS)
    if late is not None:
        wrong.append(Fault(0, "last", late))
    if wrong:
        raise DatesRefused(tuple(wrong))


def _override(rows: Sequence[OverrideRow], override_id: int | None) -> OverrideRow | None:
    """
    Raises:
        UnknownOverride: it is over, taken back, or somebody else's.
    """
    if override_id is None:
        return None
    found = next((row for row in rows if row.id == override_id), None)
    if found is None:
        raise refusals.UnknownOverride()
    return found


def _twin(rows: Sequence[OverrideRow], command: SetOverride, wanted: Sequence[Weekly]) -> OverrideRow | None:
    days = (command.from_date, command.until_date)
    return next(
        (
            row
            for row in rows
            if (row.from_date, row.until_date) == days and mark_of(row.stretches) == mark_of(wanted)
        ),
        None,
    )


def _refuse_overlap(rows: Sequence[OverrideRow], command: SetOverride) -> None:
    for row in rows:
        is_other = row.id != command.override_id
        if is_other and row.from_date <= command.until_date and command.from_date <= row.until_date:
            raise DatesRefused(
                (Fault(0, "first", refusals.OverrideOverlaps(first=row.from_date, last=row.until_date)),)
            )


def _put_override(session: Session, whose: Subject, command: SetOverride) -> int:
    """
    Raises:
        DatesRefused: the database knows of one in those days, whatever was read before.
    """
    row = HoursOverride(resource_id=whose.id, from_date=command.from_date, until_date=command.until_date)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        if violated_constraint(error) != "ex_hours_override_overlap":
            raise
        days = {"first": command.from_date, "last": command.until_date}
        raise DatesRefused((Fault(0, "first", refusals.OverrideOverlaps(**days)),)) from error
    return row.id


def _keep(session: Session, whose: Subject, stretches: Sequence[Weekly], override_id: int | None) -> None:
    if not stretches:
        return
    session.execute(
        insert(OpeningHours),
        [
            {
                "resource_id": whose.id,
                "weekday": row.weekday,
                "opens": row.opens,
                "closes": row.closes,
                "from_date": row.from_date,
                "until_date": row.until_date,
                "at_site_id": None if row.site_id == whose.site_id else row.site_id,
                "override_id": override_id,
            }
            for row in stretches
        ],
    )


def _parts(command: TakeOff, whose: Subject) -> list[tuple[datetime, datetime]]:
    """
    Raises:
        DatesRefused: one of the two times is missing, they are reversed, or it is too many days by the hour.
    """
    days = [command.first + n * DAY for n in range((command.last - command.first).days + 1)]

    def moment(day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, whose.zone)

    if command.opens is None and command.closes is None:
        return [(moment(days[0], time.min), moment(days[-1] + DAY, time.min))]
    if command.opens is None or command.closes is None:
        part = "opens" if command.opens is None else "closes"
        raise DatesRefused((Fault(0, part, refusals.Unreadable()),))
    if command.closes != time.min and command.closes <= command.opens:
        raise DatesRefused((Fault(0, "closes", refusals.EndsFirst()),))
    if len(days) > MOST_PARTS:
        raise DatesRefused((Fault(0, "last", refusals.TooManyDays(days=MOST_PARTS)),))
    overnight = DAY if command.closes == time.min else timedelta()
    return [(moment(day, command.opens), moment(day + overnight, command.closes)) for day in days]


def _closed(
    session: Session,
    whose: Subject,
    starts_at: datetime,
    ends_at: datetime,
    reason: Words,
    actor_id: int,
    at: datetime,
) -> int:
    same = select(Closure.id).where(
        Closure.resource_id == whose.id, Closure.starts_at == starts_at, Closure.ends_at == ends_at
    )
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    target = Target(TargetKind.RESOURCE, whose.id)
    command = CloseCommand(
        target=target, starts_at=starts_at, ends_at=ends_at, reason=reason, actor_id=actor_id
    )
    return close(session, command, at=at).closure_id


def _note(
    session: Session,
    verb: str,
    whose: Subject,
    actor_id: int,
    at: datetime,
    before: Sequence[Weekly],
    after: Sequence[Weekly],
    **more: str,
) -> None:
    record(
        session,
        verb,
        ("consultant", whose.id),
        at=at,
        actor_id=actor_id,
        person_id=whose.person_id,
        changes={
            "before": {"hours": [_told(row) for row in before]},
            "after": {"hours": [_told(row) for row in after]} | more,
        },
    )


def _told(row: Weekly) -> str:
    """Mon 09:00-12:00, with the dates and the place where it has some of its own."""
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[row.weekday]
    dates = f" {row.from_date or ''}/{row.until_date or ''}" if row.from_date or row.until_date else ""
    return f"{weekday} {row.opens:%H:%M}-{row.closes:%H:%M}{dates} @{row.site_id}"
