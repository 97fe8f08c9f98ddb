"""What a person has behind them, however much that is."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.bookings import queries
from portal.bookings.queries import BookingRow, past_bookings
from portal.db import reading
from tests.bookings.house import NOW, House

MANY = 5_000
PAGE = 250


@pytest.fixture
def regular(house: House, session: Session) -> House:
    """Somebody who has come every day for thirteen years, and a rival who has as well."""
    history = text(
        """
        WITH past AS (
            INSERT INTO reservation (reference, kind, state, person_id, created_by_id, site_id, starts_at, ends_at, created_at)
            SELECT 'OLD' || person_id || 'N' || n, 'booking',
                (ARRAY['completed', 'no-show', 'cancelled', 'confirmed'])[n % 4 + 1],
                person_id, person_id, :site_id, begins, begins + interval '2 hours', begins - interval '1 day'
            FROM unnest(CAST(:people AS int[])) AS person_id
            CROSS JOIN generate_series(1, :many) AS n
            CROSS JOIN LATERAL (SELECT CAST(:at AS timestamptz) - (n - n % 2) * interval '1 day' AS begins) AS day
            RETURNING id
        )
        INSERT INTO booking (id, resource_id) SELECT id, :resource_id FROM past
        """
    )
    people = [house.person.id, house.rival.id]
    session.execute(
        history,
        {
            "site_id": house.site.id,
            "resource_id": house.desk.id,
            "people": people,
            "many": MANY,
            "at": NOW - timedelta(days=1),
        },
    )
    session.commit()
    return house


def pages(house: House) -> Iterator[list[BookingRow]]:
    for number in count():
        with reading() as connection:
            rows = past_bookings(connection, house.person.id, at=NOW, limit=PAGE, offset=number * PAGE)
        if not rows:
            return
        yield rows


def test_every_page_of_a_long_history(regular: House) -> None:
    found = [row for page in pages(regular) for row in page]
    assert len(found) == len({row.id for row in found}) == MANY
    assert {row.person_id for row in found} == {regular.person.id}
    assert found == sorted(found, key=lambda row: (row.starts_at, row.id), reverse=True)


def test_no_page_joins_those_before_it(regular: House, session: Session) -> None:
    session.execute(text("ANALYZE reservation, booking"))
    session.commit()  # others plan by it from now on
    statement = queries._PAST.text.replace(":limit", str(PAGE)).replace(":offset", str(MANY - PAGE))
    with reading() as connection:
        plan = connection.scalar(
            text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"),
            {"person_id": regular.person.id, "at": NOW},
        )
    read = [
        node["Actual Rows"] * node["Actual Loops"]
        for node in nodes(plan[0]["Plan"])
        if table(node) == "booking"
    ]
    # A merge may read on a little past the page; joined page by page it would be the whole history.
    assert PAGE <= sum(read) < MANY / 4


def table(node: dict[str, Any]) -> str | None:
    return node.get("Relation Name")


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from nodes(below)
