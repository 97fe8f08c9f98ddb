"""Rivals that start at the same moment, each with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import text

from portal.db import db

OVERLAPS = text(
    """
    SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.id < b.id
      AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.released_at IS NULL AND b.released_at IS NULL
    """
)


def race(app: Flask, rivals: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs all at once; what each returned or raised, in their order."""
    start = threading.Barrier(len(rivals))

    def run(rival: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait()
            try:
                return rival()
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(rivals)) as pool:
        return list(pool.map(run, rivals))


def overlaps() -> int:
    """Pairs of claims that hold the same time of the same resource: must be 0."""
    with db.engine.connect() as connection:
        return int(connection.scalar(OVERLAPS) or 0)
