"""A site, its parts and when it is open: what a page about it needs besides resources and claims.

Plain SQL, prepared once, and kept by the text it comes as, like the hours.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b

from sqlalchemy import text

from portal.db import Reader, Words
from portal.resources.calendar import SiteCalendar
from portal.resources.free_time import epoch_minutes
from portal.resources.hours import HOURS, calendar_of
from portal.resources.rules import Rules

DAYS_AHEAD = 31
"""How far to look for a day that is open."""
HOUR = 60


@dataclass(frozen=True, slots=True)
class SiteRow:
    id: int
    name: str
    address: str
    directions: Words
    map_url: str | None
    phone: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    id: int
    floor_id: int
    name: Words
    description: Words


@dataclass(frozen=True, slots=True)
class FeatureRow:
    code: str
    name: Words
    icon: str


@dataclass(frozen=True, slots=True, eq=False)
class SiteMap:
    """A site, when it is open, and its parts: all that a page about it needs besides resources and claims.

    One object for the same contents, so that what follows from it can be kept beside it.
    """

    site: SiteRow
    calendar: SiteCalendar
    floors: dict[int, Words]
    zones: dict[int, ZoneRow]
    features: dict[str, FeatureRow]
    rules: dict[int, Rules]
    sites: tuple[tuple[int, str], ...]
    """Every active site, this one included: (id, name)."""
    digest: str
    """Of everything above."""

    def next_open_day(self, first: date, now: datetime) -> date:
        """The first day from `first` on with a slot still to come; `first` where those for which this was read hold none."""
        slot = min((rules.slot_minutes for rules in self.rules.values()), default=HOUR)
        return self.calendar.next_open_day(first, epoch_minutes(now), slot, DAYS_AHEAD) or first


_SITES = text(
    """
    SELECT id, name, address, directions->>'id', directions->>'en', map_url, phone, time_zone
    FROM site WHERE is_active ORDER BY id
    """
)

MAP = f"""
    site.id, site.name, site.address, site.directions::text, site.map_url, site.phone, site.time_zone, {HOURS},
    (SELECT json_agg(json_build_array(id, name) ORDER BY level)::text FROM floor WHERE site_id = site.id) AS floors,
    (SELECT json_agg(json_build_array(zone.id, zone.floor_id, zone.name, zone.description)
         ORDER BY floor.level, zone.position)::text
     FROM zone JOIN floor ON floor.id = zone.floor_id WHERE floor.site_id = site.id) AS zones,
    (SELECT json_agg(json_build_array(code, name, icon) ORDER BY position)::text FROM feature) AS features,
    (SELECT json_agg(json_build_array(id, slot_minutes, shortest_minutes, longest_minutes, notice_minutes,
         horizon_days, day_minutes, week_minutes, cancel_minutes, late_minutes) ORDER BY id)::text
     FROM booking_rules) AS rules,
    (SELECT json_agg(json_build_array(other.id, other.name) ORDER BY other.id)::text
     FROM site other WHERE other.is_active) AS sites
"""  # noqa: S608 (a constant of this file)
"""Columns of a select FROM site that `read_site_map` understands; parameters of `HOURS`."""

_SITE_MAP = text(f"SELECT {MAP} FROM site WHERE site.id = :site_id AND site.is_active")  # noqa: S608


def sites(reader: Reader) -> list[SiteRow]:
    """Every active site, the oldest first."""
    return [
        SiteRow(id_, name, address, Words(directions_id, directions_en), *rest)
        for id_, name, address, directions_id, directions_en, *rest in reader.execute(_SITES)
    ]


def site_map(reader: Reader, site_id: int, first: date, last: date) -> SiteMap | None:
    """A site and its calendar for the local days `first` to `last`, both included; None where there is no such site."""
    row = reader.execute(_SITE_MAP, {"site_id": site_id, "first": first, "last": last}).one_or_none()
    return None if row is None else read_site_map(*row)


@lru_cache(maxsize=256)
def read_site_map(
    id_: int,
    name: str,
    address: str,
    directions: str,
    map_url: str | None,
    phone: str | None,
    time_zone: str,
    hours: str | None,
    specials: str | None,
    closures: str | None,
    *parts: str | None,
) -> SiteMap:
    floors, zones, features, rules, sites = (json.loads(part or "[]") for part in parts)
    site = SiteRow(id_, name, address, Words(**json.loads(directions)), map_url, phone, time_zone)
    calendar = calendar_of(time_zone, hours, specials, closures)
    return SiteMap(
        site=site,
        calendar=calendar,
        floors={id_: Words(**name) for id_, name in floors},
        zones={
            id_: ZoneRow(id_, floor_id, Words(**name), Words(**about)) for id_, floor_id, name, about in zones
        },
        features={code: FeatureRow(code, Words(**name), icon) for code, name, icon in features},
        rules={id_: Rules(*rest) for id_, *rest in rules},
        sites=tuple((id_, name) for id_, name in sites),
        digest=digest_of(site, hours, specials, closures, *parts),
    )


def digest_of(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()
