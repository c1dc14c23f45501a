"""The tags that our Dagster runs carry, for people and for the queue's limits."""

from __future__ import annotations

from uuid import UUID

from infringement_dagster.domain.listing import Provider

SCAN_ID = "infringement/scan_id"
CLIENT = "client"
PROVIDER = "provider"
RUN_KEY = "dagster/run_key"  # Dagster sets it on what a sensor started, and starts no key twice
FAILURE_REASON = "dagster/failure_reason"


def run_key(scan_id: UUID, provider: Provider, attempt: int) -> str:
    """The key under which Dagster starts this try of a run once."""
    return f"{scan_id}:{provider}:{attempt}"


def scan_run_tags(scan_id: UUID, client_id: str, provider: Provider) -> dict[str, str]:
    """The tags of the Dagster run that executes one scan at one provider."""
    return {SCAN_ID: str(scan_id), CLIENT: client_id, PROVIDER: provider}
