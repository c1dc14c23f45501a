from __future__ import annotations

import time
from datetime import datetime

import pytest

from infringement_dagster.scans import lease
from infringement_dagster.scans.lease import beating
from resources.postgres.database import Database
from tests.support.scene import Scene, begin


def beat_at(database: Database, scene: Scene) -> datetime:
    with database.client("acme") as c:
        row = c.execute(
            "SELECT heartbeat_at FROM runs WHERE scan_id = %s AND provider = 'amazon'",
            (scene.scan_id,),
        ).fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def wait_for_another(database: Database, scene: Scene, before: datetime) -> datetime:
    deadline = time.monotonic() + 30
    while (found := beat_at(database, scene)) == before:
        assert time.monotonic() < deadline, "no beat came"
        time.sleep(0.01)
    return found


def test_a_step_beats_until_it_takes_longer_than_a_step_may(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.02)
    with database.client("acme") as c:
        scene = begin(c, "acme")
    first = beat_at(database, scene)
    with beating(database, "acme", scene.scan_id, "amazon", scene.run.epoch):
        second = wait_for_another(database, scene, wait_for_another(database, scene, first))
    assert second > first
    monkeypatch.setattr(lease, "STEP_SECONDS_MAX", 0.0)
    last = beat_at(database, scene)
    with beating(database, "acme", scene.scan_id, "amazon", scene.run.epoch):
        time.sleep(0.3)  # fifteen beats of a step that may still take its time
    assert beat_at(database, scene) == last
