"""Which scan a Dagster step works for, and its lease on that scan's run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.counts import read_counts
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.reconciliation import BEAT_SECONDS
from infringement_dagster.domain.scan import Trigger
from infringement_dagster.scans import tags
from infringement_dagster.scans.admit_runs import reserve_credits
from infringement_dagster.scans.partition_key import split_partition_key
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.scans import lease_store, run_store, scan_store, snapshot_store
from resources.postgres.scans.admission_store import lock_admission
from resources.postgres.scans.records import RunRow
from resources.processes.background import in_background

if TYPE_CHECKING:
    import dagster as dg

SCAN_ORDER = ("raw_listings", "image_hashes", "scores", "flagged_cases")
# A config applied to what is stored: nothing is asked for or hashed again.
RESCORE_ORDER = ("scores", "flagged_cases")
_NEVER_STARTED_AGAIN = frozenset({"succeeded", "cancelled"})


@dataclass(frozen=True, slots=True)
class ScanRun:
    """The lease of one Dagster run on one scan at one provider."""

    client_id: str
    provider: Provider
    scan_id: UUID
    epoch: int
    config: ClientConfig
    trigger: Trigger
    listings_found: int = 0  # by the steps before this one

    @property
    def skipped_because(self) -> str | None:
        """Why there is nothing to do: a backfill may name pairs that no config searches."""
        if self.trigger == "rescore" or self.provider in self.config.searches:
            return None
        return (
            f"skipped: the config of client {self.client_id!r} has no search at {self.provider}, "
            "so nothing was asked for; add the search, or leave the pair out of the backfill"
        )

    @contextmanager
    def transaction(self, database: Database) -> Iterator[Connection]:
        """One transaction as this client that commits only while this lease holds.

        Raises `LostLease`, and nothing is written, when another Dagster run took the run over.
        """
        with database.client(self.client_id) as c:
            run_store.check_epoch(c, self.client_id, self.scan_id, self.provider, self.epoch)
            yield c

    def __str__(self) -> str:
        return f"scan {self.scan_id} of client {self.client_id!r} at {self.provider}"


@contextmanager
def held_scan_run(
    database: Database, dagster_run: dg.DagsterRun, partition: str
) -> Iterator[ScanRun]:
    """The lease of this Dagster run, kept alive while the block runs; raises `LostLease`."""
    run = open_scan_run(database, dagster_run, partition)
    with beating(database, run.client_id, run.scan_id, run.provider, run.epoch):
        yield run


def open_scan_run(database: Database, dagster_run: dg.DagsterRun, partition: str) -> ScanRun:
    """The lease of this Dagster run; the same for each of its steps.

    Without a startable scan in the tags (a backfill, a materialisation or the rerun of a run that
    has succeeded, all from the UI) a scan with trigger `operator` is opened.
    Raises `LostLease` when the run has ended meanwhile or another Dagster run took it over.
    """
    client_id, provider = split_partition_key(partition)
    with database.client(client_id) as connection:
        held = run_store.run_by_dagster_run(connection, client_id, dagster_run.run_id)
        if held is not None and held.state != "running":
            raise run_store.LostLease(
                f"{provider} of scan {held.scan_id} of client {client_id!r} has ended as "
                f"{held.state}; this Dagster run may write no more, start another"
            )
        run = held or _take_run(connection, client_id, provider, dagster_run)
        scan = scan_store.get_scan(connection, client_id, run.scan_id)
        config = load_client_config(connection, client_id, scan.config_version)
    return ScanRun(
        client_id, provider, run.scan_id, run.epoch, config, scan.trigger, _listings_found(run)
    )


def _listings_found(run: RunRow) -> int:
    counts = read_counts(run.counts)
    if "raw_listings" in counts:
        return counts["raw_listings"].stored
    return counts["scores"].found if "scores" in counts else 0


def _take_run(
    connection: Connection, client_id: str, provider: Provider, dagster_run: dg.DagsterRun
) -> RunRow:
    scan_id = meant_scan_id(dagster_run, client_id, provider)
    if not was_admitted(dagster_run):
        lock_admission(connection)  # before any row, as the admission of scans does
    if not _is_startable(connection, client_id, scan_id, provider):
        if was_admitted(dagster_run):
            raise run_store.RunNotStartable(
                f"{provider} of scan {scan_id} of client {client_id!r} was cancelled or has "
                "succeeded since it was admitted; nothing is left to do"
            )
        scan_id = _operator_scan_id(dagster_run.run_id, client_id, provider)
        newest = client_store.load_config(connection, client_id)
        scan_store.queue_scan(
            connection,
            client_id,
            [provider],
            trigger="operator",
            requested_by="dagster",
            config_version=newest.version,
            scan_id=scan_id,
        )
    if not was_admitted(dagster_run):
        reserve_credits(connection, client_id, scan_id, provider)
    return run_store.start_run(connection, client_id, scan_id, provider, dagster_run.run_id)


def _is_startable(
    connection: Connection, client_id: str, scan_id: UUID, provider: Provider
) -> bool:
    try:
        scan = scan_store.get_scan(connection, client_id, scan_id)
    except scan_store.UnknownScan:
        return False
    states = [run.state for run in scan.runs if run.provider == provider]
    return bool(states) and not _NEVER_STARTED_AGAIN.intersection(states)


def was_admitted(dagster_run: dg.DagsterRun) -> bool:
    """True for the run of an admission, False for whatever a person started in Dagster's UI."""
    return tags.RUN_KEY in dagster_run.tags and dagster_run.parent_run_id is None


def meant_scan_id(dagster_run: dg.DagsterRun, client_id: str, provider: Provider) -> UUID:
    """The scan named by the run's tags, else the one that the first run of its retries opened."""
    named = tags.scan_id_of(dagster_run.tags)
    if named is not None:
        return named
    first_run_id = dagster_run.root_run_id or dagster_run.run_id
    return _operator_scan_id(first_run_id, client_id, provider)


def _operator_scan_id(dagster_run_id: str, client_id: str, provider: Provider) -> UUID:
    return uuid5(NAMESPACE_URL, f"dagster-run:{dagster_run_id}:{client_id}:{provider}")


def held_or_meant_scan_id(
    connection: Connection, dagster_run: dg.DagsterRun, client_id: str, provider: Provider
) -> UUID:
    """The scan that this Dagster run works for or, before its first step, would work for."""
    held = run_store.run_by_dagster_run(connection, client_id, dagster_run.run_id)
    return held.scan_id if held else meant_scan_id(dagster_run, client_id, provider)


def check_lease(connection: Connection, client_id: str, dagster_run_id: str) -> UUID:
    """The scan of this Dagster run, its row locked; raises `LostLease` when another holds it."""
    run = run_store.run_by_dagster_run(connection, client_id, dagster_run_id)
    if run is None:
        raise run_store.LostLease(
            f"Dagster run {dagster_run_id} no longer holds a run of client {client_id!r}: "
            "another Dagster run took it over; nothing was written"
        )
    run_store.check_epoch(connection, client_id, run.scan_id, run.provider, run.epoch)
    return run.scan_id


def remaining_assets(database: Database, run: RunRow) -> Sequence[str]:
    """The assets that the next Dagster run of this run makes, in their order.

    A further try begins where the first ones left no snapshot or items that failed, so that pages
    which were paid for are not asked for again.
    """
    counts = read_counts(run.counts)
    with database.client(run.client_id) as connection:
        scan = scan_store.get_scan(connection, run.client_id, run.scan_id)
        order = RESCORE_ORDER if scan.trigger == "rescore" else SCAN_ORDER
        if run.attempt == 0:
            return order
        for place, asset in enumerate(order):
            made = snapshot_store.snapshot_of_run(
                connection, run.client_id, run.scan_id, run.provider, asset
            )
            if made is None or asset not in counts or counts[asset].failed:
                return order[place:]
    return order[-1:]


# A step that takes longer is stuck: it beats no more and the reconciliation ends it.
STEP_SECONDS_MAX = 1800.0


@contextmanager
def beating(
    database: Database, client_id: str, scan_id: UUID, provider: Provider, epoch: int
) -> Iterator[None]:
    """Guarantees a beat every 5 s until the block ends, the lease is lost or the step is stuck."""

    until = time.monotonic() + STEP_SECONDS_MAX

    def beat(stopping: threading.Event) -> None:
        while not stopping.wait(BEAT_SECONDS) and time.monotonic() < until:
            try:
                with database.client(client_id) as c:
                    if not lease_store.beat(c, client_id, scan_id, provider, epoch):
                        return
            except TransientError:
                continue  # the database restarts; eleven more beats may be missed

    with in_background(beat, "heartbeat"):
        yield
