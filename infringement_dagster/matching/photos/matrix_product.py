"""Matrix products that stay on the thread that asked for them.

BLAS hands a larger product to threads of its own, and where several workers share few cores those
threads spin: a query of the local index then costs 290 ms of CPU time instead of 30.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UNTHREADED = 250_000  # multiply-adds; OpenBLAS asks for help from 262,144 on
# Where OpenBLAS is told to stay alone, few pieces are a quarter faster than many. Not one: it
# would hold a large photo a second time, in four times the bytes.
_IS_ALONE = os.environ.get("OPENBLAS_NUM_THREADS") == "1"
_ENTRIES_AT_ONCE = 2**21


def product(
    left: NDArray[np.floating[Any]] | NDArray[np.uint8], right: NDArray[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """The matrix product in the right factor's precision, in pieces too small for threads."""
    columns = right if _IS_ALONE else np.ascontiguousarray(right)
    result: NDArray[np.floating[Any]] = np.empty((left.shape[0], right.shape[1]), dtype=right.dtype)
    step = _rows_at_once(left.shape[1], right.size)
    for top in range(0, left.shape[0], step):
        piece = left[top : top + step].astype(right.dtype, copy=False)
        np.matmul(piece, columns, out=result[top : top + step])
    return result


def _rows_at_once(row_entries: int, right_entries: int) -> int:
    if _IS_ALONE:
        return max(1, _ENTRIES_AT_ONCE // max(1, row_entries))
    return max(1, _UNTHREADED // max(1, right_entries))
