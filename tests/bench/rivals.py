"""The rows about booking: how fast, and what happens when forty people want one desk."""

import hashlib
import json
import selectors
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import create_engine, text

from tests.bench.client import Answer, Connection, prepared
from tests.bench.figures import Figure
from tests.bench.servers import Server
from tests.bench.stage import Stage, inside, open_days
from tests.client import Visitor
from tests.statements import counted

LENGTH = timedelta(hours=1)
A_DAY, A_WEEK = 3, 8
"""Bookings that one person makes at most, well within everybody's quota."""
RIVALS, SLOTS = 40, 25
OVERLAPS = """
    SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.id < b.id
      AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.released_at IS NULL AND b.released_at IS NULL AND a.starts_at > now() AND b.starts_at > now()
"""


@dataclass(frozen=True, slots=True)
class Slot:
    resource_id: int
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + LENGTH


def booking(stage: Stage) -> Iterator[Figure]:
    """Different people book different slots."""
    url = stage.usual
    server, tokens = stage.portal(url), people(url, "booker", 600)
    requests = given_out(free_slots(server, tokens[0], open_days(url, 26)), tokens)
    found = stage.beside_hello(url, requests, 201)
    what = "Booking over HTTP, 8 clients, different slots"
    yield Figure(what, found.rate, "of hello", 25, 18, found.note)
    yield Figure("  SQL statements", _statements(url, requests), "statements", 10, 7)


def one_slot(stage: Stage) -> Iterator[Figure]:
    """Forty at once, on one host and on two."""
    url = stage.usual
    hosts = [stage.portal(url), stage.portal(url, "second host")]
    tokens = people(url, "rival", 2 * SLOTS * RIVALS)
    slots = free_slots(hosts[0], tokens[0], open_days(url, 4)[3:])[: 2 * SLOTS]
    races = [(slot, tokens[n * RIVALS : (n + 1) * RIVALS]) for n, slot in enumerate(slots)]
    for used, some in ((hosts[:1], races[:SLOTS]), (hosts, races[SLOTS:])):
        answers = [_race(used, slot, rivals) for slot, rivals in some]
        where = "one host" if len(used) == 1 else "two hosts"
        what = f"{RIVALS} at once for one slot, {len(some)} slots, {where}: doubled"
        others = sum(n for count in answers for status, n in count.items() if status not in {201, 409})
        undecided = sum(count[201] != 1 for count in answers)
        yield Figure(what, _overlaps(url), "faults", 0, 0)
        yield Figure("  slots without exactly one 201", undecided, "faults", 0, 0)
        yield Figure("  answers other than 201 and 409", others, "faults", 0, 0)


def people(url: str, name: str, count: int) -> list[str]:
    """Tokens of new people, confirmed, with an address that is written to."""
    tokens = [f"{name}-{n:040}" for n in range(count)]
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                """
                WITH made AS (
                    INSERT INTO person (name, email, email_confirmed_at)
                    SELECT :name || ' ' || n, :name || n || '@bench.example', now() FROM generate_series(1, :count) AS n
                    RETURNING id
                ), granted AS (
                    INSERT INTO role_grant (person_id, role) SELECT id, 'entrepreneur' FROM made
                )
                INSERT INTO api_token (person_id, token_hash, created_at)
                SELECT id, hash, now() FROM (SELECT id, row_number() OVER () AS n FROM made) numbered
                JOIN unnest(CAST(:hashes AS bytea[])) WITH ORDINALITY AS given (hash, n) USING (n)
                """
            ),
            {
                "name": name,
                "count": count,
                "hashes": [hashlib.sha256(token.encode()).digest() for token in tokens],
            },
        )
    engine.dispose()
    return tokens


def free_slots(server: Server, token: str, days: Sequence[date]) -> list[Slot]:
    """Every free hour of every desk, from the API; neighbours far apart in the list."""
    slots = []
    wire = Connection(server.port)
    for day in days:
        path = f"/api/v1/availability?site=1&kind=desk&date={day}"
        answer = wire.ask(prepared("GET", path, {"Authorization": f"Bearer {token}"}))
        for item in json.loads(answer.body)["items"]:
            for stretch in item["free"]:
                start, end = (datetime.fromisoformat(stretch[name]) for name in ("starts_at", "ends_at"))
                while start + LENGTH <= end:
                    slots.append(Slot(item["resource_id"], start))
                    start += LENGTH
    wire.close()
    return sorted(slots, key=lambda slot: hashlib.md5(repr(slot).encode(), usedforsecurity=False).digest())


def given_out(slots: Sequence[Slot], tokens: Sequence[str]) -> Iterator[bytes]:
    """A request for each slot, each by somebody who has time and quota for it."""
    held: list[Counter[object]] = [Counter() for _ in tokens]
    n = 0
    for slot in slots:
        for _ in tokens:
            n = (n + 1) % len(tokens)
            day, week = slot.starts_at.date(), slot.starts_at.isocalendar()[:2]
            hours = {slot.starts_at + timedelta(minutes=minutes) for minutes in (-30, 0, 30)}
            if held[n][day] < A_DAY and held[n][week] < A_WEEK and not any(held[n][hour] for hour in hours):
                held[n].update([day, week, slot.starts_at])
                yield request_for(slot, tokens[n])
                break
    raise RuntimeError("all slots are booked: the bench ran for longer than its data lasts")


def request_for(slot: Slot, token: str) -> bytes:
    wanted = {
        "resource_id": slot.resource_id,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
    }
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return prepared("POST", "/api/v1/bookings", headers, json.dumps(wanted).encode())


def _statements(url: str, requests: Iterator[bytes]) -> int:
    """Of one booking in this process."""
    with inside(url):
        visitor = Visitor.of(current_app._get_current_object())  # type: ignore[attr-defined]
        for _ in range(2):
            head, _, body = next(requests).partition(b"\r\n\r\n")
            lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
            headers = {name: value for name, _, value in lines if name not in {"Host", "Content-Length"}}
            with counted() as sent:
                answer = visitor.post("/api/v1/bookings", data=body, headers=headers)
            if answer.status_code != 201:
                raise RuntimeError(answer.text)
    return len(sent)


def _race(hosts: Sequence[Server], slot: Slot, tokens: Sequence[str]) -> Counter[int]:
    """Everybody's request is on its way before any answer is read."""
    count: Counter[int] = Counter()
    with selectors.DefaultSelector() as selector:
        for n, _ in enumerate(tokens):
            connection = Connection(hosts[n % len(hosts)].port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        for key, token in zip(list(selector.get_map().values()), tokens, strict=True):
            key.data.send(request_for(slot, token))
        while count.total() < len(tokens):
            for key, _ in selector.select(60):
                answer: Answer | None = key.data.receive()
                if answer:
                    count[answer.status] += 1
                    selector.unregister(key.fileobj)
                    key.data.close()
    return count


def _overlaps(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text(OVERLAPS)).scalar_one()
    engine.dispose()
    return int(found)
