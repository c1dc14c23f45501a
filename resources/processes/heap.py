"""The C library's heap: how much freed memory a process keeps. Nothing where it is not glibc."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from functools import cache
from typing import Final

# glibc keeps freed memory apart for each of up to eight threads a core: with two such places for
# all, the API's peak under attack was 527 and 591 MB instead of 606.
_ARENAS_MAX = 2
_M_ARENA_MAX = -8  # glibc's number of the option
# In the environment of a process that polars runs in: its allocator, a jemalloc of its own, gives
# freed memory back at once. Each Parquet file of 20,000 cases left 17 MB behind.
GIVES_BACK: Final[Mapping[str, str]] = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0"}


def limit_arenas() -> None:
    """Guarantees few places for freed memory, however many threads follow; call it before them."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, _ARENAS_MAX)


def give_back_freed() -> None:
    """Guarantees that whole pages that were freed are the system's again; it takes 1 to 5 ms."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None
