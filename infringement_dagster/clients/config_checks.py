"""Config documents checked in processes of their own, so that none holds up who else is served.

A check that hangs is ended by its own alarm, and no thread of the asker waits longer for it.
"""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection

from infringement_dagster.clients.config_faults import ConfigFault
from infringement_dagster.domain.errors import TransientError
from resources.settings import PROJECT_DIR

CHECKS_AT_ONCE = 2
CHECK_SECONDS = 5.0  # 1 MiB of the worst shape takes 0.4
_START_SECONDS = 30.0  # its imports, on a machine that is busy
_PROCESS = "infringement_dagster.clients.config_check_process"


class CheckNotDone(TransientError):
    """A document was not checked in its time, or its process ended: nothing is known about it."""


class ConfigChecks:
    """At most two processes, started when needed; one is ended by a check that takes too long."""

    def __init__(self, *, seconds: float = CHECK_SECONDS, process: str = _PROCESS) -> None:
        self._seconds = seconds
        self._process = process
        # Last in, first out: who saves now and then keeps one process, not two.
        self._free: queue.LifoQueue[_Checker | None] = queue.LifoQueue()
        for _ in range(CHECKS_AT_ONCE):
            self._free.put(None)

    def faults_of(self, document: Mapping[str, object]) -> list[ConfigFault]:
        """The faults of the document; raises CheckNotDone."""
        content = json.dumps(document).encode()
        checker = self._free.get()
        answered = False
        try:
            if checker is None or not checker.is_running:
                checker = _Checker(self._process, self._seconds)
            faults = checker.ask(content, self._seconds + _START_SECONDS)
            answered = True
        except (OSError, EOFError) as error:
            raise CheckNotDone(
                f"a config of {len(content)} bytes was not checked within {self._seconds:g} s, "
                "or its process ended; try again, or send a smaller one"
            ) from error
        finally:
            if checker is not None and not answered:
                checker.end()
            self._free.put(checker if answered else None)
        return [ConfigFault(pointer, message) for pointer, message in faults]

    def close(self) -> None:
        """Ends the processes that wait for a question."""
        waiting: list[_Checker | None] = []
        with suppress(queue.Empty):
            while True:
                waiting.append(self._free.get_nowait())
        for checker in waiting:
            if checker is not None:
                checker.end()
            self._free.put(None)


def _environment() -> dict[str, str]:
    """No secret of ours; whoever asks and who checks find the same packages."""
    found = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    return {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", **found}


class _Checker:
    """One process, for one question at a time."""

    def __init__(self, process: str, seconds: float) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, run without a shell
                [sys.executable, "-m", process, str(seconds)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=PROJECT_DIR,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C is for us; the socket's end is for it
            )
        self._asked = Connection(ours.detach())

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def ask(self, content: bytes, seconds_max: float) -> list[tuple[str, str]]:
        """The faults; raises OSError and EOFError."""
        self._asked.send_bytes(content)
        if not self._asked.poll(seconds_max):
            raise TimeoutError(f"no answer within {seconds_max:g} s")
        faults: list[tuple[str, str]] = json.loads(self._asked.recv_bytes())
        return faults

    def end(self) -> None:
        """Guarantees that the process has gone."""
        self._asked.close()
        self._process.kill()
        self._process.wait()
