"""/readyz, and what /admin tells of it: the same answer, by what stands in the database."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.config import ROOT
from portal.web.health import GUARDS, heads_of, health
from tests.client import Visitor

SPOILED = {
    "ex_claim_overlap": "ALTER TABLE claim DROP CONSTRAINT ex_claim_overlap",
    "ck_claim_length": "ALTER TABLE claim DROP CONSTRAINT ck_claim_length",
    "ck_claim_finite": "ALTER TABLE claim DROP CONSTRAINT ck_claim_finite,"
    " ADD CONSTRAINT ck_claim_finite CHECK (isfinite(starts_at) OR isfinite(ends_at))",
    "claim.resource_id": "ALTER TABLE claim ALTER resource_id DROP NOT NULL",
    "claim.starts_at": "ALTER TABLE claim ALTER starts_at DROP NOT NULL",
    "claim.ends_at": "ALTER TABLE claim ALTER ends_at DROP NOT NULL",
    "uq_person_confirmed_email": "DROP INDEX uq_person_confirmed_email",
    "uq_person_confirmed_phone": "DROP INDEX uq_person_confirmed_phone;"
    " CREATE INDEX uq_person_confirmed_phone ON person (phone) WHERE phone_confirmed_at IS NOT NULL",
}


def test_a_healthy_portal_is_ready(visitor: Callable[..., Visitor]) -> None:
    answer = visitor().get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


@pytest.mark.parametrize("name", GUARDS)
def test_each_guard_is_missed(session: Session, app: Flask, name: str) -> None:
    session.execute(text(SPOILED[name]))
    assert health(session, app.config["MIGRATIONS"]).missing == (name,)
    session.rollback()


def test_the_guard_of_another_table_does_not_count(session: Session, app: Flask) -> None:
    session.execute(text("ALTER TABLE claim DROP CONSTRAINT ex_claim_overlap"))
    session.execute(
        text("CREATE TABLE copy (x int4range, CONSTRAINT ex_claim_overlap EXCLUDE USING gist (x WITH &&))")
    )
    assert not health(session, app.config["MIGRATIONS"]).guarded
    session.rollback()


def test_other_tables_are_told(session: Session, app: Flask) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    assert not health(session, app.config["MIGRATIONS"]).migrated
    session.execute(text("DROP TABLE alembic_version"))
    assert not health(session, app.config["MIGRATIONS"]).migrated
    session.rollback()


def test_heads_are_read_as_alembic_reads_them(app: Flask, tmp_path: Path) -> None:
    migrations: Path = app.config["MIGRATIONS"]
    assert heads_of(migrations) == set(ScriptDirectory(str(migrations)).get_heads())
    (tmp_path / "versions").mkdir()
    for name, before in (("one", "None"), ("two", "'one'"), ("three", '"one"')):
        (tmp_path / "versions" / f"{name}.py").write_text(
            f'revision: str = "{name}"\ndown_revision: str | None = {before}\n', encoding="utf-8"
        )
    assert heads_of(tmp_path) == {"two", "three"}


def test_web_processes_do_without_alembic() -> None:
    ask = "import sys, portal; print(sorted({'alembic', 'flask_migrate'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True)
    assert out.stdout == "[]\n", out.stderr
