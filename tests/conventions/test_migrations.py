"""One head, models that match, and what a table rebuild would drop in silence."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.db import db, metadata


def test_there_is_one_head(migrated_app: Flask) -> None:
    assert len(ScriptDirectory(str(migrated_app.config["MIGRATIONS"])).get_heads()) == 1


def test_models_match_migrations(app: Flask) -> None:
    def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and name is not None and name.startswith("procrastinate_"))

    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []


def test_the_guard_stands(app: Flask) -> None:
    with db.engine.connect() as connection:
        definition = connection.scalar(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ex_claim_overlap'")
        )
        checks = connection.scalars(
            text("SELECT conname FROM pg_constraint WHERE conrelid = 'claim'::regclass AND contype = 'c'")
        ).all()
        nullable = connection.scalars(
            text(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'claim'::regclass AND attnum > 0 "
                "AND NOT attnotnull AND NOT attisdropped"
            )
        ).all()
    assert definition == (
        "EXCLUDE USING gist (int4range(resource_id, resource_id, '[]'::text) WITH &&, "
        "tstzrange(starts_at, ends_at, '[)'::text) WITH &&) WHERE ((released_at IS NULL))"
    )
    assert set(checks) == {"ck_claim_length", "ck_claim_finite"}
    assert nullable == ["released_at"]


def test_without_the_guard_the_portal_is_not_ready(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE claim RENAME CONSTRAINT ex_claim_overlap TO ex_claim_gone"))
    try:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "ex_claim_overlap" in answer.text
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE claim RENAME CONSTRAINT ex_claim_gone TO ex_claim_overlap"))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_the_audit_log_is_append_only(app: Flask, statement: str) -> None:
    with db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))
