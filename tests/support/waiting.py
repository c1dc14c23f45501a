"""Waits in tests for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS_MAX = 60.0  # on a machine that does much else


def until(condition: Callable[[], bool]) -> None:
    """Guarantees that the condition holds; fails where it does not in time."""
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
