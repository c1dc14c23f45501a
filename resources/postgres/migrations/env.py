"""Runs the revisions on the connection that `upgrade.py` hands over, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("migrations run through resources.postgres.upgrade, which opens the connection")
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
