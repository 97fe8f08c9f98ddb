"""Which statements PostgreSQL plans anew each time, because no plan for all seems good enough to it."""

from collections.abc import Callable

from sqlalchemy import text

from portal.db import db

TRIED = 5
"""Executions before PostgreSQL asks whether one plan will do for all; psycopg prepares after as many."""
PLANNED_ANEW = text("SELECT count(*) FROM pg_prepared_statements WHERE custom_plans > :tried")


def planned_anew(ask: Callable[[], object]) -> int:
    """How many statements of what `ask` does, within `inside`: for each, thinking takes about as long as running."""
    for _ in range(3 * TRIED):
        ask()
    with db.engine.connect() as connection:
        return int(connection.execute(PLANNED_ANEW, {"tried": TRIED}).scalar_one())
