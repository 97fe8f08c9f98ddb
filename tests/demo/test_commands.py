"""flask demo …"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Credential, Person
from portal.accounts.passwords import fits
from portal.config import Settings
from portal.db import db, metadata

UNTOUCHED = sorted({table.name for table in metadata.sorted_tables} - {"credential", "user_session"})


@pytest.fixture
def settings_of(app: Flask) -> Iterator[Settings]:
    usual: Settings = app.config["SETTINGS"]
    yield usual
    app.config["SETTINGS"] = usual


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["demo", *arguments])


def load(app: Flask, settings: Settings, password: str | None, **more: object) -> Result:
    app.config["SETTINGS"] = replace(settings, demo_password=password, **more)  # type: ignore[arg-type]
    return run(app, "load", "--people", "25", "--bookings", "0")


def digests() -> dict[str, str]:
    with db.engine.connect() as connection:
        return {
            table: str(
                connection.execute(
                    text(f"SELECT count(*) || md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
                ).scalar()
            )
            for table in UNTOUCHED
        }


def password_of(session: Session, email: str) -> str:
    statement = select(Credential.password_hash).join(Person).where(Person.email == email)
    return session.execute(statement).scalar_one()


NIGHT = datetime(2026, 9, 8, 5, tzinfo=ZoneInfo("Asia/Jakarta"))
"""Nobody is due, so the demonstration's front desk has nothing to do."""


@time_machine.travel(NIGHT, tick=False)
def test_loading_twice_changes_only_the_password(app: Flask, session: Session, settings_of: Settings) -> None:
    assert run(app, "is-loaded").exit_code == 1
    first = load(app, settings_of, "kata-sandi-satu")
    assert first.exit_code == 0, first.output
    assert "25 people, 66 desks and rooms" in first.output
    assert run(app, "is-loaded").exit_code == 0
    assert fits("kata-sandi-satu", password_of(session, "official@demo.example"))
    before = digests()
    session.rollback()
    second = load(app, settings_of, "kata-sandi-dua")
    assert second.exit_code == 0
    assert "loaded already" in second.output
    assert run(app, "prepare").exit_code == 0
    assert digests() == before
    assert fits("kata-sandi-dua", password_of(session, "official@demo.example"))


def test_loading_is_refused_outside_demonstration_mode(app: Flask, settings_of: Settings) -> None:
    done = load(app, settings_of, "kata-sandi-satu", demo=False)
    assert done.exit_code == 1
    assert "demonstration mode" in done.output
    assert run(app, "is-loaded").exit_code == 1


def test_without_a_password_one_is_made_and_kept(
    app: Flask, session: Session, settings_of: Settings, tmp_path: Path
) -> None:
    done = load(app, settings_of, None, instance=tmp_path / "instance")
    assert done.exit_code == 0, done.output
    kept = tmp_path / "instance" / "demo-password"
    password = kept.read_text().strip()
    assert password in done.output
    assert kept.stat().st_mode & 0o077 == 0
    assert fits(password, password_of(session, "entrepreneur@demo.example"))
