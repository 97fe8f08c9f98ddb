"""`/calendar`: who waits for an answer, and the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, get_flashed_messages, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from portal.accounts.actor import Actor
from portal.accounts.names import initials
from portal.clock import now
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.calendar import drawing, wording
from portal.consultations.calendar.drawing import Wording
from portal.consultations.calendar.forms import FIRST_YEAR, LAST_YEAR
from portal.consultations.calendar.queries import Diary, Planned, diary, own_appointment, planned
from portal.consultations.consultants.hours.refusals import UnknownConsultant
from portal.consultations.finding.queries import offer_of
from portal.consultations.refusals import NoSuchAppointment
from portal.consultations.wording import mode_name, when
from portal.db import Reader, Words, reading
from portal.permissions import permit
from portal.resources.models import COMING, State
from portal.web.assets import asset
from portal.web.etag import etag_of, form_token, not_modified, tagged
from portal.web.forms import read_day
from portal.web.locale import current_locale
from portal.web.shapes import Asker, Day, Waiting

blueprint = Blueprint("calendar", __name__)

STEP = 5
"""Minutes for which the page stays the same while nothing happens."""
WEEK = timedelta(days=7)
SATURDAY = 6
"""Days of a week that are always shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows, and what its ETag is made of."""

    name: str
    now: datetime
    chosen: date
    week: list[Day]
    """Seven days from Monday."""
    waiting: list[Waiting]
    people: int
    """How many different ones wait."""
    next: tuple[str, str, str, str] | None
    """What comes next: (whose, when, topic, address)."""


@blueprint.get("/calendar")
@permit("advise")
def week() -> Response:
    shown = _shown()
    tag = etag_of(
        (
            shown,
            current_user,
            current_locale(),
            get_flashed_messages(with_categories=True),
            form_token(),
            [asset(name) for name in ("app.css", "calendar.css", "calendar.js")],
        )
    )
    fresh = not_modified(tag)
    if fresh is not None:
        return fresh
    monday = shown.week[0].date
    # Sunday has a column only where there is something to show in it.
    sunday = shown.week[SATURDAY]
    columns = (
        shown.week if sunday.work or sunday.entries or shown.chosen == sunday.date else shown.week[:SATURDAY]
    )
    page = render_template(
        "consultations/calendar/week.html",
        shown=shown,
        columns=columns,
        hours=drawing.hours(columns),
        heading=_heading(shown),
        title=wording.week_title(monday, columns[-1].date, shown.now.date()),
        back_url=url_for("calendar.week", week=monday - WEEK),
        ahead_url=url_for("calendar.week", week=monday + WEEK),
    )
    return tagged(make_response(page), tag)


def _shown() -> Shown:
    at = now()
    at = at.replace(minute=at.minute // STEP * STEP, second=0, microsecond=0)
    asked = asked_day("day") or asked_day("week")
    with reading() as connection:
        around = asked or at.date()
        whose = diary(connection, current_user.id, around - 2 * WEEK, around + 2 * WEEK)
        if whose is None:
            raise UnknownConsultant()
        chosen, dates = _dates(whose.today(at), asked)
        found = offer_of(connection, whose.id, dates[0] - timedelta(days=1), dates[-1] + timedelta(days=1))
        begin, end = (_midnight(whose, day) for day in (dates[0], dates[-1] + timedelta(days=1)))
        rows = planned(connection, whose.id, begin, end, at=at)
    in_week = [one.row for one in rows if begin <= one.row.starts_at < end and _is_drawn(one.row)]
    waiting = [one for one in rows if one.row.state == State.REQUESTED and one.row.starts_at > at]
    return Shown(
        whose.name,
        at.astimezone(whose.zone),
        chosen,
        drawing.days(whose, found, in_week, dates, _wording(whose, at), now=at),
        [_waiting(one, dates[0], at) for one in waiting],
        len({one.row.person_id for one in waiting}),
        _next(rows, at),
    )


def asked_day(name: str) -> date | None:
    """A day of the address; nonsense is left out rather than refused."""
    day = read_day(request.args.get(name, ""))
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _dates(today: date, asked: date | None) -> tuple[date, list[date]]:
    """The day that is chosen, and the seven of its week."""
    chosen = asked or today
    monday = chosen - timedelta(days=chosen.weekday())
    dates = [monday + timedelta(days=n) for n in range(7)]
    if today in dates and "day" not in request.args:
        chosen = today
    return chosen, dates


def _midnight(whose: Diary, day: date) -> datetime:
    return datetime.combine(day, time.min, whose.zone)


def _is_drawn(row: AppointmentRow) -> bool:
    return row.state not in {State.DECLINED, State.CANCELLED}


def _wording(whose: Diary, at: datetime) -> Wording:
    locale = current_locale()

    def words(value: Words) -> str:
        return value.in_(locale)

    def shut(name: str, why: str) -> str:
        return gettext("%(name)s closed: %(why)s", name=name, why=why)

    def entry(row: AppointmentRow) -> dict[str, Any]:
        move_url = (
            url_for("calendar.ask_move", reference=row.reference)
            if row.can_change(at, by_staff=True)
            else None
        )
        return {
            "title": row.person_name,
            "url": url_for("calendar.appointment", reference=row.reference),
            "detail": words(row.topic),
            "where": wording.where(row, whose.site_id),
            "move_url": move_url,
        }

    return Wording(
        day_url=lambda day: url_for("calendar.week", day=day),
        gap_url=lambda starts_at, ends_at: url_for(
            "calendar.new", starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat()
        ),
        block_url=lambda id_: url_for("calendar.blocked", block_id=id_),
        appointment=entry,
        words=words,
        shut=shut,
        busy=gettext("Busy"),
        day_off=gettext("Day off"),
    )


def _waiting(one: Planned, monday: date, at: datetime) -> Waiting:
    row = one.row
    return Waiting(
        row.starts,
        Asker(row.person_id, row.person_name, initials(row.person_name)),
        wording.history_line(one.history, row.starts) if one.history else "",
        row.topic.in_(current_locale()),
        mode_name(row.mode),
        wording.answer_before(row, at),
        row.answer_by is not None and wording.is_urgent(row.answer_by, at),
        wording.answers(row),
        url_for("calendar.confirm", reference=row.reference, week=monday),
        url_for("calendar.ask_decline", reference=row.reference),
        url_for("calendar.ask_move", reference=row.reference),
    )


def _next(rows: Sequence[Planned], at: datetime) -> tuple[str, str, str, str] | None:
    for one in rows:
        row = one.row
        if row.state in COMING and row.starts_at > at:
            url = url_for("calendar.appointment", reference=row.reference)
            return row.person_name, when(row.starts, at), row.topic.in_(current_locale()), url
    return None


def _heading(shown: Shown) -> str:
    if shown.waiting:
        return wording.waiting_heading(shown.people)
    if shown.next:
        return gettext("Next is %(name)s, %(when)s", name=shown.next[0], when=shown.next[1])
    return gettext("Nobody waits, nothing is coming")


def actor() -> Actor:
    """The consultant, as services know them: without quota or deadline."""
    return Actor(id=current_user.id, is_staff=True)


def found(reference: str) -> AppointmentRow:
    """The consultant's own appointment; else 404."""
    with reading() as connection:
        row = own_appointment(connection, reference, current_user.id)
    if row is None:
        raise NoSuchAppointment()
    return row


def own_diary(reader: Reader, day: date) -> Diary:
    """
    Raises:
        UnknownConsultant: whoever is signed in is none.
    """
    whose = diary(reader, current_user.id, day, day)
    if whose is None:
        raise UnknownConsultant()
    return whose
