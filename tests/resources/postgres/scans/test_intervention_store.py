from __future__ import annotations

import pytest

from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.scans.intervention_store import (
    NothingToRetry,
    ScanHasEnded,
    cancel_scan,
    retry_scan,
)
from resources.postgres.scans.run_store import RunNotStartable, finish_run, start_run
from resources.postgres.scans.scan_store import get_scan
from tests.support.scene import Scene, begin


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's scan, running at Amazon and queued at eBay."""
    with database.client("acme") as c:
        return begin(c, "acme")


def test_a_cancelled_scan_waits_for_what_still_runs(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        scan = cancel_scan(c, "acme", scene.scan_id)
    assert [run.state for run in scan.runs] == ["running", "cancelled"]
    assert (scan.state, scan.cancel_requested_at is not None) == ("running", True)
    with database.client("acme") as c, pytest.raises(RunNotStartable):
        start_run(c, "acme", scene.scan_id, "amazon", "another")
    with database.client("acme") as c:
        scan = finish_run(c, "acme", scene.scan_id, "amazon", 1, "cancelled")
        types = [event.type for event in events_after(c, "acme", 0, 99)]
    assert scan.state == "cancelled"
    assert types[-4:] == ["scan.cancel_requested", "run.finished", "run.finished", "scan.finished"]
    with database.client("acme") as c, pytest.raises(ScanHasEnded, match="cancelled"):
        cancel_scan(c, "acme", scene.scan_id)


def test_only_what_failed_is_retried(database: Database, scene: Scene) -> None:
    with database.client("acme") as c, pytest.raises(NothingToRetry, match="amazon running"):
        retry_scan(c, "acme", scene.scan_id)
    with database.client("acme") as c:
        finish_run(c, "acme", scene.scan_id, "amazon", 1, "succeeded")
        finish_run(c, "acme", scene.scan_id, "ebay", 0, "failed", error="no answer")
        before = get_scan(c, "acme", scene.scan_id)
        scan = retry_scan(c, "acme", scene.scan_id)
    assert [run.state for run in scan.runs] == ["succeeded", "queued"]
    assert (scan.state, scan.finished_at) == ("running", None)
    assert scan.deadline_at >= before.deadline_at
    assert scan.runs[1].error is None
