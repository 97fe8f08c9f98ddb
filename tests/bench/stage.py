"""What the rows are measured on: databases, servers, and the taking of turns."""

import logging
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import repeat
from zoneinfo import ZoneInfo

import structlog

from portal import create_app
from portal.bookings.day.queries import Filters, day_of
from portal.clock import now
from portal.config import load_settings
from portal.db import db, reading
from portal.resources.site_map import sites
from tests.bench.client import Tally, drive, prepared
from tests.bench.databases import Databases, databases, environment
from tests.bench.servers import Server, cpu_seconds, serving, spread

HELLO = prepared("GET", "/")
CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Size:
    """How much is loaded and how long is measured."""

    few: int = 10_000
    usual: int = 100_000
    many: int = 1_000_000
    turns: int = 8
    seconds: float = 1.5
    """Of a slice."""
    requests: int = 240
    """Of a slice whose CPU is counted."""


QUICK = Size(few=10_000, usual=20_000, many=40_000, turns=3, seconds=1, requests=80)


@dataclass(frozen=True, slots=True)
class Beside:
    """How many times a bare Flask application answers in the time, or with the CPU, of one answer of the portal."""

    rate: float
    """The median of the turns."""
    cpu: float

    @property
    def note(self) -> str:
        return f"by CPU alone 1/{self.cpu:.1f}"


@dataclass(slots=True)
class Stage:
    size: Size
    databases: Databases
    _stack: ExitStack
    _servers: dict[str, Server] = field(default_factory=dict)
    _usual: str | None = None

    @property
    def hello(self) -> Server:
        return self._serving("hello", "tests.bench.hello:app", {})

    def portal(self, url: str, name: str = "") -> Server:
        """The portal over a database; another `name`, another host."""
        return self._serving(url + name, "wsgi:app", environment(url))

    @property
    def usual(self) -> str:
        """URL of a copy of the usual database that may be written to."""
        if self._usual is None:
            self._usual = self.copy(self.size.usual)
        return self._usual

    def copy(self, bookings: int) -> str:
        """URL of a copy of a database, for one row alone and until the end."""
        return self._stack.enter_context(self.databases.copied(bookings))

    def beside_hello(self, url: str, requests: Iterator[bytes], *statuses: int) -> "Beside":
        """How a bare Flask application and the portal over a database do in short turns, one after the other."""
        server, times, spent = self.portal(url), [], [0.0, 0.0]
        for turn in range(self.size.turns + 1):
            before = self.hello.cpu_seconds()
            hello = self._drive(self.hello, repeat(HELLO)).expect(200)
            between = self.hello.cpu_seconds(), self.cpu_seconds(url)
            there = self._drive(server, requests).expect(*statuses)
            if turn:  # the first one warms up
                times.append(hello.rate / there.rate)
                spent[0] += (between[0] - before) / hello.count
                spent[1] += (self.cpu_seconds(url) - between[1]) / there.count
        return Beside(statistics.median(times), spent[1] / spent[0])

    def cpu_seconds(self, url: str) -> float:
        """What the portal over this database has used up to now, the database's share included."""
        backends = self.databases.backends(url)
        return self.portal(url).cpu_seconds() + sum(cpu_seconds(pid) for pid in backends)

    def _drive(self, server: Server, requests: Iterator[bytes]) -> Tally:
        return drive(spread(server, CLIENTS), requests, seconds=self.size.seconds)

    def _serving(self, key: str, application: str, environ: dict[str, str]) -> Server:
        if key not in self._servers:
            self._servers[key] = self._stack.enter_context(serving(application, environ))
        return self._servers[key]


@contextmanager
def stage(size: Size) -> Iterator[Stage]:
    with databases() as found, ExitStack() as stack:
        yield Stage(size, found, stack)


@contextmanager
def inside(url: str) -> Iterator[None]:
    """The portal in this process, in an application context; it says nothing of requests that go well."""
    app = create_app(load_settings(environment(url)))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with app.app_context():
        try:
            yield
        finally:
            db.engine.dispose()


def open_days(url: str, count: int) -> list[date]:
    """The next days, from the day after tomorrow, on which the first site has its longest hours."""
    return list(claims_of_open_days(url))[:count]


def claims_of_open_days(url: str) -> dict[date, int]:
    """How many claims each of those days holds."""
    found: dict[date, tuple[int, int]] = {}
    with inside(url), reading() as connection:
        site = sites(connection)[0]
        at = now()
        today = at.astimezone(ZoneInfo(site.time_zone)).date()
        for ahead in range(2, 29):
            day = today + timedelta(days=ahead)
            there = day_of(connection, site.id, day, Filters(), now=at)
            if there and there.columns:
                claims = sum(map(len, there.claims.by_resource().values()))
                found[day] = there.columns.count, claims
    longest = max(length for length, _ in found.values())
    return {day: claims for day, (length, claims) in found.items() if length == longest}
