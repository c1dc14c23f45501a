"""The library `faiss`, loaded where it is first used.

It takes 20 MB, which processes that compare no photos, such as the API's own, do without.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType


@cache
def loaded_faiss() -> ModuleType:
    """The library with one thread.

    Its own threads spin where several workers share few cores, and do not survive a fork.
    """
    import faiss  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    return faiss
