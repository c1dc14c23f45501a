"""Who is told of a check that failed."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.assets.report import StepReport
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.clients.config_example import LEAST
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from tests.support.scene import begin


def a_result(name: str, *, passed: bool, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name, passed=passed, severity=severity, description=f"{name} as described"
    )


def test_the_client_is_told_of_checks_that_failed_for_more_than_a_warning(
    database: Database,
) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        before = events_after(c, "acme", 0, 99)[-1].event_no
    config = read_client_config("acme", 1, LEAST)
    run = ScanRun("acme", "amazon", scene.scan_id, scene.run.epoch, config, "request")
    error, warning = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    results = [
        a_result("scores_in_range", passed=False, severity=error),
        a_result("counts_add_up", passed=True, severity=error),
        a_result("searched", passed=False, severity=warning),
    ]
    assert StepReport(run, "scores").checked(database, results) == results
    with database.client("acme") as c:
        (event,) = events_after(c, "acme", before, 99)
    assert (event.type, event.scan_id) == ("check.failed", scene.scan_id)
    assert event.body == {
        "provider": "amazon",
        "phase": "scores",
        "check": "scores_in_range",
        "reason": "scores_in_range as described",
    }
