"""What becomes of a scan when people and faults interfere, on the real stack."""

from __future__ import annotations

import time

import pytest

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.counts import read_counts
from infringement_dagster.scans.lease import RESCORE_ORDER
from resources.postgres.clients import limit_store
from resources.postgres.scans import intervention_store
from resources.postgres.scans.rescore_store import queue_rescore
from resources.providers.registry import installed
from tests.support.lively import Lively

pytestmark = pytest.mark.timeout(180)


def test_a_scan_starts_within_four_seconds_and_succeeds(stack: Lively) -> None:
    stack.add("acme")
    scan = stack.ask("acme")
    asked = time.monotonic()
    stack.wait_until(scan, lambda found: found.runs[0].state == "running", 15)
    waited_seconds = time.monotonic() - asked
    assert stack.end(scan).state == "succeeded"
    assert waited_seconds < 10  # p95 of 4 s is for bench/fleet.py: two busy cores say little
    assert len(stack.dagster_runs(scan.scan_id)) == 1


def test_a_cancelled_scan_stops_within_ten_seconds_and_keeps_what_it_stored(
    stack: Lively,
) -> None:
    stack.add("cancelled", pages_max=9)
    scan = stack.ask("cancelled", "walmart")
    process = stack.started(scan)
    with stack.database.client("cancelled") as c:
        intervention_store.cancel_scan(c, "cancelled", scan.scan_id)
    assert stack.end(scan, 10).state == "cancelled"
    process.wait(10)
    assert stack.dagster_runs(scan.scan_id)[0].status.value == "CANCELED"


def test_a_killed_run_is_tried_again_and_pays_for_no_page_twice(stack: Lively) -> None:
    stack.add("killed")
    scan = stack.ask("killed")
    process = stack.started(scan)
    stack.wait_until(scan, lambda found: "raw_listings" in found.runs[0].counts, 30)
    process.kill()
    ended = stack.end(scan)
    assert (ended.state, ended.runs[0].attempt) == ("succeeded", 2)
    assert len(stack.dagster_runs(scan.scan_id)) == 2
    paid = [line for line in stack.sandbox_log.read_text().splitlines() if "killed bottle" in line]
    assert len(paid) == ended.runs[0].credits_charged


def test_a_deleted_dagster_run_ends_its_scan(stack: Lively) -> None:
    stack.add("deleted", pages_max=5)
    scan = stack.ask("deleted", "walmart")
    process = stack.started(scan)
    process.suspend()
    try:
        stack.instance.delete_run(stack.dagster_run_id(scan))
        ended = stack.end(scan, 20)
    finally:
        process.kill()
    assert ended.state == "failed"
    assert "deleted" in (ended.runs[0].error or "")


def test_a_pause_and_a_raised_limit_take_effect_within_five_seconds(stack: Lively) -> None:
    stack.add("paused", ClientLimits(runs_max=0))
    scan = stack.ask("paused")
    stack.wait_until(scan, lambda found: found.runs[0].wait_reason == "client_runs", 5)
    with stack.database.admission() as c:
        limit_store.set_client_limits(c, "paused", ClientLimits(runs_max=1))
    stack.wait_until(scan, lambda found: found.runs[0].state != "queued", 5)
    assert stack.end(scan).state == "succeeded"


def test_a_config_is_applied_to_what_is_stored_although_its_process_is_killed(
    stack: Lively,
) -> None:
    stack.add("applied")
    scanned = stack.end(stack.ask("applied"))
    with stack.database.client("applied") as c:
        asked = queue_rescore(c, "applied", scanned.config_version, "tests", installed().names)
    stack.started(asked).kill()
    ended = stack.end(asked)
    (run,) = ended.runs
    assert (ended.state, run.attempt, run.credits_charged) == ("succeeded", 2, 0)
    assert set(read_counts(run.counts)) == set(RESCORE_ORDER)


def test_a_killed_daemon_and_code_server_come_back_and_lose_nothing(stack: Lively) -> None:
    stack.add("survivor")
    scan = stack.ask("survivor")
    stack.started(scan)
    stack.part("daemon").kill()
    later = stack.ask("survivor", "walmart")
    assert stack.end(scan).state == "succeeded"
    assert stack.end(later).state == "succeeded"
    again = stack.ask("survivor")
    stack.started(again)
    stack.part("code-server").kill()
    assert stack.end(again, 120).state == "succeeded"
