"""Locks between processes on files, given up by the system when their holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def lock(path: Path, kind: int) -> int:
    """A descriptor that holds the lock (`fcntl.LOCK_SH` or `LOCK_EX`) until it is closed.

    Waits for it, and holds it on the file that has this name by then, not on one deleted meanwhile.
    """
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, kind)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)


def becomes_exclusive(descriptor: int) -> bool:
    """True when a shared lock is exclusive from here on; else it may be lost: close it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside; the file is created where it is missing."""
    descriptor = lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)
