"""The rows about what people look at: the day page, its statements, its weight."""

from collections.abc import Iterator
from datetime import date
from itertools import cycle

from flask import current_app
from sqlalchemy import Connection, text

from portal.accounts.models import Person
from portal.db import db
from tests.bench.browser import Browser
from tests.bench.client import Connection as Wire
from tests.bench.client import prepared
from tests.bench.figures import Figure
from tests.bench.people import PASSWORD, WITH_MOST_BOOKINGS, regulars, signed_in
from tests.bench.servers import Server
from tests.bench.stage import Stage, inside, open_days
from tests.client import Visitor
from tests.statements import counted

PEOPLE, DAYS = 4, 5


def day_page(stage: Stage) -> Iterator[Figure]:
    """Several people look at several days, as their browsers ask for them: compressed."""
    url = stage.usual
    server = stage.portal(url)
    asked = looks(server, url)
    found = stage.beside_hello(url, cycle([prepared("GET", *look) for look in asked]), 200)
    what = f"Day page, signed in, {stage.size.usual:,} bookings"
    yield Figure(what, found.rate, "of hello", 16, 10, found.note)
    held = [
        prepared("GET", path, {**headers, "If-None-Match": tag})
        for path, headers, tag in tagged(server, asked)
    ]
    found = stage.beside_hello(url, cycle(held), 304)
    yield Figure("  the same not modified (304)", found.rate, "of hello", 16, 7, found.note)


def statements(stage: Stage) -> Iterator[Figure]:
    """Of the day page, signed in; the same for a tenth and ten times the desks."""
    url = stage.usual
    day = open_days(url, 1)[0]
    with inside(url):
        with db.engine.begin() as connection:
            person_id = connection.execute(WITH_MOST_BOOKINGS, {"count": 1}).scalar_one()
            counts = {60: 1} | {desks: _site_with(connection, desks) for desks in (6, 600)}
        found = {desks: _statements_of(person_id, site, day) for desks, site in counts.items()}
    yield Figure("Day page: SQL statements", found[60], "statements", 5, 3)
    spread = max(found.values()) - min(found.values())
    yield Figure("  more with 6 or 600 desks than with 60", spread, "statements", 0, 0)


def weight(stage: Stage) -> Iterator[Figure]:
    """What a phone loads, heads of answers included."""
    url = stage.usual
    server = stage.portal(url)
    day = open_days(url, 1)[0]
    first = Browser(server.port)
    first.open(f"/spaces/1/day/{day}")
    yield Figure("First visit: the day page with all its parts", first.received / 1000, "KB", 100, 60)
    yield Figure("  requests", first.requests, "requests", 8)
    guest = Browser(server.port)
    fields = first_booking(guest)
    yield Figure("From the poster to the ticket, all requests", guest.received / 1000, "KB", 200)
    yield Figure("  fields to fill in", fields, "fields", 5)


def first_booking(guest: Browser) -> int:
    """The way of a stranger: start page, day, time, registration, ticket. Returns how many fields they filled in."""
    guest.open("/")
    for day in [link for link in guest.page.links if "/day/" in link]:
        guest.open(day)
        choices = [link for link in guest.page.links if "pick=" in link and "until=" in link]
        if choices:  # else the day is over or full, and they look at the next
            break
    guest.open(choices[-1])
    guest.submit(next(form for form in guest.page.forms if form.action == "/bookings/new"))
    form = next(form for form in guest.page.forms if any(name == "password" for name, _ in form.fields))
    typed = {"name": "Wulan Sari", "login": "wulan.sari@contoh.example", "password": PASSWORD}
    names = [name for name, _ in form.fields]
    filled = {name: value for name, value in typed.items() if name in names}
    guest.submit(form, **filled, **{name: "y" for name in names if name == "consent"})
    confirm = [form for form in guest.page.forms if form.action == "/bookings"]
    if confirm:
        guest.submit(confirm[0])
    if not guest.address.startswith("/bookings/"):
        raise RuntimeError(f"the way ends at {guest.address}")
    return len(filled) + ("consent" in names)


def looks(server: Server, url: str) -> list[tuple[str, dict[str, str]]]:
    """(path, headers) of several people's looks at several days."""
    days = open_days(url, DAYS)
    return [
        (f"/spaces/1/day/{day}", headers)
        for headers in [signed_in(server, url, email) for email in regulars(url, PEOPLE)]
        for day in days
    ]


def tagged(server: Server, asked: list[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str], str]]:
    found = []
    wire = Wire(server.port)
    for path, headers in asked:
        tag = wire.ask(prepared("GET", path, headers)).header("ETag")
        if tag is None:
            raise RuntimeError(f"{path} has no ETag")
        found.append((path, headers, tag))
    wire.close()
    return found


def _statements_of(person_id: int, site_id: int, day: date) -> int:
    visitor = Visitor.of(current_app._get_current_object())  # type: ignore[attr-defined]
    visitor.sign_in(Person(id=person_id))
    path = f"/spaces/{site_id}/day/{day}"
    visitor.get(path)
    with counted() as sent:
        answer = visitor.get(path)
    if answer.status_code != 200 or "<tr" not in answer.text or "/sign-out" not in answer.text:
        raise RuntimeError(f"{path} is answered with {answer.status_code}")
    return len(sent)


def _site_with(connection: Connection, desks: int) -> int:
    """A copy of the first site with that many desks."""
    site_id: int = connection.execute(
        text(
            """
            INSERT INTO site (agency_id, name, reference_prefix, address, directions, time_zone)
            SELECT agency_id, name || :desks, 'X' || chr(64 + length(:desks)) || 'X', address, directions, time_zone
            FROM site WHERE id = 1 RETURNING id
            """
        ),
        {"desks": str(desks)},
    ).scalar_one()
    connection.execute(
        text(
            """
            WITH hours AS (
                INSERT INTO opening_hours (site_id, weekday, opens, closes)
                SELECT :site, weekday, opens, closes FROM opening_hours WHERE site_id = 1
            ), storey AS (
                INSERT INTO floor (site_id, level, name) SELECT :site, level, name FROM floor WHERE site_id = 1
                ORDER BY level DESC LIMIT 1 RETURNING id
            )
            INSERT INTO resource (site_id, floor_id, rules_id, kind, name)
            SELECT :site, storey.id, (SELECT rules_id FROM resource WHERE kind = 'desk' ORDER BY id LIMIT 1), 'desk', 'M' || n
            FROM storey, generate_series(1, :desks) AS n
            """
        ),
        {"site": site_id, "desks": desks},
    )
    return site_id
