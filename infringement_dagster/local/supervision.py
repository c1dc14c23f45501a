"""Keeps a process running: one that dies is started again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from infringement_dagster.domain.errors import InfringementError
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.processes.background import in_background
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

    def begin_to_stop(self) -> None:
        """Guarantees that the command is being stopped, without a wait."""
        self._stopping.set()

    def stop(self) -> None:
        """Guarantees that the command and all that it started are gone."""
        self.begin_to_stop()
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


@contextmanager
def kept_running(server: EmbeddedPostgres, say: Callable[[str], None]) -> Iterator[None]:
    """Guarantees that the server is started again, and that this is said, until the block ends."""

    def watch(stopping: threading.Event) -> None:
        while not stopping.wait(_LOOK_SECONDS):
            if not server.is_running():
                stopping.wait(0.0 if _started_again(server, say) else _LONGEST_PAUSE_SECONDS)

    with in_background(watch, "database supervision"):
        yield


def _started_again(server: EmbeddedPostgres, say: Callable[[str], None]) -> bool:
    say("the embedded PostgreSQL has died; starting it again")
    try:
        server.start()
    except InfringementError as error:
        say(f"it does not start, the next try is in {_LONGEST_PAUSE_SECONDS:g} s: {error}")
        return False
    say("the embedded PostgreSQL runs again; what it had committed is there")
    return True
