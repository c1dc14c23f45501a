"""Processes that end while a test looks at them."""

from __future__ import annotations

import psutil


def command_of(process: psutil.Process) -> list[str]:
    """The words that it was started with; none where it has ended, a zombie included."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
