"""When a site is open, read as its calendar.

It seldom changes, so it comes as JSON text and is kept by that text: the same text is the same object, read anew each
time and never out of date.
"""

import json
from datetime import date, time
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from portal.db import Words
from portal.resources.calendar import Closed, Hours, SiteCalendar, Special

HOURS = """
    (SELECT json_agg(json_build_array(h.weekday, h.opens, h.closes, h.zone_id, h.resource_id, h.from_date, h.until_date)
         ORDER BY h.id)::text
     FROM opening_hours h
     LEFT JOIN zone ON zone.id = h.zone_id LEFT JOIN floor ON floor.id = zone.floor_id
     LEFT JOIN resource ON resource.id = h.resource_id
     WHERE coalesce(h.site_id, floor.site_id, resource.site_id) = site.id AND resource.kind IS DISTINCT FROM 'consultant'
       AND (h.from_date IS NULL OR h.from_date <= :last) AND (h.until_date IS NULL OR h.until_date >= :first)) AS hours,
    (SELECT json_agg(json_build_array(s.day, s.name, s.opens, s.closes) ORDER BY s.day)::text
     FROM special_day s
     WHERE s.site_id = site.id AND s.day BETWEEN :first AND :last AND NOT s.is_regular) AS specials,
    (SELECT json_agg(json_build_array(
         floor(extract(epoch FROM c.starts_at) / 60)::bigint, ceil(extract(epoch FROM c.ends_at) / 60)::bigint,
         c.reason, c.floor_id, c.resource_id) ORDER BY c.starts_at, c.id)::text
     FROM closure c
     LEFT JOIN floor ON floor.id = c.floor_id LEFT JOIN resource ON resource.id = c.resource_id
     WHERE coalesce(c.site_id, floor.site_id, resource.site_id) = site.id AND resource.kind IS DISTINCT FROM 'consultant'
       AND c.starts_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE site.time_zone
       AND (c.ends_at IS NULL OR c.ends_at > CAST(:first AS date)::timestamp AT TIME ZONE site.time_zone)) AS closures
"""
"""Columns of a select FROM site that `read_calendar` understands; parameters first and last (dates).

Of the site, its floors, desks and rooms: what consultants work is `consultations`' own to read.
"""


def read_calendar(row: Row[Any]) -> SiteCalendar:
    """The calendar from a row with the columns of `HOURS` and the site's time zone."""
    return calendar_of(row.time_zone, row.hours, row.specials, row.closures)


@lru_cache(maxsize=1024)
def calendar_of(
    time_zone: str, hours: str | None, specials: str | None, closures: str | None
) -> SiteCalendar:
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


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _time(value: str | None) -> time | None:
    return None if value is None else time.fromisoformat(value)
