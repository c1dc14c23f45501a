"""Runs that a person started in Dagster and that failed before they took a scan."""

from __future__ import annotations

from infringement_dagster.domain.event import RunFinished, new_event
from infringement_dagster.domain.listing import Provider
from resources.postgres.clients.client_store import get_client
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.run_store import ever_held_by


def tell_failed_start(
    database: Database, client_id: str, provider: Provider, dagster_run_id: str, why: str
) -> bool:
    """True when the client was told; False where the Dagster run had a scan, whose end is told.

    Raises UnknownClient.
    """
    with database.client(client_id) as c:
        get_client(c, client_id)
        if ever_held_by(c, client_id, dagster_run_id):
            return False
        error = f"{why} (Dagster run {dagster_run_id})"
        append_events(c, client_id, [new_event(RunFinished(provider, "failed", error))])
    return True
