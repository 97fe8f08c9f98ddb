"""What the times page shows of an offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from portal.accounts.names import initials
from portal.consultations.finding.address import ANYONE, MOST_PAGES, Asked, Way
from portal.consultations.finding.free_times import Beginning
from portal.consultations.finding.queries import ConsultantRow, Offer, TopicRow
from portal.consultations.finding.slots import Slot, is_over, is_worked, slots
from portal.consultations.topics.models import Mode
from portal.consultations.wording import language_name, mode_name
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import epoch_minutes
from portal.web.locale import current_locale
from portal.web.shapes import Card, DayCell, TimeCell

DAYS = 14
SOONEST = 3


@dataclass(frozen=True, slots=True)
class Sheet:
    asked: Asked
    modes: list[tuple[str, str, None, bool]]
    soonest: list[TimeCell]
    days: list[DayCell]
    day: date | None
    """The day whose times are shown; None where no day has any."""
    times: list[TimeCell]
    cards: list[Card]
    """Those who can be chosen instead."""
    anyone_url: str
    who: ConsultantRow | None
    holidays: list[tuple[date, str]]
    other_modes: list[tuple[str, str]]
    """Ways to meet in which there would be free times, where this one has none."""
    earlier_url: str | None
    later_url: str | None
    is_unknown: bool
    """Somebody was asked for who does not advise on the topic."""


def window(at: datetime, asked: Asked) -> tuple[date, date]:
    """The dates to read: a day more than is shown, as "today" depends on the site."""
    first = at.date() + timedelta(days=DAYS * asked.page)
    return first, first + timedelta(days=DAYS)


def sheet(
    found: Offer,
    topic: TopicRow,
    asked: Asked,
    way: Way,
    *,
    at: datetime,
    old: tuple[int, datetime, Mode] | None = None,
) -> Sheet:
    """`old`: consultant, beginning and way of what is being moved; it is not offered once more."""
    is_unknown = asked.consultant_id is not None and asked.consultant_id not in found.consultants
    if is_unknown:
        asked = Asked(asked.mode, None, asked.day, asked.page)
    free = found.free_times(topic.length, now=at, modes=[asked.mode])
    if old and old[2] == asked.mode and old[0] in free:
        minute = epoch_minutes(old[1])
        free[old[0]] = [beginning for beginning in free[old[0]] if beginning.at != minute]
    offered = slots(found, free, asked.consultant_id)
    calendar = _home(found, asked)
    today = calendar.today(at) if calendar else at.date()
    first = today + timedelta(days=DAYS * asked.page)
    dates = [first + timedelta(days=n) for n in range(DAYS)]
    by_day: dict[date, list[Slot]] = {day: [] for day in dates}
    for slot in offered:
        by_day.setdefault(slot.starts_at.date(), []).append(slot)
    day = asked.day if asked.day and by_day.get(asked.day) and asked.day in dates else None
    day = day or next((one for one in dates if by_day[one]), None)
    horizon = max((one.limits.horizon_days for one in found.consultants.values()), default=0)
    cell = _cells(found, asked, way)
    return Sheet(
        asked=asked,
        modes=[
            (mode_name(mode), way.times(asked, mode=mode.value, day=day), None, mode == asked.mode)
            for mode in topic.modes
        ],
        soonest=[cell(slot, True) for slot in offered[:SOONEST]] if not asked.page else [],
        days=[
            DayCell(
                one,
                len(by_day[one]),
                None if by_day[one] else _off(found, calendar, one, asked),
                way.times(asked, day=one) + "#times",
                one <= today and is_over(found, one, asked.consultant_id, at, topic.length.minutes),
            )
            for one in dates
        ],
        day=day,
        times=[cell(slot, False) for slot in by_day[day]] if day else [],
        cards=_cards(found, free, asked, way),
        anyone_url=way.times(asked, consultant=ANYONE, day=day),
        who=found.consultants.get(asked.consultant_id) if asked.consultant_id else None,
        holidays=[(one, name) for one in dates if calendar and (name := _holiday(calendar, one))],
        other_modes=[] if offered else _other_modes(found, topic, asked, way, at),
        earlier_url=way.times(asked, page=asked.page - 1) if asked.page else None,
        later_url=(
            way.times(asked, page=asked.page + 1)
            if DAYS * (asked.page + 1) <= horizon and asked.page + 1 < MOST_PAGES
            else None
        ),
        is_unknown=is_unknown,
    )


def _home(found: Offer, asked: Asked) -> SiteCalendar | None:
    """By whose days the page counts: the consultant's own site's, else the first one's."""
    who = found.consultants.get(asked.consultant_id or 0) or next(iter(found.consultants.values()), None)
    return found.calendars.get(who.site_id) if who else next(iter(found.calendars.values()), None)


def _cells(found: Offer, asked: Asked, way: Way) -> Any:
    names_places = asked.mode == Mode.IN_PERSON and len(found.sites) > 1

    def cell(slot: Slot, says_who: bool) -> TimeCell:
        places = ", ".join(found.sites[id_].name for id_ in slot.site_ids) if names_places else ""
        who = _with(found, slot) if says_who or not (asked.consultant_id or way.may_be_anyone) else ""
        note = " · ".join(part for part in (who, places) if part)
        return TimeCell(slot.starts_at, way.take(asked, slot.starts_at, slot.consultant_ids), note)

    return cell


def _with(found: Offer, slot: Slot) -> str:
    count = len(slot.consultant_ids)
    if count == 1:
        return gettext("with %(name)s", name=found.consultants[slot.consultant_ids[0]].name)
    return ngettext("%(num)d consultant is free", "%(num)d consultants are free", count)


def _off(found: Offer, calendar: SiteCalendar | None, day: date, asked: Asked) -> str | None:
    """Why nobody is there on a day; None: somebody is, but taken."""
    if is_worked(found, day, asked.consultant_id):
        return None
    return (calendar and _holiday(calendar, day)) or gettext("Nobody is there")


def _holiday(calendar: SiteCalendar, day: date) -> str | None:
    special = calendar.special(day)
    return special.name.in_(current_locale()) if special and special.opens is None else None


def _other_modes(
    found: Offer, topic: TopicRow, asked: Asked, way: Way, at: datetime
) -> list[tuple[str, str]]:
    """Only a room can be what is missing: of two ways without one, either both have times or none."""
    others = [mode for mode in topic.modes if mode != asked.mode]
    if asked.mode != Mode.IN_PERSON or not others:
        return []
    free = found.free_times(topic.length, now=at, modes=others[:1])
    if not slots(found, free, asked.consultant_id):
        return []
    return [(mode_name(mode), way.times(asked, mode=mode.value)) for mode in others]


def _cards(found: Offer, free: Mapping[int, Sequence[Beginning]], asked: Asked, way: Way) -> list[Card]:
    locale = current_locale()
    return [
        Card(
            id=who.id,
            name=who.name,
            initials=initials(who.name),
            photo=photo_url(who),
            topics=[who.about.in_(locale)],
            languages=[language_name(code) for code in who.languages],
            next=(
                found.sites[free[who.id][0].site_id].calendar.moment(free[who.id][0].at)
                if free[who.id]
                else None
            ),
            url=way.times(asked, consultant=who.id) + "#times",
        )
        for who in found.consultants.values()
        if who.id != asked.consultant_id
    ]


def photo_url(who: ConsultantRow) -> str | None:
    return url_for("consultations.photo", consultant_id=who.id, v=who.photo_id) if who.photo_id else None
