"""Whether the database fits this code: asked by `/readyz` and told at `/admin`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import text

from portal.db import Reader

GUARDS = {
    "ex_claim_overlap": "EXCLUDE USING gist (int4range(resource_id, resource_id, '[]'::text) WITH &&,"
    " tstzrange(starts_at, ends_at, '[)'::text) WITH &&) WHERE ((released_at IS NULL))",
    "ck_claim_length": "CHECK (((ends_at > starts_at) AND ((ends_at - starts_at) <= '1 day'::interval)))",
    "ck_claim_finite": "CHECK ((isfinite(starts_at) AND isfinite(ends_at)))",
    "claim.resource_id": "NOT NULL",
    "claim.starts_at": "NOT NULL",
    "claim.ends_at": "NOT NULL",
    "uq_person_confirmed_email": "UNIQUE btree (lower((email)::text)) WHERE (email_confirmed_at IS NOT NULL)",
    "uq_person_confirmed_phone": "UNIQUE btree (phone) WHERE (phone_confirmed_at IS NOT NULL)",
}
"""What the portal's promises rest on, as PostgreSQL writes it out: table rebuilds drop such things in silence."""

STANDING = text(
    """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass('claim') AND contype IN ('x', 'c') AND convalidated
    UNION ALL
    SELECT 'claim.' || attname, 'NOT NULL' FROM pg_attribute WHERE attrelid = to_regclass('claim') AND attnotnull
    UNION ALL
    SELECT c.relname, 'UNIQUE ' || split_part(pg_get_indexdef(i.indexrelid), ' USING ', 2)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = to_regclass('person') AND i.indisunique AND i.indisvalid
    """
)
HEADS = text("SELECT version_num FROM alembic_version")
IS_MIGRATED_AT_ALL = text("SELECT to_regclass('alembic_version') IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Health:
    migrated: bool
    """To this code's own head."""
    missing: tuple[str, ...]
    """Guards that are not there, or not as they were."""

    @property
    def guarded(self) -> bool:
        return not self.missing


def health(reader: Reader, migrations: Path) -> Health:
    heads = set(reader.execute(HEADS).scalars()) if reader.scalar(IS_MIGRATED_AT_ALL) else set()
    standing = {row[0]: row[1] for row in reader.execute(STANDING)}
    return Health(
        migrated=heads == heads_of(migrations),
        missing=tuple(name for name, definition in GUARDS.items() if standing.get(name) != definition),
    )


@lru_cache
def heads_of(migrations: Path) -> frozenset[str]:
    """Without Alembic, which takes as long to import as half of the portal."""
    sources = [path.read_text(encoding="utf-8") for path in (migrations / "versions").glob("*.py")]
    found, followed = (
        {
            name
            for source in sources
            for name in re.findall(rf"^{word}\b.*= ['\"](\w+)['\"]", source, re.MULTILINE)
        }
        for word in ("revision", "down_revision")
    )
    return frozenset(found - followed)
