"""How many SQL statements something costs: what reaches the driver counts, those of deferred jobs too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent within the block, in order."""
    sent: list[str] = []
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def note(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        sent.append(str(query))
        return execute(cursor, query, *arguments, **options)

    def note_many(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        sent.append(str(query))
        return executemany(cursor, query, *arguments, **options)

    with (
        patch.object(psycopg.Cursor, "execute", note),
        patch.object(psycopg.Cursor, "executemany", note_many),
    ):
        yield sent
