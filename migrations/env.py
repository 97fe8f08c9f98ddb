"""Alembic runs on the application's own engine, in one transaction a migration."""

from alembic import context
from flask import current_app

from portal.db import metadata

engine = current_app.extensions["migrate"].db.engine


def include_object(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Procrastinate's tables are its own; a migration installs them as they come."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


if context.is_offline_mode():
    raise RuntimeError("Migrations need a database to run on.")

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include_object,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
