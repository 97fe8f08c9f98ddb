"""How the portal stands: places, people, jobs, mails. An administrator sees all agencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from portal.db import Reader
from portal.permissions import Role

LATEST = 8
"""Failed jobs and messages shown."""


@dataclass(frozen=True, slots=True)
class SiteLine:
    id: int
    name: str
    agency: str
    time_zone: str
    is_active: bool
    desks: int
    rooms: int
    today: int
    """Bookings of the local day, cancelled ones left out."""
    coming: int
    """Bookings that have not begun."""


@dataclass(frozen=True, slots=True)
class People:
    """How many; `by_role` in the order of the roles."""

    known: int
    confirmed: int
    with_account: int
    new: int
    """Registered within the last 30 days."""
    by_role: tuple[tuple[Role, int], ...]


@dataclass(frozen=True, slots=True)
class FailedJob:
    id: int
    task: str
    attempts: int
    scheduled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    due: int
    """Waiting, and could run now."""
    later: int
    """Waiting for their time, or for their next try."""
    doing: int
    failed: int
    workers: int
    """Workers that were heard within the last minute."""
    latest_failed: tuple[FailedJob, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to somebody; what it says is theirs and is not read here."""

    id: int
    template: str
    person_id: int
    person_name: str
    created_at: datetime
    has_address: bool
    mailed_at: datetime | None


_SITES = text(
    """
    SELECT site.id, site.name, agency.short_name, site.time_zone, site.is_active,
        (SELECT count(*) FROM resource r WHERE r.site_id = site.id AND r.is_active AND r.kind = 'desk'),
        (SELECT count(*) FROM resource r WHERE r.site_id = site.id AND r.is_active AND r.kind = 'room'),
        (SELECT count(*) FROM reservation v
         WHERE v.site_id = site.id AND v.kind = 'booking' AND v.state NOT IN ('cancelled', 'declined')
           AND v.starts_at >= local.midnight AT TIME ZONE site.time_zone
           AND v.starts_at < (local.midnight + interval '1 day') AT TIME ZONE site.time_zone),
        (SELECT count(*) FROM reservation v
         WHERE v.site_id = site.id AND v.kind = 'booking' AND v.state IN ('requested', 'confirmed') AND v.starts_at > :at)
    FROM site JOIN agency ON agency.id = site.agency_id
    CROSS JOIN LATERAL (SELECT date_trunc('day', CAST(:at AS timestamptz) AT TIME ZONE site.time_zone) AS midnight) local
    ORDER BY site.id
    """
)


def site_lines(reader: Reader, *, at: datetime) -> list[SiteLine]:
    """Every site, closed-down ones too."""
    return [SiteLine(*row) for row in reader.execute(_SITES, {"at": at})]


_PEOPLE = text(
    """
    SELECT count(*),
        count(*) FILTER (WHERE is_confirmed),
        (SELECT count(*) FROM credential),
        count(*) FILTER (WHERE created_at > CAST(:at AS timestamptz) - interval '30 days'),
        (SELECT json_object_agg(role, people) FROM
            (SELECT role, count(DISTINCT person_id) AS people FROM role_grant GROUP BY role) counted)
    FROM person
    """
)


def people(reader: Reader, *, at: datetime) -> People:
    known, confirmed, with_account, new, by_role = reader.execute(_PEOPLE, {"at": at}).one()
    counts = by_role or {}
    return People(
        known, confirmed, with_account, new, tuple((role, counts.get(role.value, 0)) for role in Role)
    )


_QUEUE = text(
    """
    SELECT count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= :at)),
        count(*) FILTER (WHERE status = 'todo' AND scheduled_at > :at),
        count(*) FILTER (WHERE status = 'doing'),
        count(*) FILTER (WHERE status = 'failed'),
        (SELECT count(*) FROM procrastinate_workers
         WHERE last_heartbeat > CAST(:at AS timestamptz) - interval '1 minute')
    FROM procrastinate_jobs
    """
)

_FAILED = text(
    """
    SELECT id, task_name, attempts, scheduled_at FROM procrastinate_jobs
    WHERE status = 'failed' ORDER BY id DESC LIMIT :limit
    """
)


def queue(reader: Reader, *, at: datetime) -> Queue:
    """Two statements. Arguments of jobs may hold addresses and links: they stay where they are."""
    due, later, doing, failed, workers = reader.execute(_QUEUE, {"at": at}).one()
    latest = tuple(FailedJob(*row) for row in reader.execute(_FAILED, {"limit": LATEST}))
    return Queue(due, later, doing, failed, workers, latest)


_SENT = text(
    """
    SELECT m.id, m.template, m.person_id, person.name, m.created_at, person.email IS NOT NULL, m.mailed_at
    FROM (SELECT * FROM message ORDER BY id DESC LIMIT :limit) m JOIN person ON person.id = m.person_id
    ORDER BY m.id DESC
    """
)


def latest_messages(reader: Reader) -> Sequence[Sent]:
    return [Sent(*row) for row in reader.execute(_SENT, {"limit": LATEST})]


_DATABASE = text("SELECT current_setting('server_version'), pg_database_size(current_database())")


def database_facts(reader: Reader) -> tuple[str, int]:
    """(version of PostgreSQL, bytes of the portal's database)."""
    version, size = reader.execute(_DATABASE).one()
    return str(version).split(" ")[0], int(size)
