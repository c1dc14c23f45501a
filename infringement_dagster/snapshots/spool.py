"""The frame of a step that grows portion by portion, kept packed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

PACKED_AT_ONCE = 500  # rows; 50 at a time take a third more memory and CPU


@dataclass(slots=True)
class Spool:
    """Frames of one schema in the order added; 10,000 scores take 0.7 MB so, as frames 22 MB."""

    schema: pl.DataFrame  # without rows
    height: int = 0
    _packed: list[bytes] = field(default_factory=list)
    _waiting: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Guarantees that the frame's rows come back after those added before."""
        self.height += frame.height
        self._waiting.append(frame)
        if sum(waiting.height for waiting in self._waiting) >= PACKED_AT_ONCE:
            self._pack()

    def unpacked(self) -> pl.LazyFrame:
        """All rows added, unpacked portion by portion when they are collected."""
        self._pack()
        return pl.concat([self.schema.lazy(), *map(pl.scan_parquet, self._packed)])

    def portions(self) -> Iterator[pl.DataFrame]:
        """All rows added, one portion unpacked at a time."""
        yield from (pl.read_parquet(packed) for packed in self._packed)
        yield from self._waiting

    def _pack(self) -> None:
        if not self._waiting:
            return
        buffer = io.BytesIO()
        pl.concat(self._waiting).write_parquet(buffer, statistics=False)
        self._packed.append(buffer.getvalue())
        self._waiting.clear()
