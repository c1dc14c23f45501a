from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from infringement_dagster.local.supervision import KeptAlive
from resources.processes.guarded import start_guarded
from tests.support.waiting import until

# Ends a second after it is told to, and says when it was told and when it ended.
SLOW_TO_END = """
import pathlib, signal, sys, threading, time
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())
log = pathlib.Path(sys.argv[1])
log.write_text("ready")
while not told.wait(0.05):
    pass
at = time.monotonic()
time.sleep(1)
log.write_text(f"{at} {time.monotonic()}")
"""


def slow_to_end(log: Path) -> KeptAlive:
    start = partial(start_guarded, [sys.executable, "-c", SLOW_TO_END, str(log)])
    kept = KeptAlive(start(), start)
    until(lambda: log.exists() and log.read_text() == "ready")
    return kept


def test_processes_that_are_told_to_stop_end_side_by_side(tmp_path: Path) -> None:
    logs = [tmp_path / "one", tmp_path / "other"]
    kept = [slow_to_end(log) for log in logs]
    for process in kept:
        process.begin_to_stop()
    for process in kept:
        process.stop()
    (told, ended), (other_told, other_ended) = (map(float, log.read_text().split()) for log in logs)
    assert told < other_ended
    assert other_told < ended
