"""Interventions of a person in a living scan: cancelling it, trying its failed runs again."""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import (
    RunFinished,
    ScanCancelRequested,
    ScanRetried,
    new_event,
)
from infringement_dagster.domain.scan import END_STATES, may_change
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.records import RunRow, ScanRow
from resources.postgres.scans.run_store import lock_run, put_back
from resources.postgres.scans.scan_store import follow_runs, get_scan, lock_scan, wake_queue
from resources.postgres.statements import execute


class ScanHasEnded(PermanentError):
    """The scan cannot be cancelled any more."""

    problem = ProblemKind(409, "scan-ended", "The scan has ended", "Ask for another scan.")


class NothingToRetry(PermanentError):
    """The scan still runs, or none of its runs failed or was partial."""

    problem = ProblemKind(409, "nothing-to-retry", "Nothing failed", "Ask for another scan.")


def cancel_scan(c: Connection, client_id: str, scan_id: UUID) -> ScanRow:
    """The scan, whose waiting runs are cancelled and whose running ones are asked to stop.

    What was stored stays. Raises UnknownScan and ScanHasEnded.
    """
    before = lock_scan(c, client_id, scan_id)
    if before in END_STATES:
        raise ScanHasEnded(
            f"client {client_id}: scan {scan_id} has ended as {before}, there is nothing to cancel"
        )
    execute(
        c,
        """
        UPDATE scans SET cancel_requested_at = coalesce(cancel_requested_at, now())
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
    events = [new_event(ScanCancelRequested(), scan_id)]
    for run in _locked_runs(c, client_id, scan_id):
        if may_change(run.state, "cancelled", "person"):
            _cancel_waiting(c, run)
            events.append(new_event(RunFinished(run.provider, "cancelled", None), scan_id))
    append_events(c, client_id, events + follow_runs(c, client_id, scan_id, before))
    wake_queue(c)
    return get_scan(c, client_id, scan_id)


def retry_scan(c: Connection, client_id: str, scan_id: UUID) -> ScanRow:
    """The scan, whose failed and partial runs wait again, with another six hours to finish.

    Raises UnknownScan and NothingToRetry.
    """
    before = lock_scan(c, client_id, scan_id)
    runs = _locked_runs(c, client_id, scan_id)
    again = [run for run in runs if may_change(run.state, "queued", "person")]
    if not again or before not in END_STATES:
        raise NothingToRetry(
            f"client {client_id}: no run of scan {scan_id} can be tried again, it is {before} "
            f"({', '.join(f'{run.provider} {run.state}' for run in runs)})"
        )
    execute(
        c,
        """
        UPDATE scans SET deadline_at = now() + interval '6 hours', cancel_requested_at = NULL
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
    for run in again:
        put_back(c, run, error=None, cause="person")
    events = [new_event(ScanRetried([run.provider for run in again]), scan_id)]
    append_events(c, client_id, events + follow_runs(c, client_id, scan_id, before))
    wake_queue(c)
    return get_scan(c, client_id, scan_id)


def _locked_runs(c: Connection, client_id: str, scan_id: UUID) -> list[RunRow]:
    scan = get_scan(c, client_id, scan_id)
    return [lock_run(c, client_id, scan_id, run.provider) for run in scan.runs]


def _cancel_waiting(c: Connection, run: RunRow) -> None:
    execute(
        c,
        """
        UPDATE runs SET state = 'cancelled', finished_at = now(), wait_reason = NULL
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=run.client_id,
        scan_id=run.scan_id,
        provider=run.provider,
    )
