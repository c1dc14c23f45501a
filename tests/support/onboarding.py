"""Adds clients, versions of their config and their reference photos."""

from __future__ import annotations

from collections.abc import Mapping

from infringement_dagster.clients.config_document import read_client_config
from resources.postgres.clients import client_store
from resources.postgres.database import Database


def add_client(database: Database, client_id: str, display_name: str) -> bool:
    """True when the client was added, False when it was there."""
    try:
        with database.client(client_id) as connection:
            client_store.add_client(connection, client_id, display_name)
    except client_store.ClientExists:
        return False
    return True


def save_config(
    database: Database, client_id: str, document: Mapping[str, object], created_by: str
) -> int:
    """The version under which a valid document is kept; the same document keeps its version."""
    read_client_config(client_id, 0, document)
    with database.client(client_id) as connection:
        return client_store.save_config(connection, client_id, document, created_by)
