from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.clients.config_example import LEAST
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import PAUSE_SECONDS, Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    stopped = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("infringement_dagster.scans.progress.time", stopped)
    return now


def test_events_that_come_too_soon_or_say_nothing_new_are_left_out(clock: list[float]) -> None:
    config = read_client_config("acme", 1, LEAST)
    told = Progress(ScanRun("acme", "amazon", uuid4(), 1, config, "request"), "raw_listings")
    kept = []
    for _ in range(12):  # as pages of details came: twelve in 0.8 s, each with the same number
        kept += told.events(40, None, found=40)
        clock[0] += 0.07
    assert len(kept) == 1
    assert told.events(41, None, found=41)[0].body["done"] == 41
    assert told.events(42, None, found=42) == []
    clock[0] += PAUSE_SECONDS
    assert told.events(41, None, found=41) == []
    assert told.events(43, None, found=43)[0].body["done"] == 43
