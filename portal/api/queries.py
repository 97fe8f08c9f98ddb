"""What the API lists and no page does."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text

from portal.db import Reader, Words
from portal.resources.models import ResourceKind
from portal.resources.rules import Rules


@dataclass(frozen=True, slots=True)
class ListedResource:
    id: int
    name: str
    kind: str
    site_id: int
    capacity: int
    floor: Words
    zone: Words | None
    features: tuple[tuple[str, Words], ...]
    rules: Rules


_RESOURCES = text(
    """
    SELECT r.id, r.name, r.kind, r.site_id, r.capacity, floor.name AS floor, zone.name AS zone,
        (SELECT json_agg(json_build_array(feature.code, feature.name) ORDER BY feature.position)
         FROM resource_feature JOIN feature ON feature.id = resource_feature.feature_id
         WHERE resource_feature.resource_id = r.id) AS features,
        rules.slot_minutes, rules.shortest_minutes, rules.longest_minutes, rules.notice_minutes, rules.horizon_days,
        rules.day_minutes, rules.week_minutes, rules.cancel_minutes, rules.late_minutes
    FROM resource r JOIN site ON site.id = r.site_id JOIN floor ON floor.id = r.floor_id
    JOIN booking_rules rules ON rules.id = r.rules_id LEFT JOIN zone ON zone.id = r.zone_id
    WHERE r.is_active AND site.is_active AND r.kind = ANY(:kinds)
      AND (CAST(:site_id AS integer) IS NULL OR r.site_id = :site_id)
    ORDER BY r.site_id, floor.level, zone.position, r.name
    """
)


def listed_resources(
    reader: Reader, site_id: int | None, kinds: Iterable[ResourceKind]
) -> list[ListedResource]:
    """Active desks and rooms of one site, or of all. One statement."""
    rows = reader.execute(_RESOURCES, {"site_id": site_id, "kinds": [kind.value for kind in kinds]})
    return [
        ListedResource(
            id_,
            name,
            kind,
            site,
            capacity,
            Words(**floor),
            Words(**zone) if zone else None,
            tuple((code, Words(**called)) for code, called in features or ()),
            Rules(*rules),
        )
        for id_, name, kind, site, capacity, floor, zone, features, *rules in rows
    ]


@dataclass(frozen=True, slots=True)
class Adviser:
    id: int
    name: str
    languages: list[str]
    topics: tuple[tuple[int, Words, int, list[str]], ...]
    """Id, name, minutes and modes of each."""


_ADVISERS = text(
    """
    SELECT c.id, r.name, c.languages,
        (SELECT json_agg(json_build_array(topic.id, topic.name, topic.minutes, topic.modes) ORDER BY topic.position, topic.id)
         FROM consultant_topic JOIN topic ON topic.id = consultant_topic.topic_id
         WHERE consultant_topic.consultant_id = c.id AND topic.is_active) AS topics
    FROM consultant c JOIN resource r ON r.id = c.id
    WHERE r.is_active AND (CAST(:topic_id AS integer) IS NULL OR EXISTS (
        SELECT FROM consultant_topic JOIN topic ON topic.id = topic_id
        WHERE consultant_id = c.id AND topic_id = :topic_id AND topic.is_active))
    ORDER BY r.name, c.id
    """
)


def advisers(reader: Reader, topic_id: int | None) -> list[Adviser]:
    """Active consultants, of one topic or of all, with the topics that are offered. One statement."""
    return [
        Adviser(
            id_,
            name,
            list(languages),
            tuple((topic, Words(**called), minutes, modes) for topic, called, minutes, modes in topics or ()),
        )
        for id_, name, languages, topics in reader.execute(_ADVISERS, {"topic_id": topic_id})
    ]
