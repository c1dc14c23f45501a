"""What must be true of scans after their processes were killed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from dagster import DagsterEventType

from resources.postgres.scans import admission_store, lease_store
from resources.postgres.scans.records import ScanRow
from resources.providers.registry import installed
from tests.scenarios.scan.test_killed_run import FINAL_ROWS
from tests.support.lively import Lively

STEP_FAILURE = DagsterEventType.STEP_FAILURE
Rows = Mapping[str, list[str]]


def rows_of(running: Lively, client_id: str) -> Rows:
    """Everything that the client's scan left, by table."""
    with running.database.client(client_id) as c:
        return {
            table: sorted(map(repr, c.execute(query.encode()).fetchall()))
            for table, query in FINAL_ROWS.items()
        }


def divergences(running: Lively, scan: ScanRow, wanted: Rows) -> list[str]:
    """What the scan left otherwise than the unkilled one."""
    client_id, ended = scan.client_id, running.look(scan)
    if ended.state != "succeeded":
        said = f"{client_id} ended as {ended.state}: {ended.runs[0].error}"
        return [said, *_failed_items(running, ended), *_failed_steps(running, ended)]
    rows = rows_of(running, client_id)
    found = [f"{client_id}: {table}" for table in wanted if rows[table] != wanted[table]]
    with running.database.client(client_id) as c:
        gap = c.execute(
            "SELECT count(*), max(event_no), (SELECT last_event_no FROM clients) FROM events"
        ).fetchone()
    return found if gap and len(set(gap)) == 1 else [*found, f"{client_id}: events {gap}"]


def _failed_items(running: Lively, scan: ScanRow) -> list[str]:
    with running.database.client(scan.client_id) as c:
        rows = c.execute(
            "SELECT asset, item_key, reason, detail FROM item_outcomes "
            "WHERE scan_id = %s AND outcome = 'failed'",
            (scan.scan_id,),
        ).fetchall()
    return [f"{scan.client_id}: {' '.join(map(str, row))}" for row in rows]


def _failed_steps(running: Lively, scan: ScanRow) -> list[str]:
    """Which steps failed in Dagster, and over what."""
    failures = [
        (entry.step_key, entry.dagster_event.step_failure_data.error)
        for run in running.dagster_runs(scan.scan_id)
        for entry in running.instance.all_logs(run.run_id, of_type=STEP_FAILURE)
        if entry.dagster_event is not None
    ]
    return [
        f"{scan.client_id}: {step}: {error.to_string()[-4000:] if error else 'no error is told'}"
        for step, error in failures
    ]


def left_over(running: Lively) -> list[str]:
    """Runs that still hold a slot or a reservation."""
    with running.database.admission() as c:
        found = [
            f"left over: {run}" for run in lease_store.unended_runs(c, 1000, installed().names)
        ]
        use = admission_store.current_use(c, [])
    return found if use.runs == 0 else [*found, f"slots in use: {use}"]


@dataclass(frozen=True, slots=True)
class Credits:
    """Our books beside the vendor's; `wrong` names requests on which they differ."""

    charged: int
    unsettled: int  # the most that questions of dead processes may have cost
    unsettled_billed: int  # what they did cost, which only the sandbox's log tells
    ledger: int
    wrong: tuple[str, ...]


def credits_of(running: Lively) -> Credits:
    """The books of all clients, request by request, against the sandbox's log."""
    charged: dict[UUID, int] = {}
    unsettled: dict[UUID, int] = {}
    with running.database.admission() as c:
        clients = [str(row[0]) for row in c.execute("SELECT client_id FROM clients")]
    for client_id in clients:
        with running.database.client(client_id) as c:
            charged.update(_pairs(c.execute("SELECT request_id, credits FROM provider_usage")))
            unsettled.update(
                _pairs(c.execute("SELECT request_id, credits_most FROM unsettled_charges"))
            )
    calls = map(json.loads, running.sandbox_log.read_text().splitlines())
    ledger = {UUID(call["request_id"]): int(call["credits"]) for call in calls}
    billed = {request: ledger.get(request, 0) for request in unsettled}
    known = charged | billed
    return Credits(
        sum(charged.values()),
        sum(unsettled.values()),
        sum(billed.values()),
        sum(ledger.values()),
        tuple(
            f"request {item}: {known.get(item)} in our books, {ledger.get(item)} in the vendor's"
            for item in sorted(known.keys() | ledger.keys())
            if known.get(item, 0) != ledger.get(item, 0)
        ),
    )


def _pairs(rows: Iterable[tuple[UUID, int]]) -> dict[UUID, int]:
    return dict(rows)
