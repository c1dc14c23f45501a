"""What persons change about scans that run: cancelling, limiting, trying again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from dagster_graphql.test.utils import execute_dagster_graphql

from api.app import create_app
from api.settings import ApiSettings
from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.events.event_store import events_after
from resources.postgres.scans.admission_store import current_use
from resources.postgres.scans.records import ScanRow
from resources.settings import PROJECT_DIR
from tests.api.conftest import make_key, serving
from tests.engine.dagster_internals import GrpcServerTarget, WorkspaceProcessContext
from tests.support.lively import Lively

pytestmark = pytest.mark.timeout(300)

CANCELLED_WITHIN_SECONDS = 10


def command(*arguments: str) -> Any:
    """What `infringement` answers on the stack's own databases."""
    line = [sys.executable, "-m", "infringement_dagster.cli.app", *arguments, "--json"]
    done = subprocess.run(
        line, cwd=PROJECT_DIR, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def no_answers(stack: Lively) -> Iterator[None]:
    """Guarantees that no run ends by itself: whatever it asks the sandbox stays unanswered."""
    sandbox = stack.part("sandbox")
    sandbox.suspend()
    try:
        yield
    finally:
        sandbox.resume()


def over_api(stack: Lively, scan: ScanRow) -> None:
    settings = ApiSettings(port=0)
    key = make_key(stack.database, scan.client_id, "admin")
    with serving(create_app(stack.urls, stack.objects, settings), settings) as url:
        path = f"{url}/v1/clients/{scan.client_id}/scans/{scan.scan_id}/cancel"
        answer = httpx.post(path, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    assert answer.status_code == 202, answer.text


def by_command(_stack: Lively, scan: ScanRow) -> None:
    command("scans", "cancel", scan.client_id, str(scan.scan_id))


def in_dagsters_ui(stack: Lively, scan: ScanRow) -> None:
    words = stack.part("code-server").cmdline()
    socket_path = words[words.index("--socket") + 1]
    code = GrpcServerTarget("localhost", None, socket_path, "infringement_dagster")
    stop = """mutation ($runIds: [String!]!) {
        terminateRuns(runIds: $runIds) {
            ... on TerminateRunsResult { terminateRunResults { __typename } }
        }
    }"""
    with WorkspaceProcessContext(stack.instance, code) as ui:
        run_ids = [stack.dagster_run_id(scan)]
        answer = execute_dagster_graphql(ui.create_request_context(), stop, {"runIds": run_ids})
    results = answer.data["terminateRuns"]["terminateRunResults"]
    assert [result["__typename"] for result in results] == ["TerminateRunSuccess"]


@pytest.mark.parametrize("cancel", [over_api, by_command, in_dagsters_ui])
def test_a_scan_cancelled_from_anywhere_stops_and_keeps_what_it_stored(
    stack: Lively, cancel: Callable[[Lively, ScanRow], None]
) -> None:
    client_id = cancel.__name__.replace("_", "-")
    stack.add(client_id, ClientLimits(credits_per_day=1000), pages_max=9)
    scan = stack.ask(client_id, "walmart")
    stack.wait_until(scan, lambda found: found.runs[0].credits_charged > 0)
    process = stack.process_of(stack.dagster_run_id(scan))
    before = datetime.now(UTC)
    with no_answers(stack):
        cancel(stack, scan)
        ended = stack.end(scan)
        process.wait(30)
    asked_at = ended.cancel_requested_at or before
    assert ended.state == "cancelled"
    assert ended.finished_at is not None
    assert (ended.finished_at - asked_at).total_seconds() <= CANCELLED_WITHIN_SECONDS
    with stack.database.client(client_id) as c:
        row = c.execute("SELECT sum(credits) FROM provider_usage").fetchone()
    assert row == (ended.runs[0].credits_charged,)
    with stack.database.admission() as c:
        use = current_use(c, [client_id]).clients[client_id]
    assert (use.runs, use.credits_today >= ended.runs[0].credits_charged) == (0, True)


def test_a_scan_beyond_its_deadline_fails_and_succeeds_when_it_is_retried(stack: Lively) -> None:
    stack.add("overdue", pages_max=2)
    scan = stack.ask("overdue")
    stack.started(scan)
    with stack.database.client("overdue") as c:
        c.execute("UPDATE scans SET deadline_at = now()")
    ended = stack.end(scan)
    assert (ended.state, "deadline" in (ended.runs[0].error or "")) == ("failed", True)
    retried = command("scans", "retry", "overdue", str(scan.scan_id))
    assert [run["provider"] for run in retried["runs"]] == ["ebay"]
    assert stack.end(scan).state == "succeeded"


def test_a_limit_lowered_by_command_while_runs_are_under_way_holds_for_the_next(
    stack: Lively,
) -> None:
    stack.widen(4)
    stack.add("lowered", ClientLimits(runs_max=2))
    scan = stack.ask("lowered", "amazon", "ebay", "walmart")
    stack.wait_until(scan, lambda found: sum(run.state == "running" for run in found.runs) == 2)
    with no_answers(stack):
        shown = command("limits", "--client", "lowered", "--runs", "1")
    assert shown["clients"]["lowered"]["runs_max"] == 1
    assert stack.end(scan, 120).state == "succeeded"
    with stack.database.client("lowered") as c:
        events = events_after(c, "lowered", 0, 1000)
    order = [event.type for event in events if event.type in ("run.admitted", "run.finished")]
    assert order == ["run.admitted"] * 2 + ["run.finished"] * 2 + ["run.admitted", "run.finished"]
