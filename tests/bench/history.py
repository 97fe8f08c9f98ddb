"""The rows about much history: what ten years of bookings cost somebody who looks at next week."""

import statistics
from collections.abc import Iterator
from datetime import date
from itertools import repeat

from flask import current_app

from portal.accounts.models import Person
from portal.db import db
from tests.bench.client import drive, prepared
from tests.bench.figures import Figure
from tests.bench.people import WITH_MOST_BOOKINGS, regulars, signed_in
from tests.bench.plans import planned_anew
from tests.bench.servers import spread
from tests.bench.stage import CLIENTS, Stage, claims_of_open_days, inside
from tests.client import Visitor


def cpu(stage: Stage) -> Iterator[Figure]:
    """CPU of web and database a request, as ratio between two databases in turns."""
    few, many = (stage.databases.loaded(count) for count in (stage.size.few, stage.size.many))
    day = _day_alike(few, many)
    person = regulars(many, 1)[0]
    headers = {url: signed_in(stage.portal(url), url, person) for url in (few, many)}
    for what, path in (("day page", f"/spaces/1/day/{day}"), ("my bookings", "/bookings")):
        ratios = []
        for turn in range(stage.size.turns + 1):
            spent = [_cpu_of(stage, url, prepared("GET", path, headers[url])) for url in (few, many)]
            if turn:  # the first one warms up
                ratios.append(spent[1] / spent[0])
        what = f"CPU a request, {stage.size.many:,} bookings to {stage.size.few:,}: {what}"
        yield Figure(what, statistics.median(ratios), "×", 1.15, 1.05)
    planned = _planned_anew(many, day)
    yield Figure("  statements of both planned anew for each request", planned, "statements", 0, 0)


def _day_alike(*urls: str) -> date:
    """The first day on which as much is claimed in one as in the other, or nearly."""
    claims = [claims_of_open_days(url) for url in urls]
    days = [day for day in claims[0] if all(day in one for one in claims)]
    return min(days, key=lambda day: max(one[day] for one in claims) - min(one[day] for one in claims))


def _cpu_of(stage: Stage, url: str, request: bytes) -> float:
    before = stage.cpu_seconds(url)
    drive(spread(stage.portal(url), CLIENTS), repeat(request), count=stage.size.requests).expect(200)
    return stage.cpu_seconds(url) - before


def _planned_anew(url: str, day: date) -> int:
    with inside(url):
        with db.engine.connect() as connection:
            person_id = connection.execute(WITH_MOST_BOOKINGS, {"count": 1}).scalar_one()
        visitor = Visitor.of(current_app._get_current_object())  # type: ignore[attr-defined]
        visitor.sign_in(Person(id=person_id))

        def look() -> None:
            for path in (f"/spaces/1/day/{day}", "/bookings", "/bookings?page=2"):
                if visitor.get(path).status_code != 200:
                    raise RuntimeError(f"{path} is not to be had")

        return planned_anew(look)
