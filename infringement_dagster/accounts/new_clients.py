"""Clients are made: by operators, of whom whoever made one is in its audit trail."""

from __future__ import annotations

from psycopg import Connection

from resources.postgres.clients import client_store
from resources.postgres.clients.audit import Doer, record
from resources.postgres.clients.records import ClientRow


def make_client(c: Connection, client_id: str, display_name: str, by: Doer) -> ClientRow:
    """The new client, of whom nothing is known yet; raises BadClientId and ClientExists."""
    client_store.add_client(c, client_id, display_name)
    record(c, client_id, by, "client.created")
    return client_store.get_client(c, client_id)
