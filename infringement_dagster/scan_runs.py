"""Which scan a Dagster step works for, and its lease on that scan's run.

Belongs here: finding or opening the run row behind a Dagster run. Not here: the work of a step
(`assets/`), nor the SQL (`resources/postgres/scan_store.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

import dagster as dg
from psycopg import Connection

from infringement_dagster import tags
from infringement_dagster.matching.client import ClientConfig
from infringement_dagster.matching.listing import Provider
from infringement_dagster.partitions import split_partition_key
from resources.client_config import read_client_config
from resources.postgres import client_store, scan_store
from resources.postgres.database import Database
from resources.postgres.records import RunRow


@dataclass(frozen=True, slots=True)
class ScanRun:
    """The lease of one Dagster run on one scan at one provider."""

    client_id: str
    provider: Provider
    scan_id: UUID
    epoch: int
    config: ClientConfig

    def __str__(self) -> str:
        return f"scan {self.scan_id} of client {self.client_id!r} at {self.provider}"


def open_scan_run(database: Database, dagster_run: dg.DagsterRun, partition: str) -> ScanRun:
    """The lease of this Dagster run; the same for each of its steps.

    Without a scan in the tags (backfill or materialisation from the UI) a scan with trigger
    `operator` is opened, the same one for every retry of the first such run.
    """
    client_id, provider = split_partition_key(partition)
    scan_id = scan_id_of(dagster_run, partition)
    with database.client(client_id) as connection:
        if tags.SCAN_ID not in dagster_run.tags:
            newest = client_store.load_config(connection, client_id)
            scan_store.request_scan(
                connection,
                client_id,
                [provider],
                trigger="operator",
                requested_by="dagster",
                config_version=newest.version,
                scan_id=scan_id,
            )
        run = scan_store.start_run(connection, client_id, scan_id, provider, dagster_run.run_id)
        scan = scan_store.get_scan(connection, client_id, scan_id)
        version = client_store.load_config(connection, client_id, scan.config_version)
    config = read_client_config(client_id, version.version, version.document)
    return ScanRun(client_id, provider, scan_id, run.epoch, config)


def scan_id_of(dagster_run: dg.DagsterRun, partition: str) -> UUID:
    """The scan named by the run's tags, else one derived from the first run of its retries."""
    named = dagster_run.tags.get(tags.SCAN_ID)
    if named is not None:
        return UUID(named)
    first_run_id = dagster_run.root_run_id or dagster_run.run_id
    return uuid5(NAMESPACE_URL, f"dagster-run:{first_run_id}:{partition}")


def check_lease(connection: Connection, client_id: str, dagster_run_id: str) -> None:
    """Locks the run row of this Dagster run; raises `LostLease` when another took it over."""
    run = scan_store.run_by_dagster_run(connection, client_id, dagster_run_id)
    if run is None:
        raise scan_store.LostLease(
            f"Dagster run {dagster_run_id} no longer holds a run of client {client_id!r}: "
            "another Dagster run took it over; nothing was written"
        )
    scan_store.check_epoch(connection, client_id, run.scan_id, run.provider, run.epoch)


def run_of_dagster_run(database: Database, dagster_run: dg.DagsterRun) -> RunRow | None:
    """The run that this Dagster run holds or was started for, or None when it has none.

    A Dagster run that died before its first step never took the run it was started for.
    """
    partition = dagster_run.tags.get("dagster/partition")
    if partition is None:
        return None
    client_id, provider = split_partition_key(partition)
    with database.client(client_id) as connection:
        held = scan_store.run_by_dagster_run(connection, client_id, dagster_run.run_id)
        if held is not None or tags.SCAN_ID not in dagster_run.tags:
            return held
        scan = scan_store.get_scan(connection, client_id, scan_id_of(dagster_run, partition))
    meant = [run for run in scan.runs if run.provider == provider and run.dagster_run_id is None]
    return meant[0] if meant else None
