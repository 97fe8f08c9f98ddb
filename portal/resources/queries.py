"""What there is to book, when it is open, and who is in the way.

Plain SQL, prepared once: these run on every look at a day. Nothing here grows with history: claims are found by
`ix_claim_resource`, and a claim is at most a day long.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Row, text

from portal.db import Reader, Words
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


@dataclass(frozen=True, slots=True)
class SiteMap:
    """A site, when it is open, and its parts: all that a page about it needs besides resources and claims."""

    site: SiteRow
    calendar: SiteCalendar
    floors: dict[int, Words]
    zones: dict[int, ZoneRow]
    features: dict[str, FeatureRow]
    rules: dict[int, Rules]


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


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A resource and what is claimed of it: (epoch minute from, to, person id, reservation id), in order."""

    resource: ResourceRow
    claims: tuple[tuple[int, int, int, int], ...]

    @property
    def taken(self) -> list[Stretch[int]]:
        return [(start, end) for start, end, _, _ in self.claims]


HOURS = """
    (SELECT json_agg(json_build_array(h.weekday, h.opens, h.closes, h.zone_id, h.resource_id, h.from_date, h.until_date))
     FROM opening_hours h
     LEFT JOIN zone ON zone.id = h.zone_id LEFT JOIN floor ON floor.id = zone.floor_id
     LEFT JOIN resource ON resource.id = h.resource_id
     WHERE coalesce(h.site_id, floor.site_id, resource.site_id) = site.id
       AND (h.from_date IS NULL OR h.from_date <= :last) AND (h.until_date IS NULL OR h.until_date >= :first)) AS hours,
    (SELECT json_agg(json_build_array(s.day, s.name, s.opens, s.closes))
     FROM special_day s
     WHERE s.site_id = site.id AND s.day BETWEEN :first AND :last AND NOT s.is_regular) AS specials,
    (SELECT json_agg(json_build_array(
         floor(extract(epoch FROM c.starts_at) / 60)::bigint, ceil(extract(epoch FROM c.ends_at) / 60)::bigint,
         c.reason, c.floor_id, c.resource_id) ORDER BY c.starts_at)
     FROM closure c
     LEFT JOIN floor ON floor.id = c.floor_id LEFT JOIN resource ON resource.id = c.resource_id
     WHERE coalesce(c.site_id, floor.site_id, resource.site_id) = site.id
       AND c.starts_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE site.time_zone
       AND (c.ends_at IS NULL OR c.ends_at > CAST(:first AS date)::timestamp AT TIME ZONE site.time_zone)) AS closures
"""
"""Columns of a select FROM site that `read_calendar` understands; parameters first and last (dates)."""

_SITES = text(
    """
    SELECT id, name, address, directions->>'id', directions->>'en', map_url, phone, time_zone
    FROM site WHERE is_active ORDER BY id
    """
)

_SITE_MAP = text(
    f"""
    SELECT site.id, site.name, site.address, site.directions, site.map_url, site.phone, site.time_zone, {HOURS},
        (SELECT json_agg(json_build_array(id, name) ORDER BY level) FROM floor WHERE site_id = site.id) AS floors,
        (SELECT json_agg(json_build_array(zone.id, zone.floor_id, zone.name, zone.description) ORDER BY floor.level, zone.position)
         FROM zone JOIN floor ON floor.id = zone.floor_id WHERE floor.site_id = site.id) AS zones,
        (SELECT json_agg(json_build_array(code, name, icon) ORDER BY position) FROM feature) AS features,
        (SELECT json_agg(json_build_array(id, slot_minutes, shortest_minutes, longest_minutes, notice_minutes,
             horizon_days, day_minutes, week_minutes, cancel_minutes, late_minutes)) FROM booking_rules) AS rules
    FROM site WHERE site.id = :site_id AND site.is_active
    """  # noqa: S608 (a constant of this file)
)

_BOARD = text(
    """
    SELECT r.id, r.kind, r.name, r.capacity, r.floor_id, r.zone_id, r.rules_id,
        (SELECT array_agg(feature.code ORDER BY feature.position)
         FROM resource_feature JOIN feature ON feature.id = resource_feature.feature_id
         WHERE resource_feature.resource_id = r.id) AS features,
        (SELECT array_agg(ARRAY[
             floor(extract(epoch FROM claim.starts_at) / 60)::int, ceil(extract(epoch FROM claim.ends_at) / 60)::int, claim.person_id, claim.reservation_id]
             ORDER BY claim.starts_at)
         FROM claim
         WHERE claim.resource_id = r.id AND claim.released_at IS NULL
           AND claim.starts_at > to_timestamp(:begin * 60.0) - interval '1 day'
           AND claim.starts_at < to_timestamp(:end * 60.0) AND claim.ends_at > to_timestamp(:begin * 60.0)) AS claims
    FROM resource r
    LEFT JOIN floor ON floor.id = r.floor_id LEFT JOIN zone ON zone.id = r.zone_id
    WHERE r.site_id = :site_id AND r.is_active AND r.kind = ANY(:kinds)
    ORDER BY floor.level, zone.position, r.name
    """
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
    if row is None:
        return None
    return SiteMap(
        site=SiteRow(
            row.id, row.name, row.address, Words(**row.directions), row.map_url, row.phone, row.time_zone
        ),
        calendar=read_calendar(row),
        floors={id_: Words(**name) for id_, name in row.floors or ()},
        zones={
            id_: ZoneRow(id_, floor_id, Words(**name), Words(**about))
            for id_, floor_id, name, about in row.zones or ()
        },
        features={code: FeatureRow(code, Words(**name), icon) for code, name, icon in row.features or ()},
        rules={id_: Rules(*rules) for id_, *rules in row.rules or ()},
    )


def board(reader: Reader, site_id: int, begin: int, end: int, *kinds: ResourceKind) -> list[BoardRow]:
    """Resources of a site by floor, zone and name, with what is claimed of them between two epoch minutes."""
    rows = reader.execute(
        _BOARD, {"site_id": site_id, "begin": begin, "end": end, "kinds": [kind.value for kind in kinds]}
    )
    return [
        BoardRow(
            ResourceRow(
                id_, ResourceKind(kind), name, capacity, floor_id, zone_id, rules_id, tuple(features or ())
            ),
            tuple(tuple(claim) for claim in claims or ()),
        )
        for id_, kind, name, capacity, floor_id, zone_id, rules_id, features, claims in rows
    ]


def read_calendar(row: Row[Any]) -> SiteCalendar:
    """The calendar from a row with the columns of `HOURS` and the site's time zone."""
    return SiteCalendar(
        row.time_zone,
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
            for weekday, opens, closes, zone_id, resource_id, begin, end in row.hours or ()
        ],
        [
            Special(date.fromisoformat(day), Words(**name), _time(opens), _time(closes))
            for day, name, opens, closes in row.specials or ()
        ],
        [
            Closed(start, end, Words(**reason), floor_id, resource_id)
            for start, end, reason, floor_id, resource_id in row.closures or ()
        ],
    )


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
