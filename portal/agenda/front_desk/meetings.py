"""Consultations as the front desk sees them: whom it sends to which room."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from portal.accounts.finding import MATCH
from portal.accounts.names import initials
from portal.agenda.front_desk.queries import TABS, ServedSite, Tab
from portal.consultations.appointments.queries import APPOINTMENT, AppointmentRow, appointment_row
from portal.db import Reader, Words
from portal.resources.models import COMING


@dataclass(frozen=True, slots=True)
class Meeting:
    """One line of the front desk: a consultation. The consultant says whether it was held."""

    row: AppointmentRow
    is_over: bool
    checked_out_at: None = None

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def reference(self) -> str:
        return self.row.reference

    @property
    def person_id(self) -> int:
        return self.row.person_id

    @property
    def person_name(self) -> str:
        return self.row.person_name

    @property
    def initials(self) -> str:
        return initials(self.row.person_name)

    @property
    def starts_at(self) -> datetime:
        return self.row.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.row.ends_at

    @property
    def starts(self) -> datetime:
        """Local, as `ends`."""
        return self.row.starts

    @property
    def ends(self) -> datetime:
        return self.row.ends

    @property
    def topic(self) -> Words:
        return self.row.topic

    @property
    def consultant_name(self) -> str:
        return self.row.consultant_name

    @property
    def room_name(self) -> str | None:
        return self.row.room_name

    @property
    def mode(self) -> str:
        return self.row.mode

    @property
    def state(self) -> str:
        return self.row.state

    @property
    def tab(self) -> Tab | None:
        """What is over without a word from the consultant is waited for no more."""
        return Tab.LEFT if self.is_over and self.row.state in COMING else TABS.get(self.row.state)

    def is_today(self, at: datetime) -> bool:
        return self.starts.date() == at.astimezone(self.starts.tzinfo).date()


_TODAY = text(
    APPOINTMENT
    + """ WHERE v.site_id = :site_id AND v.kind = 'appointment' AND a.room_id IS NOT NULL
      AND v.starts_at >= :midnight AND v.starts_at < :next_midnight AND v.state NOT IN ('cancelled', 'declined')
    ORDER BY v.starts_at, person.name, v.id"""
)
_FOUND = text(
    f"""{APPOINTMENT} WHERE v.site_id = ANY(CAST(:site_ids AS int[])) AND v.kind = 'appointment'
      AND (v.reference = ANY(CAST(:references AS text[]))
        OR v.starts_at >= :midnight AND v.state NOT IN ('cancelled', 'declined')
          AND (v.reference LIKE :part OR v.person_id IN (SELECT who.id FROM person who WHERE {MATCH})))
    ORDER BY v.starts_at, v.id LIMIT :limit"""  # noqa: S608 (constants)
)


def meetings(reader: Reader, site: ServedSite, *, at: datetime) -> list[Meeting]:
    """Those of the local day for which somebody comes here, the earliest first. One statement."""
    zone, day = ZoneInfo(site.time_zone), site.today(at)
    parameters = {
        "site_id": site.id,
        "midnight": datetime.combine(day, time.min, zone),
        "next_midnight": datetime.combine(day + timedelta(days=1), time.min, zone),
    }
    return _read(reader.execute(_TODAY, parameters).all(), at)


def found_meetings(
    reader: Reader, patterns: dict[str, object], site_ids: Collection[int], midnight: datetime, at: datetime
) -> list[Meeting]:
    """Today's and coming ones, or one of any day whose whole reference was typed. One statement."""
    within = {"site_ids": list(site_ids), "midnight": midnight}
    return _read(reader.execute(_FOUND, patterns | within).all(), at)


def _read(rows: Sequence[Row[Any]], at: datetime) -> list[Meeting]:
    read = [appointment_row(row) for row in rows]
    return [Meeting(row, row.ends_at <= at) for row in read]
