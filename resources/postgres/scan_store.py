"""Scans: asked for by a client, by its schedule or by an operator.

Belongs here: asking for a scan, reading scans with their runs, admitting runs. Not here: which run
may start now (`sensors/`), the life of a run and how its scan starts and ends (`run_store.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from psycopg import Connection

from infringement_dagster.matching.errors import PermanentError
from infringement_dagster.matching.listing import Provider
from resources.postgres.event_store import append_events
from resources.postgres.records import NewEvent, RunRow, ScanRow, ScanState, Trigger
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one


class UnknownScan(PermanentError):
    """The client has no such scan."""

    def __init__(self, client_id: str, scan_id: UUID) -> None:
        super().__init__(f"client {client_id} has no scan {scan_id}; list its scans for their ids")


class NothingToScan(PermanentError):
    """A scan was asked for without a provider."""


def request_scan(
    c: Connection,
    client_id: str,
    providers: Iterable[Provider],
    *,
    trigger: Trigger,
    requested_by: str,
    config_version: int,
    idempotency_key: str | None = None,
    scan_id: UUID | None = None,
) -> ScanRow:
    """A queued scan with one queued run per provider; with a known key or id, the scan it made.

    Raises NothingToScan, and RefusedRow for an unknown config version.
    """
    wanted = sorted(set(providers))
    if not wanted:
        raise NothingToScan(f"client {client_id}: name at least one provider to scan")
    scan_id = scan_id or uuid4()
    added = execute(
        c,
        """
        INSERT INTO scans
            (client_id, scan_id, trigger, config_version, requested_by, idempotency_key)
        VALUES (%(client_id)s, %(scan_id)s, %(trigger)s, %(config_version)s, %(requested_by)s,
            %(idempotency_key)s)
        ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        scan_id=scan_id,
        trigger=trigger,
        config_version=config_version,
        requested_by=requested_by,
        idempotency_key=idempotency_key,
    )
    if not added:
        return _requested_before(c, client_id, scan_id, idempotency_key)
    execute_many(
        c,
        """
        INSERT INTO runs (client_id, scan_id, provider)
        VALUES (%(client_id)s, %(scan_id)s, %(provider)s)
        """,
        [{"client_id": client_id, "scan_id": scan_id, "provider": one} for one in wanted],
    )
    body = {"trigger": trigger, "providers": wanted, "config_version": config_version}
    append_events(c, client_id, [NewEvent("scan.requested", body, scan_id)])
    return get_scan(c, client_id, scan_id)


def get_scan(c: Connection, client_id: str, scan_id: UUID) -> ScanRow:
    """The scan with its runs; raises UnknownScan."""
    found = fetch_one(
        c,
        ScanRow,
        _SELECT_SCAN + "WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s",
        client_id=client_id,
        scan_id=scan_id,
    )
    if found is None:
        raise UnknownScan(client_id, scan_id)
    return _with_runs(c, client_id, [found])[0]


def list_scans(c: Connection, client_id: str, limit: int) -> list[ScanRow]:
    """At most `limit` scans with their runs, newest first."""
    found = fetch_all(
        c,
        ScanRow,
        _SELECT_SCAN
        + "WHERE client_id = %(client_id)s ORDER BY requested_at DESC, scan_id LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
    )
    return _with_runs(c, client_id, found)


def runs_to_start(c: Connection, limit: int) -> list[RunRow]:
    """At most `limit` queued or admitted runs of active clients, longest waiting first.

    An admitted run that has not started is among them, because the process that admitted it may
    have died before it told Dagster. For an admission transaction; any other sees its own client's.
    """
    return fetch_all(
        c,
        RunRow,
        SELECT_RUN
        + """
        JOIN clients USING (client_id)
        WHERE runs.state IN ('queued', 'admitted') AND clients.state = 'active'
        ORDER BY queued_at, client_id, scan_id, provider LIMIT %(limit)s
        """,
        limit=limit,
    )


def admit_run(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> bool:
    """True when this call admitted the run, False when it was no longer queued."""
    admitted = execute(
        c,
        """
        UPDATE runs SET state = 'admitted', admitted_at = now()
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND state = 'queued'
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
    )
    if admitted:
        append_events(c, client_id, [NewEvent("run.admitted", {"provider": provider}, scan_id)])
    return bool(admitted)


def lock_scan(c: Connection, client_id: str, scan_id: UUID) -> ScanState:
    """The state of the scan, which nobody else changes before this transaction ends.

    Take it before any lock on a run. Raises UnknownScan.
    """
    found = fetch_one(
        c,
        _State,
        """
        SELECT state FROM scans WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        FOR NO KEY UPDATE
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
    if found is None:
        raise UnknownScan(client_id, scan_id)
    return found.state


@dataclass(frozen=True, slots=True)
class _State:
    state: ScanState


def _requested_before(
    c: Connection, client_id: str, scan_id: UUID, idempotency_key: str | None
) -> ScanRow:
    found = fetch_one(
        c,
        ScanRow,
        _SELECT_SCAN
        + """
        WHERE client_id = %(client_id)s
            AND (scan_id = %(scan_id)s OR idempotency_key = %(idempotency_key)s)
        """,
        client_id=client_id,
        scan_id=scan_id,
        idempotency_key=idempotency_key,
    )
    if found is None:
        raise UnknownScan(client_id, scan_id)
    return _with_runs(c, client_id, [found])[0]


def _with_runs(c: Connection, client_id: str, scans: Sequence[ScanRow]) -> list[ScanRow]:
    runs: dict[UUID, list[RunRow]] = defaultdict(list)
    for run in fetch_all(
        c,
        RunRow,
        SELECT_RUN
        + "WHERE client_id = %(client_id)s AND scan_id = ANY(%(scan_ids)s) ORDER BY provider",
        client_id=client_id,
        scan_ids=[scan.scan_id for scan in scans],
    ):
        runs[run.scan_id].append(run)
    return [replace(scan, runs=tuple(runs[scan.scan_id])) for scan in scans]


_SELECT_SCAN = """
    SELECT client_id, scan_id, trigger, state, config_version, requested_by, idempotency_key,
        requested_at, started_at, finished_at
    FROM scans
"""
SELECT_RUN = """
    SELECT client_id, scan_id, provider, runs.state, attempt, epoch, dagster_run_id, queued_at,
        admitted_at, started_at, finished_at, counts, credits_charged, error
    FROM runs
"""
