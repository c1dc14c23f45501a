"""The logs of a stack's processes: kept small, and searched for what went wrong."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from resources.processes.background import in_background

LOG_BYTES_MAX = 5_000_000  # each; one older part of it is kept beside it
_LOOK_SECONDS = 30.0
_TAIL_BYTES = 20_000
_TROUBLE = re.compile(r"error|exception|refused|denied|no space|killed|traceback", re.IGNORECASE)
_SEARCHED = (
    "daemon.log",
    "code-server.log",
    "sandbox.log",
)  # in the order in which a run needs them
_LINE_CHARS_MAX = 300


def last_error(logs: Path) -> str:
    """The newest line about trouble in the logs and where it is, else where to look; one line."""
    for name in _SEARCHED:
        for line in reversed(_tail(logs / name)):
            if _TROUBLE.search(line):
                return f"{logs / name} says: {line.strip()[:_LINE_CHARS_MAX]}"
    return f"the logs in {logs} name no error; {_SEARCHED[0]} tells what is waited for"


def _tail(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []


@contextmanager
def kept_small(logs: Path, *, look_seconds: float = _LOOK_SECONDS) -> Iterator[None]:
    """Guarantees that no log grows far beyond its limit until the block ends."""

    def look(stopping: threading.Event) -> None:
        while not stopping.wait(look_seconds):
            turn_over(logs)

    with in_background(look, "log rotation"):
        yield


def turn_over(logs: Path, bytes_max: int = LOG_BYTES_MAX) -> None:
    """Guarantees that each log above the limit begins anew, its content in `NAME.log.1`.

    The processes hold their logs open for appending, so the file is emptied, not replaced.
    """
    for path in logs.glob("*.log"):
        with suppress(OSError):  # no space for the copy: the log goes on
            if path.stat().st_size > bytes_max:
                shutil.copy2(path, path.with_suffix(".log.1"))
                with path.open("r+b") as file:
                    file.truncate(0)
