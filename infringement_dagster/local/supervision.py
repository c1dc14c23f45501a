"""Keeps a process running: one that dies is started again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from infringement_dagster.domain.errors import InfringementError
from resources.processes.guarded import GuardedProcess

_LOOK_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_HEALTHY_SECONDS = 60.0


class KeptAlive:
    """A command that runs until `stop`, in as many processes as that takes."""

    def __init__(self, process: GuardedProcess, start: Callable[[], GuardedProcess]) -> None:
        self._process = process
        self._start = start
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="supervision", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Guarantees that the command and all that it started are gone."""
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        pause_seconds, started_at = _FIRST_PAUSE_SECONDS, time.monotonic()
        while not self._stopping.wait(_LOOK_SECONDS):
            if self._process.poll() is None:
                continue
            if time.monotonic() - started_at > _HEALTHY_SECONDS:
                pause_seconds = _FIRST_PAUSE_SECONDS
            if self._stopping.wait(pause_seconds):
                break
            pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
            started_at = time.monotonic()
            try:
                self._process = self._start()
            except InfringementError:
                continue  # the system has no room for a process at the moment
        self._process.stop()
