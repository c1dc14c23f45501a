"""Imports polars without the three threads that it starts, and starts them in each forked process.

Two threads are its allocator's, which an environment variable forbids. The third is started by one
private function, which polars calls once while it is imported and which is held back until a fork.
Where polars has changed, nothing is held back and nothing imported: each run imports it by itself.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_RUNTIME = "_polars_runtime_32"
_START = "__register_startup_deps"
# Freed pages go back at once. With polars' own 500 and 1000 ms they stay while nothing is
# allocated, and a run of 10,000 listings peaks 20 MiB higher. It costs 0.05 of 60 CPU seconds.
ALLOCATOR = "dirty_decay_ms:0,muzzy_decay_ms:0,background_thread:false"


def import_before_fork() -> bool:
    """True when polars is imported, this process has no more threads, and its children will."""
    if find_spec(_RUNTIME) is None:
        return False
    os.environ["_RJEM_MALLOC_CONF"] = ALLOCATOR
    native = importlib.import_module(f"{_RUNTIME}._polars_runtime")
    if not hasattr(native, _START):
        return False
    _import_held_back(native, getattr(native, _START))
    return True


def _import_held_back(native: ModuleType, start: Callable[..., None]) -> None:
    held: list[tuple[Any, ...]] = []
    setattr(native, _START, lambda *arguments: held.append(arguments))
    try:
        importlib.import_module("polars")
    finally:
        setattr(native, _START, start)
    for arguments in held:
        os.register_at_fork(after_in_child=partial(start, *arguments))
