from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from resources.postgres.database import Database
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.snapshot_store import latest_snapshot, put_snapshot, snapshot_of_run
from resources.postgres.statements import RefusedRow
from tests.support.scene import NOON, Scene, ask_for_scan, begin


def a_snapshot(scene: Scene, age_minutes: int, asset: str = "scores") -> SnapshotRow:
    return SnapshotRow(
        snapshot_id=uuid4(),
        scan_id=scene.scan_id,
        provider="amazon",
        asset=asset,
        dagster_run_id="dagster-1",
        object_key=f"snapshots/{uuid4()}.parquet",
        sha256="ab" * 32,
        row_count=3,
        size_bytes=1000,
        created_at=NOON - timedelta(minutes=age_minutes),
    )


def test_the_newest_snapshot_counts(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        old, new = a_snapshot(scene, 2), a_snapshot(scene, 1)
        for row in (new, old, a_snapshot(scene, 0, "raw_listings")):
            put_snapshot(c, "acme", row)
        assert snapshot_of_run(c, "acme", scene.scan_id, "amazon", "scores") == new
        later = replace(a_snapshot(scene, 0), scan_id=ask_for_scan(c, "acme"))
        put_snapshot(c, "acme", later)
        assert snapshot_of_run(c, "acme", scene.scan_id, "amazon", "scores") == new
        assert latest_snapshot(c, "acme", "amazon", "scores") == later
        assert snapshot_of_run(c, "acme", scene.scan_id, "amazon", "image_hashes") is None
        assert latest_snapshot(c, "acme", "ebay", "scores") is None


def test_a_snapshot_is_written_once(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        row = a_snapshot(scene, 1)
        put_snapshot(c, "acme", row)
        put_snapshot(c, "acme", replace(row, row_count=99))
        assert latest_snapshot(c, "acme", "amazon", "scores") == row


def test_a_snapshot_belongs_to_a_run(database: Database) -> None:
    with database.client("acme") as c:
        row = replace(a_snapshot(begin(c, "acme"), 1), provider="walmart")
    with pytest.raises(RefusedRow, match="runs"), database.client("acme") as c:
        put_snapshot(c, "acme", row)
