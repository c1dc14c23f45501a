"""One client doing every hostile thing at once is not noticed by another; bench/noisy.py is longer.

Times are looked at only where the machine has little else to do: the API's own share of them, a
wait for a place, is told by its answers; how long answers take is compared with those beside an
honest busy client of the same run. That nothing is lost or refused, and the memory, hold on any
machine.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from resources.postgres.database import DatabaseUrls
from tests.support.noisy.neighbour import KINDS, POLITE, Seconds, attacked, peak_memory
from tests.support.noisy.scene import noisy

ROUNDS = 2
SECONDS = 4.0
WAITED_MS_MAX = 20.0
TIMES_SLOWER_MAX = 3.0
NOTICED_MS = 150.0  # below it nobody does, whatever the ratio
MEMORY_MB_MAX = 600
RECOVERY_SECONDS = 5.0


def test_a_hostile_client_is_not_noticed_by_another(
    database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    is_quiet = os.getloadavg()[0] < (os.cpu_count() or 1) / 2
    beside, hit = Seconds(), Seconds()
    with noisy(database_urls, tmp_path, 1000) as scene, peak_memory(scene.pid) as peak:
        neighbour = scene.neighbour
        with neighbour.following():
            for _ in range(ROUNDS):
                with attacked(scene.target, POLITE):
                    add(beside, neighbour.work(SECONDS))
                with attacked(scene.target) as told:
                    add(hit, neighbour.work(SECONDS))
                    did = told()
                time.sleep(RECOVERY_SECONDS)
            after = neighbour.work(SECONDS)
            assert neighbour.lost() == 0
            assert neighbour.errors == []
            assert neighbour.decided > 0
            assert peak.mb < MEMORY_MB_MAX
    if is_quiet:
        assert sorted(neighbour.waited_ms)[int(len(neighbour.waited_ms) * 0.99)] < WAITED_MS_MAX
        assert noticed(beside, hit) == noticed(beside, after) == {}, did


def noticed(beside: Seconds, now: Seconds) -> dict[str, tuple[float, float]]:
    """Which kinds of work took so much longer that people notice: then and now, in ms."""
    before_ms, now_ms = beside.p95_ms(), now.p95_ms()
    return {
        kind: (before_ms[kind], now_ms[kind])
        for kind in KINDS
        if now_ms[kind] > max(TIMES_SLOWER_MAX * before_ms[kind], NOTICED_MS)
    }


def add(to: Seconds, more: Seconds) -> None:
    for kind in KINDS:
        to.of[kind].extend(more.of[kind])
