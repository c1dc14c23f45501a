"""Frames with a column of lists of records, built field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl

Record: TypeAlias = Mapping[str, object]
Columns: TypeAlias = dict[str, pl.DataType | type[pl.DataType]]


def frame_with_lists(
    rows: Sequence[Record],
    lists: Sequence[Sequence[Record]],
    schema: Columns,
    *,
    name: str,
    record: pl.Struct,
) -> pl.DataFrame:
    """One row for each of `rows`; `lists` has its records for the column `name`.

    polars makes the same frame of dicts within dicts, but keeps 10 kB a row of 16 hashes; this
    way it is 3.
    """
    row_numbers = [number for number, records in enumerate(lists) for _ in records]
    records = [one for some in lists for one in some]
    fields = {field.name: field.dtype for field in record.fields}
    flat = pl.DataFrame(
        {"row": row_numbers, **{field: [one[field] for one in records] for field in fields}},
        schema={"row": pl.UInt32, **fields},
    )
    listed = flat.group_by("row", maintain_order=True).agg(pl.struct(*fields).alias(name))
    plain = {column: dtype for column, dtype in schema.items() if column != name}
    frame = pl.DataFrame(
        {column: [row.get(column) for row in rows] for column in plain}, schema=plain
    )
    joined = frame.with_row_index("row").join(listed, on="row", how="left", maintain_order="left")
    empty = pl.lit([], dtype=pl.List(record))
    return joined.select(pl.col(name).fill_null(empty) if c == name else c for c in schema)
