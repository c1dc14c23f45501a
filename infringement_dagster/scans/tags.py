"""The tags that our Dagster runs carry, for people and for the queue's limits."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from infringement_dagster.domain.listing import Provider

# Below Dagster's own prefix: lists of runs keep it to "View all tags", where others are chips.
SCAN_ID = "dagster/scan_id"
SCAN_ID_BEFORE = "infringement/scan_id"  # of runs that were started by an earlier version
CLIENT = "client"
PROVIDER = "provider"
RUN_KEY = "dagster/run_key"  # Dagster sets it on what a sensor started, and starts no key twice
PARTITION = "dagster/partition"
PARTITION_OF_CLIENT = "dagster/partition/client"  # Dagster sets both on whatever it starts
PARTITION_OF_PROVIDER = "dagster/partition/provider"
FAILURE_REASON = "dagster/failure_reason"


def run_key(scan_id: UUID, provider: Provider, attempt: int) -> str:
    """The key under which Dagster starts this try of a run once."""
    return f"{scan_id}:{provider}:{attempt}"


def scan_run_tags(scan_id: UUID, client_id: str, provider: Provider) -> dict[str, str]:
    """The tags of the Dagster run that executes one scan at one provider."""
    return {SCAN_ID: str(scan_id), CLIENT: client_id, PROVIDER: provider}


def partition_tags(given: Mapping[str, str]) -> dict[str, str]:
    """The tags that a run of a partition lacks to be found by client and provider."""
    meant = {CLIENT: given.get(PARTITION_OF_CLIENT), PROVIDER: given.get(PARTITION_OF_PROVIDER)}
    return {key: value for key, value in meant.items() if value is not None and key not in given}


def scan_id_of(given: Mapping[str, str]) -> UUID | None:
    """The scan that the run was started for; None where it names none."""
    named = given.get(SCAN_ID) or given.get(SCAN_ID_BEFORE)
    return None if named is None else UUID(named)
