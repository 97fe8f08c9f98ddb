"""Today at a site. Which sites somebody serves is said here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from portal.accounts.names import initials
from portal.bookings.models import UNDO_WITHIN
from portal.bookings.queries import BOOKING
from portal.clock import LocalTimes
from portal.db import Reader, Words
from portal.resources.models import State
from portal.resources.queries import SERVED, serving


@dataclass(frozen=True, slots=True)
class ServedSite:
    """A site at whose front desk somebody may sit. `desks` are those of each zone: (name, how many)."""

    id: int
    name: str
    time_zone: str
    prefix: str
    desks: tuple[tuple[Words, int], ...]

    def today(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()


_SITES = text(
    f"""
    SELECT site.id, site.name, site.time_zone, site.reference_prefix,
        (SELECT json_agg(json_build_array(part.name, part.desks) ORDER BY part.level, part.position NULLS LAST)
         FROM (SELECT coalesce(zone.name, floor.name) AS name, floor.level, zone.position, count(*) AS desks
               FROM resource r JOIN floor ON floor.id = r.floor_id LEFT JOIN zone ON zone.id = r.zone_id
               WHERE r.site_id = site.id AND r.kind = 'desk' AND r.is_active
               GROUP BY coalesce(zone.name, floor.name), floor.level, zone.position) part) AS desks
    FROM site WHERE {SERVED} ORDER BY site.id
    """  # noqa: S608 (constants)
)


def served_sites(reader: Reader, staff_id: int) -> list[ServedSite]:
    """The sites of the agencies for which this person has the front desk; the oldest first."""
    return [
        ServedSite(id_, name, zone, prefix, tuple((Words(**part), count) for part, count in desks or ()))
        for id_, name, zone, prefix, desks in reader.execute(_SITES, serving(staff_id))
    ]


class Tab(StrEnum):
    DUE = "due"
    HERE = "here"
    LEFT = "left"
    MISSED = "missed"


TABS = {
    State.REQUESTED: Tab.DUE,
    State.CONFIRMED: Tab.DUE,
    State.CHECKED_IN: Tab.HERE,
    State.COMPLETED: Tab.LEFT,
    State.NO_SHOW: Tab.MISSED,
}
LEAVING_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Duty(LocalTimes):
    """One line of the front desk: a booking, whose it is, and what is still unknown of them."""

    id: int
    reference: str
    state: State
    person_id: int
    person_name: str
    phone: str | None
    email: str | None
    is_confirmed: bool
    new_phone: str | None
    """The number they asked to change to."""
    starts_at: datetime
    ends_at: datetime
    resource_name: str
    kind: str
    zone: Words | None
    floor: Words | None
    site_id: int
    time_zone: str
    late_minutes: int
    checked_in_at: datetime | None
    checked_out_at: datetime | None

    @property
    def initials(self) -> str:
        return initials(self.person_name)

    @property
    def can_confirm(self) -> bool:
        return bool(self.new_phone or (not self.is_confirmed and (self.phone or self.email)))

    @property
    def tab(self) -> Tab | None:
        return TABS.get(self.state)

    @property
    def came(self) -> datetime | None:
        return self.checked_in_at.astimezone(ZoneInfo(self.time_zone)) if self.checked_in_at else None

    @property
    def went(self) -> datetime | None:
        return self.checked_out_at.astimezone(ZoneInfo(self.time_zone)) if self.checked_out_at else None

    @property
    def place(self) -> Words | None:
        return self.zone or self.floor

    def is_today(self, at: datetime) -> bool:
        return self.starts.date() == at.astimezone(ZoneInfo(self.time_zone)).date()

    def can_check_in(self, at: datetime) -> bool:
        return self.tab in {Tab.DUE, Tab.MISSED} and self.is_today(at) and at < self.ends_at

    def can_undo(self, at: datetime) -> bool:
        """For a slip of the finger; who really sat here is checked out instead."""
        return (
            self.checked_in_at is not None and self.tab == Tab.HERE and at - self.checked_in_at <= UNDO_WITHIN
        )

    def late(self, at: datetime) -> int:
        """Whole minutes since the start of somebody who is still due; 0 for all others."""
        return max(int((at - self.starts_at).total_seconds() // 60), 0) if self.tab == Tab.DUE else 0

    def released_in(self, at: datetime) -> int:
        """Whole minutes until the desk is given to others; not below 0."""
        return max(self.late_minutes - self.late(at), 0)

    def leaves_in(self, at: datetime) -> int | None:
        """Minutes left of somebody's time, once they are few."""
        left = int((self.ends_at - at).total_seconds() // 60)
        return max(left, 0) if self.tab == Tab.HERE and left <= LEAVING_MINUTES else None


NEW_PHONE = """
    (SELECT t.address FROM account_token t
     WHERE t.person_id = who.id AND t.purpose = 'change-phone' AND t.used_at IS NULL AND t.expires_at > :at
     ORDER BY t.id DESC LIMIT 1) AS new_phone
"""

DUTY = f"""
    SELECT d.id, d.reference, d.state, d.person_id, d.person_name, who.phone, who.email,
        who.is_confirmed, {NEW_PHONE},
        d.starts_at, d.ends_at, d.resource_name, d.kind, d.zone, d.floor, d.site_id, d.time_zone, d.late_minutes,
        d.checked_in_at, d.checked_out_at
    FROM ({{bookings}}) d JOIN person who ON who.id = d.person_id {{matching}}
    ORDER BY d.starts_at, d.person_name, d.id
"""  # noqa: S608 (constants)
"""To be formatted with the bookings (a select of `BOOKING`) and a condition on them or on `who`; parameter at."""

_TODAY = text(
    DUTY.format(
        bookings=BOOKING
        + """ WHERE v.site_id = :site_id AND v.starts_at >= :midnight AND v.starts_at < :next_midnight
          AND v.state NOT IN ('cancelled', 'declined')""",
        matching="",
    )
)


def duties(reader: Reader, site: ServedSite, *, at: datetime) -> list[Duty]:
    """Everybody of the local day, the earliest first. One statement."""
    zone, day = ZoneInfo(site.time_zone), site.today(at)
    parameters = {
        "at": at,
        "site_id": site.id,
        "midnight": datetime.combine(day, time.min, zone),
        "next_midnight": datetime.combine(day + timedelta(days=1), time.min, zone),
    }
    return [read_duty(row) for row in reader.execute(_TODAY, parameters)]


def occupied(site: ServedSite, rows: Iterable[Duty]) -> list[tuple[Words, int, int]]:
    """(zone, desks at which somebody sits, desks) of each zone."""
    here = [row.place for row in rows if row.tab == Tab.HERE and row.kind == "desk"]
    return [(name, here.count(name), count) for name, count in site.desks]


_BY_REFERENCE = text(
    DUTY.format(bookings=f"{BOOKING} WHERE v.reference = :reference AND {SERVED}", matching="")
)


def duty(reader: Reader, reference: str, staff_id: int, *, at: datetime) -> Duty | None:
    """A booking at a site that this person serves, whatever its day; None for one elsewhere."""
    parameters = serving(staff_id) | {"reference": reference[:40], "at": at}
    row = reader.execute(_BY_REFERENCE, parameters).one_or_none()
    return read_duty(row) if row else None


def person_name(reader: Reader, person_id: int) -> str:
    """Empty for nobody."""
    return reader.scalar(text("SELECT name FROM person WHERE id = :id"), {"id": person_id}) or ""


def consultant_name(reader: Reader, consultant_id: int | None) -> str:
    """Empty for nobody."""
    statement = text("SELECT name FROM resource WHERE id = :id AND kind = 'consultant'")
    return reader.scalar(statement, {"id": consultant_id}) or ""


def read_duty(row: Row[Any]) -> Duty:
    """A `Duty` from a row of `DUTY`."""
    values = row._asdict()
    values["state"] = State(values["state"])
    for name in ("zone", "floor"):
        values[name] = Words(**values[name]) if values[name] else None
    return Duty(**values)
