"""Scans: asked for by a client, by its schedule or by an operator.

Not here: admission (`admission_store.py`), the life of a run (`run_store.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import (
    NewEvent,
    ScanFinished,
    ScanQueued,
    ScanRequested,
    ScanStarted,
    new_event,
)
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import END_STATES, ScanState, Trigger, state_of_scan
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.records import RunRow, ScanRow
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one

QUEUE_CHANNEL = "infringement_queue"  # the sensors that admit and cancel listen to it


class UnknownScan(PermanentError):
    """The client has no such scan."""

    problem = ProblemKind(404, "unknown-scan", "No such scan", "List the client's scans.")

    def __init__(self, client_id: str, scan_id: UUID) -> None:
        super().__init__(f"client {client_id} has no scan {scan_id}; list its scans for their ids")


class NothingToScan(PermanentError):
    """A scan was asked for without a provider."""

    problem = ProblemKind(422, "nothing-to-scan", "No provider", "Name one or configure searches.")


def queue_scan(
    c: Connection,
    client_id: str,
    providers: Iterable[Provider],
    *,
    trigger: Trigger,
    requested_by: str,
    config_version: int,
    idempotency_key: str | None = None,
    scan_id: UUID | None = None,
    over_history: bool = False,
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
            (client_id, scan_id, trigger, config_version, requested_by, idempotency_key,
            over_history)
        VALUES (%(client_id)s, %(scan_id)s, %(trigger)s, %(config_version)s, %(requested_by)s,
            %(idempotency_key)s, %(over_history)s)
        ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        scan_id=scan_id,
        trigger=trigger,
        config_version=config_version,
        requested_by=requested_by,
        idempotency_key=idempotency_key,
        over_history=over_history,
    )
    if not added:
        return _requested_before(c, client_id, scan_id, idempotency_key)
    execute_many(
        c,
        """
        INSERT INTO runs (client_id, scan_id, provider)
        VALUES (%(client_id)s, %(scan_id)s, %(provider)s)
        """,
        [{"client_id": client_id, "scan_id": scan_id, "provider": provider} for provider in wanted],
    )
    requested = new_event(ScanRequested(trigger, wanted, config_version), scan_id)
    append_events(c, client_id, [requested])
    wake_queue(c)
    return get_scan(c, client_id, scan_id)


def wake_queue(c: Connection) -> None:
    """Guarantees that admission looks at the queue as soon as this transaction commits."""
    c.execute("NOTIFY infringement_queue")


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


def follow_runs(c: Connection, client_id: str, scan_id: UUID, before: ScanState) -> list[NewEvent]:
    """The scan's change of state after its runs changed, written and as events to be appended.

    `before` is what `lock_scan` gave in this transaction.
    """
    runs = get_scan(c, client_id, scan_id).runs
    after = state_of_scan([run.state for run in runs], before)
    if after == before:
        return []
    execute(
        c,
        """
        UPDATE scans SET state = %(state)s,
            started_at = CASE WHEN %(state)s = 'running' THEN coalesce(started_at, now())
                ELSE started_at END,
            finished_at = CASE WHEN %(ended)s THEN now() END
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        state=after,
        ended=after in END_STATES,
    )
    if after in END_STATES:
        return [new_event(ScanFinished(after), scan_id)]
    return [new_event(ScanStarted() if after == "running" else ScanQueued(), scan_id)]


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
        requested_at, started_at, finished_at, deadline_at, cancel_requested_at, over_history
    FROM scans
"""
SELECT_RUN = """
    SELECT client_id, scan_id, provider, runs.state, attempt, epoch, dagster_run_id, queued_at,
        admitted_at, started_at, finished_at, counts, credits_charged, error,
        wait_reason
    FROM runs
"""


@dataclass(frozen=True, slots=True)
class ScanPosition:
    """After which scan a page begins."""

    requested_at: datetime
    scan_id: UUID


def scan_page(
    c: Connection, client_id: str, limit: int, after: ScanPosition | None = None
) -> list[ScanRow]:
    """At most `limit` scans with their runs after the position, newest first."""
    found = fetch_all(
        c,
        ScanRow,
        _SELECT_SCAN
        + """
        WHERE client_id = %(client_id)s
            AND requested_at <= coalesce(%(requested_at)s, 'infinity'::timestamptz)
            AND (requested_at < coalesce(%(requested_at)s, 'infinity'::timestamptz)
                OR scan_id > %(scan_id)s)
        ORDER BY requested_at DESC, scan_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
        requested_at=None if after is None else after.requested_at,
        scan_id=None if after is None else after.scan_id,
    )
    return _with_runs(c, client_id, found)
