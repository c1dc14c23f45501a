"""Frames as Parquet files in memory, in groups of rows that are read one by one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

ROW_GROUP_ROWS: Final = 1000  # the writer holds a group uncoded: of 10,000 photos that is 30 MB


def parquet_of(frame: pl.LazyFrame) -> bytes:
    """The frame's rows in their order, with statistics of each group."""
    buffer = io.BytesIO()
    frame.sink_parquet(buffer, compression="zstd", statistics=True, row_group_size=ROW_GROUP_ROWS)
    return buffer.getvalue()


def scanned(content: bytes) -> pl.LazyFrame:
    """The rows, read when they are collected; raises `PolarsError` where it is no Parquet."""
    import polars as pl  # noqa: PLC0415 - importing polars starts threads, forbidden before a fork

    return pl.scan_parquet(io.BytesIO(content))
