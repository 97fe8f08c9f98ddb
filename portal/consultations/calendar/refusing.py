"""Why a time cannot be had, said to the consultant whose time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from portal.consultations import refusals
from portal.consultations.calendar.queries import Diary, diary, planned
from portal.consultations.finding.queries import TopicRow
from portal.db import Reader
from portal.errors import PortalError
from portal.resources.free_time import epoch_minutes
from portal.resources.refusals import SlotTaken
from portal.web.errors import words
from portal.web.filters import clock_times
from portal.web.locale import current_locale

DAY = timedelta(days=1)
BUFFER = timedelta(hours=2)
"""The longest that a topic may have."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A time that was wanted for an appointment on a topic."""

    person_id: int
    """Of the consultant."""
    wanted: TopicRow
    starts_at: datetime
    besides: int = 0
    """The appointment that was to be moved."""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.wanted.length.minutes)


def why_not(reader: Reader, refusal: PortalError, attempt: Attempt, *, at: datetime) -> str:
    """A sentence about what is there already, where something is."""
    if isinstance(refusal, refusals.NoRoomFree):
        return gettext("No consultation room is free then.")
    if isinstance(refusal, refusals.NotWorking | refusals.NobodyWorking):
        return gettext("That is outside your working hours.")
    if not isinstance(refusal, SlotTaken | refusals.Away):
        return words(refusal)
    day = attempt.starts_at.date()
    whose = diary(reader, attempt.person_id, day - DAY, day + DAY)
    if whose is None:
        return words(refusal)
    if isinstance(refusal, refusals.Away):
        reason = _block(whose, attempt)
        return (
            gettext("You keep that time free: %(why)s.", why=reason)
            if reason
            else gettext("The place is closed then.")
        )
    return _who_is_there(reader, whose, attempt, at)


def _block(whose: Diary, attempt: Attempt) -> str:
    start, end = epoch_minutes(attempt.starts_at), epoch_minutes(attempt.ends_at)
    found = (one for one in whose.blocks if one.start < end and (one.end is None or start < one.end))
    return next((one.reason.in_(current_locale()) for one in found), "")


def _who_is_there(reader: Reader, whose: Diary, attempt: Attempt, at: datetime) -> str:
    length = attempt.wanted.length
    begin = attempt.starts_at - timedelta(minutes=length.before)
    end = attempt.ends_at + timedelta(minutes=length.after)
    rows = [one.row for one in planned(reader, whose.id, begin, end, at=at) if one.row.id != attempt.besides]
    visible = [row for row in rows if row.starts_at < attempt.ends_at and attempt.starts_at < row.ends_at]
    # Only buffers may be in the way: then whoever is next to it is named all the same.
    near = [row for row in rows if begin - BUFFER < row.ends_at and row.starts_at < end + BUFFER]
    row = next(iter(visible or near), None)
    if row is None:
        return gettext("Something else is there already.")
    return gettext(
        "%(name)s is there already, %(times)s.", name=row.person_name, times=clock_times(row.starts, row.ends)
    )
