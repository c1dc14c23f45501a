"""Runs the revisions in one transaction, on the connection that `server/upgrade.py` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError(
        "migrations run through resources.postgres.server.upgrade, which opens the connection"
    )
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
