"""What the calendar says: how many wait, what somebody's history was, which week it is. Moments are local."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_date
from flask_babel import gettext

from portal.accounts.logins import shown_phone
from portal.consultations.appointments.queries import AppointmentRow
from portal.consultations.calendar.queries import History
from portal.consultations.topics.models import Mode
from portal.consultations.wording import mode_name, when
from portal.errors import N_
from portal.resources.models import State
from portal.web.locale import current_locale

COUNTS = (
    N_("Two"),
    N_("Three"),
    N_("Four"),
    N_("Five"),
    N_("Six"),
    N_("Seven"),
    N_("Eight"),
    N_("Nine"),
    N_("Ten"),
)
"""From two to ten, as a sentence begins with them."""
ORDINALS = (
    N_("Here for the first time"),
    N_("The second time"),
    N_("The third time"),
    N_("The fourth time"),
    N_("The fifth time"),
)
URGENT = timedelta(hours=6)
"""An answer that is due so soon is marked."""
STATES = {
    State.REQUESTED: (N_("Waits for your answer"), "line"),
    State.CONFIRMED: (N_("Agreed"), "mine"),
    State.CHECKED_IN: (N_("Agreed"), "mine"),
    State.COMPLETED: (N_("Done"), "good"),
    State.NO_SHOW: (N_("Did not come"), "bad"),
    State.DECLINED: (N_("Declined"), ""),
    State.CANCELLED: (N_("Cancelled"), ""),
}
"""Word and kind of a tag."""


def counted(count: int) -> str:
    """ "Three", from eleven on 11."""
    return gettext(COUNTS[count - 2]) if 2 <= count < len(COUNTS) + 2 else str(count)


def waiting_heading(people: int) -> str:
    if people == 1:
        return gettext("One person waits for your answer")
    return gettext("%(count)s people wait for your answer", count=counted(people))


def history_line(history: History, zone_of: datetime) -> str:
    """ "The third time; NIB: issued, 12 August; missed once". `zone_of` is a local moment of the page."""
    parts = [
        gettext(ORDINALS[history.times])
        if history.times < len(ORDINALS)
        else gettext("Was here %(count)s times", count=history.times)
    ]
    if history.topic is not None and history.on is not None:
        locale = current_locale()
        facts = {
            "topic": history.topic.in_(locale),
            "day": day_and_month(history.on.astimezone(zone_of.tzinfo).date(), zone_of.date()),
        }
        if history.outcome is not None:
            outcome = history.outcome.in_(locale)
            parts.append(gettext("%(topic)s: %(outcome)s, %(day)s", outcome=outcome, **facts))
        else:
            parts.append(gettext("last about %(topic)s, %(day)s", **facts))
    if history.missed == 1:
        parts.append(gettext("once did not come"))
    elif history.missed:
        parts.append(gettext("did not come %(count)s times", count=history.missed))
    return "; ".join(parts)


def day_and_month(day: date, today: date) -> str:
    """12 August, with the year where it is another one."""
    pattern = "d MMMM" if day.year == today.year else "d MMMM y"
    return str(format_date(day, pattern, locale=current_locale()))


def week_title(first: date, last: date, today: date) -> str:
    """Week of 7–12 September."""
    end = day_and_month(last, today)
    begin = (
        str(first.day) if (first.year, first.month) == (last.year, last.month) else day_and_month(first, last)
    )
    return gettext("Week of %(days)s", days=f"{begin}–{end}")


def where(row: AppointmentRow, home_id: int) -> str:
    """The room, with its house where that is not the consultant's own; else how they talk."""
    if row.room_name is None:
        return mode_name(row.mode)
    return row.room_name if row.site_id == home_id else f"{row.room_name}, {row.site_name}"


def is_urgent(answer_by: datetime, at: datetime) -> bool:
    return answer_by - at < URGENT


def answer_before(row: AppointmentRow, at: datetime) -> str:
    if row.answer_by is None:
        return ""
    return when(row.answer_by.astimezone(row.starts.tzinfo), at)


def tag_of(state: State) -> tuple[str, str]:
    """Word and kind."""
    word, kind = STATES[state]
    return gettext(word), kind


def phone_links(row: AppointmentRow) -> tuple[str, str] | None:
    """The number as people read it, and its digits."""
    return (shown_phone(row.person_phone), row.person_phone.lstrip("+")) if row.person_phone else None


def answers(row: AppointmentRow) -> list[tuple[str, str]]:
    """(question, answer) in the reader's language."""
    locale = current_locale()
    return [
        (question.get(locale) or question.get("id") or "", str(given.get("answer", "")))
        for given in row.answers
        for question in [given.get("question") or {}]
    ]


def first_name(row: AppointmentRow) -> str:
    return next(iter(row.person_name.split()), row.person_name)


def modes_of(modes: Sequence[Mode]) -> list[tuple[str, str]]:
    return [(mode.value, mode_name(mode)) for mode in modes]
