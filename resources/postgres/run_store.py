"""The life of an admitted run: started, held, ended; its scan starts and ends with it.

Belongs here: these changes of state in `scans` and `runs`, with their events. Not here: asking and
admitting (`scan_store.py`), what a run counted and left out (`outcome_store.py`).

Locks are taken in one order everywhere: the scan, its runs, the client's event counter. They are
`FOR NO KEY UPDATE`, the strongest that lets rows that refer to a run be written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.matching.errors import PermanentError
from infringement_dagster.matching.listing import Provider
from resources.postgres.event_store import append_events
from resources.postgres.records import EndState, NewEvent, RunRow, RunState, ScanRow
from resources.postgres.scan_store import SELECT_RUN, get_scan, lock_scan
from resources.postgres.statements import execute, fetch_one

END_STATES: tuple[EndState, ...] = get_args(EndState)


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


def start_run(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, dagster_run_id: str
) -> RunRow:
    """The running run, held by this Dagster run from here on.

    Each step of a Dagster run may call it and gets the same epoch. Another Dagster run gets the
    next one and takes the run over; who held it before never gets it back. Raises UnknownScan,
    UnknownRun, RunNotStartable, LostLease.
    """
    scan_state = lock_scan(c, client_id, scan_id)
    run = lock_run(c, client_id, scan_id, provider)
    if run.state == "running" and run.dagster_run_id == dagster_run_id:
        return run
    _refuse_to_start_again(run, dagster_run_id)
    _take_over(c, run, dagster_run_id)
    events = [NewEvent("run.started", {"provider": provider, "attempt": run.attempt + 1}, scan_id)]
    if scan_state != "running":
        execute(
            c,
            """
            UPDATE scans SET state = 'running', started_at = coalesce(started_at, now()),
                finished_at = NULL
            WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
            """,
            client_id=client_id,
            scan_id=scan_id,
        )
        events.insert(0, NewEvent("scan.started", {}, scan_id))
    append_events(c, client_id, events)
    return lock_run(c, client_id, scan_id, provider)


def _refuse_to_start_again(run: RunRow, dagster_run_id: str) -> None:
    if run.state in ("succeeded", "cancelled") or run.dagster_run_id == dagster_run_id:
        raise RunNotStartable(
            f"client {run.client_id}, scan {run.scan_id}: the run of {run.provider} has ended as "
            f"{run.state}; re-execute it in Dagster if it failed, else ask for another scan"
        )


def _take_over(c: Connection, run: RunRow, dagster_run_id: str) -> None:
    taken = execute(
        c,
        """
        UPDATE runs SET state = 'running', epoch = epoch + 1, attempt = attempt + 1,
            former_dagster_run_ids = array_remove(former_dagster_run_ids || dagster_run_id, NULL),
            dagster_run_id = %(dagster_run_id)s, started_at = coalesce(started_at, now()),
            finished_at = NULL, error = NULL
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
    found = fetch_one(
        c,
        RunRow,
        SELECT_RUN
        + """
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        FOR NO KEY UPDATE
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
    )
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
    lock_scan(c, client_id, scan_id)
    run = lock_run(c, client_id, scan_id, provider)
    if run.epoch != epoch:
        raise _lost(run, f"epoch {epoch} was followed by {run.epoch}")
    if run.state in END_STATES:
        return get_scan(c, client_id, scan_id)
    execute(
        c,
        """
        UPDATE runs SET state = %(state)s, finished_at = now(), error = %(error)s,
            counts = counts || %(counts)s
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        state=state,
        error=error,
        counts=Jsonb(counts or {}),
    )
    body = {"provider": provider, "state": state, "error": error}
    events = [NewEvent("run.finished", body, scan_id)]
    end = end_of_scan(run.state for run in get_scan(c, client_id, scan_id).runs)
    if end is not None:
        execute(
            c,
            """
            UPDATE scans SET state = %(state)s, finished_at = now()
            WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
            """,
            client_id=client_id,
            scan_id=scan_id,
            state=end,
        )
        events.append(NewEvent("scan.finished", {"state": end}, scan_id))
    append_events(c, client_id, events)
    return get_scan(c, client_id, scan_id)


def end_of_scan(states: Iterable[RunState]) -> EndState | None:
    """How a scan ends whose runs are in these states: as all of them, else `partial`.

    None while a run has not ended.
    """
    distinct = set(states)
    if not distinct <= set(END_STATES):
        return None
    return next((state for state in END_STATES if distinct == {state}), "partial")
