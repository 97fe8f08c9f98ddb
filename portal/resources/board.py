"""A site's desks and rooms, and who is in the way.

Plain SQL, prepared once: these run on every look at a day. Nothing here grows with history: claims are found by
`ix_claim_resource`, and a claim is at most a day long. What is asked for goes through a subquery that the planner
doesn't look into (`OFFSET 0`). It works out bounds once, not for every claim, and lets the statement have one plan
whatever is asked: with much history PostgreSQL would plan it anew for each look, at the price of running it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import text

from portal.db import Reader, numbers
from portal.resources.calendar import Place
from portal.resources.free_time import Stretch
from portal.resources.models import ResourceKind
from portal.resources.site_map import MAP, SiteMap, digest_of, read_site_map


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
        for resource_id, start, end, person_id, reservation_id in numbers(self.text):
            found.setdefault(resource_id, []).append((start, end, person_id, reservation_id))
        return found


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A resource and what is claimed of it, in order."""

    resource: ResourceRow
    claims: tuple[Claimed, ...]

    @property
    def taken(self) -> list[Stretch[int]]:
        return [(start, end) for start, end, _, _ in self.claims]


_OF_SITE = "r.site_id = site.id AND r.is_active AND r.kind = ANY(site.kinds)"
_CLAIMED = f"""
    (SELECT json_agg(json_build_array(r.id, r.kind, r.name, r.capacity, r.floor_id, r.zone_id, r.rules_id)
         ORDER BY floor.level, zone.position, r.name)::text
     FROM resource r LEFT JOIN floor ON floor.id = r.floor_id LEFT JOIN zone ON zone.id = r.zone_id
     WHERE {_OF_SITE}),
    (SELECT json_agg(json_build_array(has.resource_id, feature.code) ORDER BY feature.position, has.resource_id)::text
     FROM resource_feature has JOIN feature ON feature.id = has.feature_id JOIN resource r ON r.id = has.resource_id
     WHERE {_OF_SITE}),
    (SELECT array_agg(ARRAY[r.id, floor(date_part('epoch', claim.starts_at) / 60)::int,
             ceil(date_part('epoch', claim.ends_at) / 60)::int, claim.person_id, claim.reservation_id]
         ORDER BY claim.starts_at, claim.id)::text
     FROM resource r JOIN claim ON claim.resource_id = r.id
     WHERE {_OF_SITE} AND claim.released_at IS NULL AND claim.starts_at > site.begins - interval '1 day'
       AND claim.starts_at < site.ends AND claim.ends_at > site.begins)
"""  # noqa: S608 (constants of this file)
"""Columns of a select FROM a site with `kinds`, `begins` and `ends`: its resources, their features, what is claimed."""

_BOARD = text(
    f"""
    SELECT {_CLAIMED}
    FROM (
        SELECT *, CAST(:kinds AS text[]) AS kinds,
            to_timestamp(:begin * 60.0) AS begins, to_timestamp(:end * 60.0) AS ends
        FROM site WHERE id = :site_id
        OFFSET 0
    ) site
    """  # noqa: S608 (constants of this file)
)

_DAY = text(
    f"""
    SELECT {MAP}, {_CLAIMED}
    FROM (
        SELECT *, CAST(:kinds AS text[]) AS kinds, CAST(:day AS date)::timestamp AT TIME ZONE time_zone AS begins,
            (CAST(:day AS date) + 1)::timestamp AT TIME ZONE time_zone AS ends
        FROM site WHERE id = :site_id AND is_active
        OFFSET 0
    ) site
    """  # noqa: S608 (constants of this file)
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
    return read_site_map(*of_map), DayClaims(_resources(resources, features), claims or "{}")


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
    return Resources(tuple(rows), digest_of(resources, features))
