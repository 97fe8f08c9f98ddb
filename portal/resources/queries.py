"""Desks and rooms one by one, the rules they go by, and which sites somebody serves."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from portal.db import Reader, Words
from portal.permissions import PERMISSIONS
from portal.resources.models import ResourceKind
from portal.resources.rules import Rules

SERVED = """
    site.is_active AND EXISTS (SELECT FROM role_grant g
        WHERE g.person_id = :staff_id AND g.role = ANY(:roles) AND (g.agency_id IS NULL OR g.agency_id = site.agency_id))
"""
"""Of a select that has a site; parameters of `serving`. A role given without an agency holds for all of them."""


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
