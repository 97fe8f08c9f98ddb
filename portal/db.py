"""The database: base class, naming convention, how one reads and how one writes. The only place that commits."""

import json
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, Enum, MetaData, String, TypeDecorator, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, registry


@dataclass(frozen=True, slots=True)
class Words:
    """One phrase in both languages of the portal, such as the name of a feature."""

    id: str
    en: str

    def in_(self, locale: str) -> str:
        return self.en if locale == "en" else self.id


class WordsType(TypeDecorator[Words]):
    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Words | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else {"id": value.id, "en": value.en}

    def process_result_value(self, value: dict[str, str] | None, dialect: Dialect) -> Words | None:
        return None if value is None else Words(id=value["id"], en=value["en"])


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    registry = registry(
        metadata=metadata,
        type_annotation_map={datetime: DateTime(timezone=True), str: String(), Words: WordsType()},
    )


def text_enum(enum: type[StrEnum], name: str) -> Enum:
    """A text column that holds the values of `enum`; a CHECK named `name` refuses others."""
    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


_BRACKETS = str.maketrans("{}", "[]")


def numbers(array: str | None) -> list[Any]:
    """An array of numbers in PostgreSQL's own writing, of any depth; none where it is null.

    Half the work of making JSON there.
    """
    return cast(list[Any], json.loads((array or "{}").translate(_BRACKETS)))


db = SQLAlchemy(model_class=Base)

Reader = Connection | Session
"""What a query needs: a connection of `reading()`, or the session of a unit of work that reads what it wrote."""


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection in autocommit from the same pool: each statement sees what is committed by then.

    Give it back (leave the block) before a unit of work begins: one request never holds two connections, or a pool
    as large as the threads starves.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One use case, one transaction: commits at the end of the block, rolls back when it raises."""
    session = cast(Session, db.session())
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        db.session.remove()


def refuse_stale(engine: Engine) -> None:
    """Connections that the server has hung up on are replaced before anybody gets them, after a restart for one.

    A server says nothing to an idle connection but farewell, so it is enough to see whether something lies there to
    be read: the usual ping costs as much as a statement, for each connection taken from the pool.
    """

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, proxy: Any) -> None:
        lies_there = select.poll()
        lies_there.register(connection.fileno(), select.POLLIN)
        if connection.closed or lies_there.poll(0):
            raise InvalidatePoolError("the server has hung up")


def driver_connection(session: Session) -> Any:
    """The psycopg connection that carries this session's transaction, for COPY."""
    return session.connection().connection.driver_connection


def violated_constraint(error: Exception) -> str | None:
    """Name of the constraint that a statement ran into, as PostgreSQL tells it."""
    diagnosis = getattr(getattr(error, "orig", None), "diag", None)
    return getattr(diagnosis, "constraint_name", None)
