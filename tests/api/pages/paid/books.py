"""The books of a client, as tests of paid jobs read them."""

from __future__ import annotations

from resources.postgres.database import Database
from resources.postgres.scans import usage_store


def credits_today(database: Database, client_id: str) -> int:
    """The credits charged or reserved today."""
    with database.client(client_id) as c:
        return usage_store.client_use(c, client_id).credits_today
