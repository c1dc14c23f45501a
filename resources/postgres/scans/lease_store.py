"""Signs of life: the beat of a process that holds a run, and the runs that show none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import RunState
from resources.postgres.statements import execute, fetch_all


@dataclass(frozen=True, slots=True)
class UnendedRun:
    """A run that waits, is admitted or runs, as the reconciliation looks at it."""

    client_id: str
    scan_id: UUID
    provider: Provider
    state: RunState
    attempt: int
    epoch: int
    dagster_run_id: str | None
    silent_seconds: float  # since its process last beat, or since it was admitted
    cancel_requested: bool
    overdue: bool  # its scan's deadline has passed
    crashes: int  # since a person last asked for it
    holds_items: bool  # so that a crash would be theirs
    provider_gone: bool  # no installed package brings it


def beat(c: Connection, client_id: str, scan_id: UUID, provider: Provider, epoch: int) -> bool:
    """True when the run still runs under this epoch, which is now known to be alive."""
    beaten = execute(
        c,
        """
        UPDATE runs SET heartbeat_at = now()
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND epoch = %(epoch)s AND state = 'running'
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        epoch=epoch,
    )
    return bool(beaten)


def unended_runs(c: Connection, limit: int, installed: Sequence[Provider]) -> list[UnendedRun]:
    """At most `limit` runs to reconcile, the longest silent first; for an admission transaction.

    Queued ones are among them only when their scan's deadline has passed, or when nothing that is
    installed reads their provider.
    """
    return fetch_all(
        c,
        UnendedRun,
        """
        SELECT runs.client_id, scan_id, provider, runs.state, attempt, epoch, dagster_run_id,
            extract(epoch FROM now() - greatest(heartbeat_at, admitted_at, queued_at))::float8
                AS silent_seconds,
            cancel_requested_at IS NOT NULL AS cancel_requested, deadline_at < now() AS overdue,
            crashes, cardinality(items_in_hand) > 0 AS holds_items,
            provider <> ALL(%(installed)s) AS provider_gone
        FROM runs JOIN scans USING (client_id, scan_id)
        WHERE runs.state IN ('admitted', 'running')
            OR (runs.state = 'queued'
                AND (deadline_at < now() OR provider <> ALL(%(installed)s)))
        ORDER BY silent_seconds DESC LIMIT %(limit)s
        """,
        limit=limit,
        installed=list(installed),
    )
