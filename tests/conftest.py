"""Real parts: one PostgreSQL for a test process, migrated once; every test that asks for `app` leaves it empty."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from portal import create_app, embedded
from portal.config import Settings
from portal.db import db, metadata
from tests.client import Visitor
from tests.factories import bind

SECRET = "only-for-tests-" + "x" * 32


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own, or a fresh database in the one that PORTAL_TEST_DATABASE_URL names."""
    given = os.environ.get("PORTAL_TEST_DATABASE_URL")
    if given:
        name = f"portal_test_{os.getpid()}"
        engine = create_engine(given, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = engine.url.set(database=name).render_as_string(hide_password=False)
        yield url
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
    try:
        with embedded.server(folder / "postgres", durable=False) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key=SECRET,
        base_url="http://portal.test",
        mail_url=None,
        region="Kabupaten Tegal",
        demo=True,
        demo_password=None,
        trusted_proxies=0,
        pool_size=12,
        instance=tmp_path_factory.mktemp("instance"),
    )


@pytest.fixture(scope="session")
def migrated_app(settings: Settings) -> Iterator[Flask]:
    from flask_migrate import Migrate, upgrade

    app = create_app(settings)
    app.config["TESTING"] = True
    Migrate(app, db, directory=str(app.config["MIGRATIONS"]))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application within its context, over an empty database."""
    with migrated_app.app_context():
        yield migrated_app
        db.session.remove()
        _empty()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """For arranging: factories write here; `session.commit()` before the portal shall see it."""
    with Session(db.engine, expire_on_commit=False) as session, bind(session):
        yield session


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Visitor]:
    """`visitor()` is nobody; `visitor(person)` is signed in."""

    def visit(person: object = None, **options: object) -> Visitor:
        return Visitor.of(app, person)  # type: ignore[arg-type]

    return visit


def _empty() -> None:
    """Rows go and sequences start anew. Deleting the few rows of a test is ten times quicker than truncating."""
    queue = [f"procrastinate_{name}" for name in ("events", "periodic_defers", "jobs", "workers")]
    tables = [*reversed([table.name for table in metadata.sorted_tables]), *queue]
    deletes = "".join(f"DELETE FROM {name};" for name in tables)
    with db.engine.begin() as connection:
        # The audit log refuses to be emptied otherwise; references need no checking on the way.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.exec_driver_sql(deletes)
        connection.execute(
            text(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences "
                "WHERE last_value IS NOT NULL"
            )
        )
