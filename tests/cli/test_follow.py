"""A scan that is followed: what is said when nothing happens, and why one failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from infringement_dagster.cli.stack import follow
from infringement_dagster.cli.stack.follow import ScanIsSilent, follow_scan
from infringement_dagster.cli.stack.scans import run_reasons, scan_document
from infringement_dagster.domain.counts import ItemOutcome, count_items, why_failed
from resources.postgres.database import Database
from resources.postgres.scans import (
    intervention_store,
    outcome_store,
    run_store,
    scan_store,
)
from tests.support.scene import begin

FAILED = [
    ItemOutcome("a|1", "failed", "account_refused", "HTTP 403: the key is wrong"),
    ItemOutcome("a|2", "failed", "account_refused", "not asked"),
]


def test_silence_is_explained_by_what_is_waited_for_and_by_the_logs(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert follow.SILENCE_SECONDS < 30
    (tmp_path / "daemon.log").write_text("PermissionError: /data is read-only\n")
    monkeypatch.setattr(follow, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(follow, "SILENCE_SECONDS_MAX", 1.5)
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.05)
    with database.client("acme") as c:
        scene = begin(c, "acme")
        scan = scan_store.get_scan(c, "acme", scene.scan_id)
    with pytest.raises(ScanIsSilent, match="wrote nothing for"):
        follow_scan(database, [scan], tmp_path)
    said = " ".join(capsys.readouterr().err.split())
    assert said.count("nothing new for") >= 2
    assert "acme amazon is running" in said
    assert "/data is read-only" in said


def test_a_scan_that_has_ended_may_be_silent_while_others_go_on(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(follow, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(follow, "SILENCE_SECONDS_MAX", 0.6)
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.05)
    with database.client("acme") as c:
        ended = begin(c, "acme")
        run_store.finish_run(c, "acme", ended.scan_id, "amazon", ended.run.epoch, "succeeded")
        intervention_store.cancel_scan(c, "acme", ended.scan_id)  # what waits of it
    with database.client("other") as c:
        going = begin(c, "other")
        scans = [scan_store.get_scan(c, "other", going.scan_id)]
    with database.client("acme") as c:
        scans.append(scan_store.get_scan(c, "acme", ended.scan_id))
    assert scans[1].state in follow.ENDED
    with pytest.raises(ScanIsSilent, match="client 'other' wrote nothing"):
        follow_scan(database, list(reversed(scans)), tmp_path)
    assert "other amazon is running" in " ".join(capsys.readouterr().err.split())


def test_a_failed_scan_says_why_in_words(database: Database) -> None:
    counts = {"raw_listings": count_items(2, 0, FAILED).as_document()}
    with database.client("acme") as c:
        scene = begin(c, "acme")
        outcome_store.put_item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings", FAILED)
        scan = run_store.finish_run(
            c,
            "acme",
            scene.scan_id,
            "amazon",
            scene.run.epoch,
            "failed",
            counts=counts,
            error=why_failed(counts),
        )
        samples = outcome_store.samples_of_failures(c, "acme", scene.scan_id)
    (run,) = [run for run in scan.runs if run.provider == "amazon"]
    assert run_reasons(run, samples) == [
        "no page of the marketplace could be read: 2 pages failed: account refused",
        "2 pages failed: account refused (HTTP 403: the key is wrong)",
    ]
    told = [item for item in scan_document(scan, samples)["runs"] if item["provider"] == "amazon"]
    assert told[0]["reasons"] == run_reasons(run, samples)
