"""Databases with so and so many bookings, made once and kept in instance/bench/postgres."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, create_engine, make_url, text

from portal.clock import now
from portal.config import INSTANCE, ROOT
from portal.embedded import server

SECRET_KEY = "only-for-the-bench-" + "x" * 32
MADE_OF = ("migrations/versions/*", "portal/demo/**/*.py", "portal/accounts/demo_accounts.py")
FRESH_DAYS = 3
"""The demonstration's coming days move on with the calendar; older data has too few of them."""
NAME = re.compile(r"bookings_(\d+)_(\d{8})_([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Databases:
    """Those of one running server."""

    url: str

    def loaded(self, bookings: int) -> str:
        """URL of a database with that many bookings; it is for reading."""
        with self.administration() as connection:
            for name in _names(connection):
                found = NAME.fullmatch(name)
                if found and int(found[1]) == bookings:
                    return self.url_of(name)
        draft, name = f"loading_{bookings}", f"bookings_{bookings}_{now().date():%Y%m%d}_{digest()}"
        self._run(f"DROP DATABASE IF EXISTS {draft} WITH (FORCE)", f"CREATE DATABASE {draft}")
        print(f"Loading {bookings:,} bookings (once; kept in instance/bench)", flush=True)
        for command in (("db", "upgrade"), ("demo", "load", "--bookings", str(bookings))):
            _flask(self.url_of(draft), *command)
        self._run(f"ALTER DATABASE {draft} RENAME TO {name}")
        return self.url_of(name)

    @contextmanager
    def copied(self, bookings: int) -> Iterator[str]:
        """URL of a copy that may be written to while the block lasts."""
        original = make_url(self.loaded(bookings)).database
        copy = f"copy_{original}"
        self._run(
            f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)",
            f"CREATE DATABASE {copy} TEMPLATE {original} STRATEGY FILE_COPY",
        )
        try:
            yield self.url_of(copy)
        finally:
            self._run(f"DROP DATABASE {copy} WITH (FORCE)")

    def drop_stale(self) -> None:
        """What was made by other migrations, by another generator, or days ago."""
        with self.administration() as connection:
            for name in _names(connection):
                found = NAME.fullmatch(name)
                is_left_over = name.startswith(("copy_", "loading_"))
                if is_left_over or (found and (found[3] != digest() or _age(found[2]) > FRESH_DAYS)):
                    connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def backends(self, url: str) -> list[int]:
        """Process ids of those that serve the portal from this database."""
        with self.administration() as connection:
            statement = text(
                "SELECT pid FROM pg_stat_activity WHERE datname = :name AND application_name = 'portal'"
            )
            return list(connection.scalars(statement, {"name": make_url(url).database}))

    def url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def administration(self) -> Iterator[Connection]:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _run(self, *statements: str) -> None:
        with self.administration() as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def databases() -> Iterator[Databases]:
    """The server, as durable as in production."""
    with server(INSTANCE / "bench" / "postgres") as url:
        made = Databases(url)
        made.drop_stale()
        yield made


def digest() -> str:
    """Of all that decides what is loaded."""
    made_of = hashlib.blake2b(digest_size=4)
    for pattern in MADE_OF:
        for path in sorted(path for path in ROOT.glob(pattern) if path.is_file()):
            made_of.update(path.read_bytes())
    return made_of.hexdigest()


def environment(url: str) -> dict[str, str]:
    """What the portal needs to be told to use this database."""
    return {
        "PORTAL_DATABASE_URL": url,
        "PORTAL_SECRET_KEY": SECRET_KEY,
        "PORTAL_BASE_URL": "http://127.0.0.1",
        "PORTAL_DEMO": "0",
    }


def _flask(url: str, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env={
            **os.environ,
            **environment(url),
            "PORTAL_DEMO": "1",
            "PORTAL_DEMO_PASSWORD": "only-for-the-bench",
        },
        check=True,
        stdout=sys.stderr,
    )


def _names(connection: Connection) -> list[str]:
    return list(connection.scalars(text("SELECT datname FROM pg_database ORDER BY datname DESC")))


def _age(day: str) -> int:
    return (now().date() - date(int(day[:4]), int(day[4:6]), int(day[6:]))) // timedelta(days=1)
