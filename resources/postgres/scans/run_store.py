"""The life of an admitted run: started, held, ended; its scan starts and ends with it.

Locks are taken in one order everywhere: the scan, its runs, the client's event counter. They are
`FOR NO KEY UPDATE`, the strongest that lets rows that refer to a run be written meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain import scan
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.event import RunFinished, RunRequeued, RunStarted, new_event
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import EndState, Interruption, check_change, may_change
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.records import RunRow, ScanRow
from resources.postgres.scans.scan_store import (
    SELECT_RUN,
    follow_runs,
    get_scan,
    lock_scan,
    wake_queue,
)
from resources.postgres.statements import execute, fetch_count, fetch_one

END_STATES = scan.END_STATES
end_of_scan = scan.end_of_scan


class UnknownRun(PermanentError):
    """The scan has no run of this provider."""


class RunNotStartable(PermanentError):
    """The run has succeeded or was cancelled, or has ended in this same Dagster run."""


class LostLease(PermanentError):
    """Another process has taken the run over, or it has ended: nothing more may be written."""


def run_by_dagster_run(c: Connection, client_id: str, dagster_run_id: str) -> RunRow | None:
    """The run that this Dagster run was the last to start, or None."""
    return fetch_one(
        c,
        RunRow,
        SELECT_RUN + "WHERE client_id = %(client_id)s AND dagster_run_id = %(dagster_run_id)s",
        client_id=client_id,
        dagster_run_id=dagster_run_id,
    )


def ever_held_by(c: Connection, client_id: str, dagster_run_id: str) -> bool:
    """True when this Dagster run has started a run, be it that another took it over since."""
    found = fetch_count(
        c,
        """
        SELECT count(*) FROM runs WHERE client_id = %(client_id)s
            AND (dagster_run_id = %(run)s OR %(run)s = ANY(former_dagster_run_ids))
        """,
        client_id=client_id,
        run=dagster_run_id,
    )
    return found > 0


def start_run(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, dagster_run_id: str
) -> RunRow:
    """The running run, held by this Dagster run from here on.

    Each step of a Dagster run may call it and gets the same epoch. Another Dagster run gets the
    next one and takes the run over; who held it before never gets it back. Raises UnknownScan,
    UnknownRun, RunNotStartable, LostLease.
    """
    before = lock_scan(c, client_id, scan_id)
    run = lock_run(c, client_id, scan_id, provider)
    if run.state == "running" and run.dagster_run_id == dagster_run_id:
        return run
    _refuse_to_start_again(c, run, dagster_run_id)
    _take_over(c, run, dagster_run_id)
    events = follow_runs(c, client_id, scan_id, before)
    started = new_event(RunStarted(provider, run.attempt + 1), scan_id)
    append_events(c, client_id, [*events, started])
    return lock_run(c, client_id, scan_id, provider)


def _refuse_to_start_again(c: Connection, run: RunRow, dagster_run_id: str) -> None:
    if not may_change(run.state, "running", "step") or run.dagster_run_id == dagster_run_id:
        raise RunNotStartable(
            f"client {run.client_id}, scan {run.scan_id}: the run of {run.provider} has ended as "
            f"{run.state}; re-execute it in Dagster if it failed, else ask for another scan"
        )
    if get_scan(c, run.client_id, run.scan_id).cancel_requested_at is not None:
        raise RunNotStartable(
            f"client {run.client_id}: scan {run.scan_id} is being cancelled; ask for another scan"
        )


def _take_over(c: Connection, run: RunRow, dagster_run_id: str) -> None:
    taken = execute(
        c,
        """
        UPDATE runs SET state = 'running', epoch = epoch + 1, attempt = attempt + 1,
            former_dagster_run_ids = array_remove(former_dagster_run_ids || dagster_run_id, NULL),
            dagster_run_id = %(dagster_run_id)s, started_at = coalesce(started_at, now()),
            finished_at = NULL, error = NULL, wait_reason = NULL, heartbeat_at = now()
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND %(dagster_run_id)s <> ALL (former_dagster_run_ids)
        """,
        client_id=run.client_id,
        scan_id=run.scan_id,
        provider=run.provider,
        dagster_run_id=dagster_run_id,
    )
    if not taken:
        raise _lost(run, f"Dagster run {run.dagster_run_id} has it")


def lock_run(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> RunRow:
    """The run, which nobody else changes before this transaction ends; raises UnknownRun."""
    return _known(c, client_id, scan_id, provider, _SELECT_ONE + "FOR NO KEY UPDATE")


def get_run(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> RunRow:
    """The run; raises UnknownRun."""
    return _known(c, client_id, scan_id, provider, _SELECT_ONE)


_SELECT_ONE: LiteralString = SELECT_RUN + (
    "WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s "
)


def _known(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, query: LiteralString
) -> RunRow:
    found = fetch_one(c, RunRow, query, client_id=client_id, scan_id=scan_id, provider=provider)
    if found is None:
        raise UnknownRun(
            f"client {client_id}, scan {scan_id} has no run of {provider}; "
            "ask for another scan that names this provider"
        )
    return found


def check_epoch(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, epoch: int
) -> None:
    """Guarantees that this process still holds the running run until the transaction ends.

    Call it in each transaction that writes for the run. Raises LostLease.
    """
    run = lock_run(c, client_id, scan_id, provider)
    if run.epoch != epoch:
        raise _lost(run, f"epoch {epoch} was followed by {run.epoch}")
    if run.state != "running":
        raise _lost(run, f"it is {run.state}")


def _lost(run: RunRow, why: str) -> LostLease:
    return LostLease(
        f"client {run.client_id}, scan {run.scan_id}: the run of {run.provider} is no longer this "
        f"process's ({why}); its later writes are dropped, stop it"
    )


def finish_run(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    epoch: int,
    state: EndState,
    counts: Mapping[str, object] | None = None,
    error: str | None = None,
) -> ScanRow:
    """The scan after the end of this run, ended too when this was its last run.

    Counts are merged into the run's. The first end of an epoch stands: another one changes nothing.
    Raises LostLease when the run was started again since.
    """
    before = lock_scan(c, client_id, scan_id)
    run = lock_run(c, client_id, scan_id, provider)
    if run.epoch != epoch:
        raise _lost(run, f"epoch {epoch} was followed by {run.epoch}")
    if run.state in END_STATES:
        return get_scan(c, client_id, scan_id)
    check_change(run.state, state, "outcome", _named(run))
    execute(
        c,
        """
        UPDATE runs SET state = %(state)s, finished_at = now(), error = %(error)s,
            wait_reason = NULL, counts = counts || %(counts)s
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        state=state,
        error=error,
        counts=Jsonb(counts or {}),
    )
    events = [new_event(RunFinished(provider, state, error), scan_id)]
    append_events(c, client_id, events + follow_runs(c, client_id, scan_id, before))
    wake_queue(c)
    return get_scan(c, client_id, scan_id)


def requeue_run(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    epoch: int,
    reason: str,
    *,
    cause: Interruption = "crash",
    pause_seconds: float = 0.0,
) -> None:
    """Guarantees that an interrupted run waits again, under an epoch nobody holds.

    Its place in the queue stays; it is admitted no sooner than after the pause. Raises LostLease
    when the run was started again since, and ForbiddenChange when it has ended.
    """
    before = lock_scan(c, client_id, scan_id)
    run = lock_run(c, client_id, scan_id, provider)
    if run.epoch != epoch:
        raise _lost(run, f"epoch {epoch} was followed by {run.epoch}")
    check_change(run.state, "queued", "outcome", _named(run))
    put_back(c, run, error=reason, cause=cause, pause_seconds=pause_seconds)
    events = [new_event(RunRequeued(provider, run.attempt, reason), scan_id)]
    append_events(c, client_id, events + follow_runs(c, client_id, scan_id, before))
    wake_queue(c)


def put_back(
    c: Connection,
    run: RunRow,
    error: str | None,
    *,
    cause: Interruption,
    pause_seconds: float = 0.0,
) -> None:
    """Guarantees a queued row that the Dagster run which held it can write to no more.

    An admission that never started counts as an attempt, so that Dagster sees another `run_key`.
    A crash counts against the run and all items in hand, an outage against the run alone. When a
    person asks both begin anew, but the items stay suspected.
    """
    execute(
        c,
        """
        UPDATE runs SET state = 'queued', epoch = epoch + 1, admitted_at = NULL,
            attempt = attempt + CASE WHEN state = 'admitted' THEN 1 ELSE 0 END,
            former_dagster_run_ids = array_remove(former_dagster_run_ids || dagster_run_id, NULL),
            dagster_run_id = NULL, finished_at = NULL, error = %(error)s,
            crashes = CASE %(cause)s::text WHEN 'person' THEN 0 ELSE crashes + 1 END,
            wait_reason = CASE WHEN %(pause_seconds)s > 0 THEN 'interrupted' END,
            not_before = now() + %(pause_seconds)s * interval '1 second',
            suspects = CASE %(cause)s::text WHEN 'outage' THEN suspects ELSE coalesce((
                SELECT jsonb_object_agg(item, CASE %(cause)s::text WHEN 'crash'
                    THEN coalesce((suspects ->> item)::integer, 0)
                        + (item = ANY(items_in_hand))::integer ELSE 0 END)
                FROM (SELECT jsonb_object_keys(suspects) UNION SELECT unnest(items_in_hand))
                    AS suspected (item)), '{}') END,
            items_in_hand = '{}'
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=run.client_id,
        scan_id=run.scan_id,
        provider=run.provider,
        error=error,
        cause=cause,
        pause_seconds=pause_seconds,
    )


def _named(run: RunRow) -> str:
    return f"client {run.client_id}, scan {run.scan_id}: the run of {run.provider}"
