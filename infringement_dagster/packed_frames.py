"""Frames that wait, packed, until all of a step's are wanted as one.

Belongs here: packing and unpacking. Not here: snapshots, which outlive the step (`snapshot_io.py`).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import polars as pl


@dataclass(slots=True)
class PackedFrames:
    """Frames of one schema in the order added; 10,000 scores take 0.5 MB so, as frames 20 MB."""

    _packed: list[bytes] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Guarantees that the frame's rows come back after those added before."""
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd", statistics=False)
        self._packed.append(buffer.getvalue())

    def unpacked(self) -> pl.DataFrame:
        """All rows added, as one frame; at least one frame has been added."""
        return pl.concat(map(pl.read_parquet, self._packed))
