"""What there is to book, when it is open, and who is in the way.

Plain SQL, prepared once: these run on every look at a day. Nothing here grows with history: claims are found by
`ix_claim_resource`, and a claim is at most a day long. What seldom changes comes as JSON text and is kept by that
text: the same text is the same object, read anew each time and never out of date.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import Row, text

from portal.db import Reader, Words
from portal.permissions import PERMISSIONS
from portal.resources.calendar import Closed, Hours, Place, SiteCalendar, Special
from portal.resources.free_time import Stretch
from portal.resources.models import ResourceKind
from portal.resources.rules import Rules


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


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A desk or room, where it stands and what it has."""

    id: int
    kind: ResourceKind
    name: str
    capacity: int
    floor_id: int
    zone_id: int | None
    rules_id: int
    features: tuple[str, ...]

    @property
    def place(self) -> Place:
        return Place(self.id, self.zone_id, self.floor_id)


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """A site's resources of some kinds by floor, zone and name; one object for the same contents."""

    rows: tuple[ResourceRow, ...]
    digest: str


Claimed = tuple[int, int, int, int]
"""Epoch minute from, to, person id, reservation id."""


@dataclass(frozen=True, slots=True)
class DayClaims:
    """What is claimed of a site's resources between two moments."""

    resources: Resources
    text: str
    """The claims as the database writes them: equal when they are."""

    def may_name(self, person_id: int) -> bool:
        """Whether that person may hold some of it; surely not where this is False. Costs less than reading them."""
        return f",{person_id}," in self.text

    def by_resource(self) -> Mapping[int, list[Claimed]]:
        """In order of time; what nobody claims is left out."""
        found: dict[int, list[Claimed]] = {}
        for resource_id, start, end, person_id, reservation_id in json.loads(self.text.translate(_BRACKETS)):
            found.setdefault(resource_id, []).append((start, end, person_id, reservation_id))
        return found


_BRACKETS = str.maketrans("{}", "[]")
"""From an array of numbers in PostgreSQL's writing to JSON: half the work of making JSON there."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A resource and what is claimed of it, in order."""

    resource: ResourceRow
    claims: tuple[Claimed, ...]

    @property
    def taken(self) -> list[Stretch[int]]:
        return [(start, end) for start, end, _, _ in self.claims]


HOURS = """
    (SELECT json_agg(json_build_array(h.weekday, h.opens, h.closes, h.zone_id, h.resource_id, h.from_date, h.until_date)
         ORDER BY h.id)::text
     FROM opening_hours h
     LEFT JOIN zone ON zone.id = h.zone_id LEFT JOIN floor ON floor.id = zone.floor_id
     LEFT JOIN resource ON resource.id = h.resource_id
     WHERE coalesce(h.site_id, floor.site_id, resource.site_id) = site.id
       AND (h.from_date IS NULL OR h.from_date <= :last) AND (h.until_date IS NULL OR h.until_date >= :first)) AS hours,
    (SELECT json_agg(json_build_array(s.day, s.name, s.opens, s.closes) ORDER BY s.day)::text
     FROM special_day s
     WHERE s.site_id = site.id AND s.day BETWEEN :first AND :last AND NOT s.is_regular) AS specials,
    (SELECT json_agg(json_build_array(
         floor(extract(epoch FROM c.starts_at) / 60)::bigint, ceil(extract(epoch FROM c.ends_at) / 60)::bigint,
         c.reason, c.floor_id, c.resource_id) ORDER BY c.starts_at, c.id)::text
     FROM closure c
     LEFT JOIN floor ON floor.id = c.floor_id LEFT JOIN resource ON resource.id = c.resource_id
     WHERE coalesce(c.site_id, floor.site_id, resource.site_id) = site.id
       AND c.starts_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE site.time_zone
       AND (c.ends_at IS NULL OR c.ends_at > CAST(:first AS date)::timestamp AT TIME ZONE site.time_zone)) AS closures
"""
"""Columns of a select FROM site that `read_calendar` understands; parameters first and last (dates)."""

SERVED = """
    site.is_active AND EXISTS (SELECT FROM role_grant g
        WHERE g.person_id = :staff_id AND g.role = ANY(:roles) AND (g.agency_id IS NULL OR g.agency_id = site.agency_id))
"""
"""Of a select that has a site; parameters of `serving`. A role given without an agency holds for all of them."""

_SITES = text(
    """
    SELECT id, name, address, directions->>'id', directions->>'en', map_url, phone, time_zone
    FROM site WHERE is_active ORDER BY id
    """
)

_MAP = f"""
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


def _claimed(begin: str, end: str) -> str:
    """Columns of a select FROM site: its resources, their features, what is claimed between two SQL expressions."""
    of_site = "r.site_id = site.id AND r.is_active AND r.kind = ANY(:kinds)"
    return f"""
        (SELECT json_agg(json_build_array(r.id, r.kind, r.name, r.capacity, r.floor_id, r.zone_id, r.rules_id)
             ORDER BY floor.level, zone.position, r.name)::text
         FROM resource r LEFT JOIN floor ON floor.id = r.floor_id LEFT JOIN zone ON zone.id = r.zone_id
         WHERE {of_site}),
        (SELECT json_agg(json_build_array(has.resource_id, feature.code) ORDER BY feature.position, has.resource_id)::text
         FROM resource_feature has JOIN feature ON feature.id = has.feature_id JOIN resource r ON r.id = has.resource_id
         WHERE {of_site}),
        (SELECT array_agg(ARRAY[r.id, floor(date_part('epoch', claim.starts_at) / 60)::int,
                 ceil(date_part('epoch', claim.ends_at) / 60)::int, claim.person_id, claim.reservation_id]
             ORDER BY claim.starts_at, claim.id)::text
         FROM resource r JOIN claim ON claim.resource_id = r.id
         WHERE {of_site} AND claim.released_at IS NULL AND claim.starts_at > {begin} - interval '1 day'
           AND claim.starts_at < {end} AND claim.ends_at > {begin})
    """  # noqa: S608 (constants of this file)


_SITE_MAP = text(f"SELECT {_MAP} FROM site WHERE site.id = :site_id AND site.is_active")  # noqa: S608

_BOARD = text(
    f"SELECT {_claimed('to_timestamp(:begin * 60.0)', 'to_timestamp(:end * 60.0)')} FROM site WHERE site.id = :site_id"  # noqa: S608
)

_LOCAL_DAY = [f"(CAST(:day AS date) + {days})::timestamp AT TIME ZONE site.time_zone" for days in (0, 1)]
_DAY = text(
    f"SELECT {_MAP}, {_claimed(*_LOCAL_DAY)} FROM site WHERE site.id = :site_id AND site.is_active"  # noqa: S608
)


def sites(reader: Reader) -> list[SiteRow]:
    """Every active site, the oldest first."""
    return [
        SiteRow(id_, name, address, Words(directions_id, directions_en), *rest)
        for id_, name, address, directions_id, directions_en, *rest in reader.execute(_SITES)
    ]


def site_map(reader: Reader, site_id: int, first: date, last: date) -> SiteMap | None:
    """A site and its calendar for the local days `first` to `last`, both included; None where there is no such site."""
    row = reader.execute(_SITE_MAP, {"site_id": site_id, "first": first, "last": last}).one_or_none()
    return None if row is None else _site_map(*row)


@lru_cache(maxsize=256)
def _site_map(
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
    calendar = _calendar(time_zone, hours, specials, closures)
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
        digest=_digest(site, hours, specials, closures, *parts),
    )


def day_at(
    reader: Reader, site_id: int, day: date, first: date, last: date, *kinds: ResourceKind
) -> tuple[SiteMap, DayClaims] | None:
    """A site for the local days `first` to `last`, and what is claimed on one of them, in one statement."""
    parameters = {"site_id": site_id, "first": first, "last": last, "day": day}
    row = reader.execute(_DAY, parameters | {"kinds": [kind.value for kind in kinds]}).one_or_none()
    if row is None:
        return None
    *of_map, resources, features, claims = row
    return _site_map(*of_map), DayClaims(_resources(resources, features), claims or "{}")


def board(reader: Reader, site_id: int, begin: int, end: int, *kinds: ResourceKind) -> list[BoardRow]:
    """Resources of a site by floor, zone and name, with what is claimed of them between two epoch minutes."""
    row = reader.execute(
        _BOARD, {"site_id": site_id, "begin": begin, "end": end, "kinds": [kind.value for kind in kinds]}
    ).one_or_none()
    if row is None:
        return []
    resources, features, text_ = row
    found = DayClaims(_resources(resources, features), text_ or "{}")
    claims = found.by_resource()
    return [BoardRow(row, tuple(claims.get(row.id, ()))) for row in found.resources.rows]


@lru_cache(maxsize=256)
def _resources(resources: str | None, features: str | None) -> Resources:
    codes: dict[int, list[str]] = {}
    for resource_id, code in json.loads(features or "[]"):
        codes.setdefault(resource_id, []).append(code)
    rows = (
        ResourceRow(
            id_, ResourceKind(kind), name, capacity, floor_id, zone_id, rules_id, tuple(codes.get(id_, ()))
        )
        for id_, kind, name, capacity, floor_id, zone_id, rules_id in json.loads(resources or "[]")
    )
    return Resources(tuple(rows), _digest(resources, features))


def read_calendar(row: Row[Any]) -> SiteCalendar:
    """The calendar from a row with the columns of `HOURS` and the site's time zone."""
    return _calendar(row.time_zone, row.hours, row.specials, row.closures)


@lru_cache(maxsize=1024)
def _calendar(time_zone: str, hours: str | None, specials: str | None, closures: str | None) -> SiteCalendar:
    return SiteCalendar(
        time_zone,
        [
            Hours(
                weekday,
                time.fromisoformat(opens),
                time.fromisoformat(closes),
                zone_id,
                resource_id,
                _date(begin),
                _date(end),
            )
            for weekday, opens, closes, zone_id, resource_id, begin, end in json.loads(hours or "[]")
        ],
        [
            Special(date.fromisoformat(day), Words(**name), _time(opens), _time(closes))
            for day, name, opens, closes in json.loads(specials or "[]")
        ],
        [
            Closed(start, end, Words(**reason), floor_id, resource_id)
            for start, end, reason, floor_id, resource_id in json.loads(closures or "[]")
        ],
    )


def _digest(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _time(value: str | None) -> time | None:
    return None if value is None else time.fromisoformat(value)


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What a page says of one desk or room."""

    id: int
    name: str
    kind: ResourceKind
    site_id: int
    site_name: str
    time_zone: str
    zone: Words | None
    floor: Words


_RESOURCE_FACTS = text(
    """
    SELECT r.id, r.name, r.kind, r.site_id, site.name AS site_name, site.time_zone, zone.name AS zone, floor.name AS floor
    FROM resource r JOIN site ON site.id = r.site_id JOIN floor ON floor.id = r.floor_id LEFT JOIN zone ON zone.id = r.zone_id
    WHERE r.id = :id AND r.is_active AND site.is_active
    """
)


def resource_facts(reader: Reader, resource_id: int) -> ResourceFacts | None:
    """One active desk or room; None where there is none."""
    row = reader.execute(_RESOURCE_FACTS, {"id": resource_id}).one_or_none()
    if row is None:
        return None
    return ResourceFacts(
        row.id,
        row.name,
        ResourceKind(row.kind),
        row.site_id,
        row.site_name,
        row.time_zone,
        Words(**row.zone) if row.zone else None,
        Words(**row.floor),
    )


def booking_rules(reader: Reader) -> list[tuple[Words, Rules]]:
    """Every set of rules with its name, as the house rules show them."""
    statement = text(
        """
        SELECT name, slot_minutes, shortest_minutes, longest_minutes, notice_minutes, horizon_days, day_minutes,
            week_minutes, cancel_minutes, late_minutes FROM booking_rules ORDER BY id
        """
    )
    return [(Words(**name), Rules(*rest)) for name, *rest in reader.execute(statement)]


def serving(staff_id: int) -> dict[str, Any]:
    """Parameters of `SERVED`."""
    return {"staff_id": staff_id, "roles": sorted(PERMISSIONS["front-desk"])}
