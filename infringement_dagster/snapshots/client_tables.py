"""The tables of one client that are exported beside its snapshots, and a report's figures.

All times are UTC without a zone, so that whoever reads them needs no calendar.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

import polars as pl

from infringement_dagster.domain.report.figures import Report, figure_document
from infringement_dagster.snapshots.listings import LISTINGS_SCHEMA, Columns
from infringement_dagster.snapshots.photos import PHOTOS_SCHEMA
from infringement_dagster.snapshots.scores import CASES_SCHEMA, SCORES_SCHEMA

ExportName = Literal["cases", "decisions", "notices", "notice_changes", "presences", "credits"]
EXPORT_NAMES: Final[tuple[ExportName, ...]] = get_args(ExportName)

_MOMENT = pl.Datetime("us")
EXPORT_SCHEMAS: Final[dict[ExportName, Columns]] = {
    "cases": {
        "case_id": pl.String,
        "provider": pl.String,
        "listing_id": pl.String,
        "title": pl.String,
        "url": pl.String,
        "seller": pl.String,  # its id, else its name
        "state": pl.String,
        "decision": pl.String,  # the last one before the export's moment
        "probability": pl.Float64,
        "violation_type": pl.String,
        "sampled_chance": pl.Float64,
        "is_by_hand": pl.Boolean,  # a person made a case of it; null in exports of before
        "first_flagged_at": _MOMENT,
    },
    "decisions": {
        "case_id": pl.String,
        "decision_no": pl.Int32,
        "decision": pl.String,
        "decided_at": _MOMENT,
    },
    "notices": {
        "notice_id": pl.String,
        "case_id": pl.String,
        "channel": pl.String,
        "created_at": _MOMENT,
    },
    "notice_changes": {
        "notice_id": pl.String,
        "change_no": pl.Int32,
        "state": pl.String,
        "changed_at": _MOMENT,
    },
    "presences": {
        "case_id": pl.String,
        "presence_no": pl.Int32,
        "presence": pl.String,
        "noticed_at": _MOMENT,
    },
    "credits": {
        "day": pl.Date,
        "provider": pl.String,
        "requests": pl.Int64,
        "credits": pl.Int64,
    },
}
SNAPSHOT_SCHEMAS: Final[dict[str, Columns]] = {
    "raw_listings": LISTINGS_SCHEMA,
    "image_hashes": PHOTOS_SCHEMA,
    "scores": SCORES_SCHEMA,
    "flagged_cases": CASES_SCHEMA,
}
_FIGURES_SCHEMA: Columns = {
    "client_id": pl.String,
    "report_week": pl.Date,
    "as_of": _MOMENT,
    "measure": pl.String,
    "week": pl.String,
    "part": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "counted": pl.Int64,
    "absent_because": pl.String,
}


def export_parquet(name: ExportName, rows: Sequence[Mapping[str, object]]) -> bytes:
    """The table as Parquet; the same rows make the same bytes."""
    return _parquet(pl.DataFrame(rows, schema=EXPORT_SCHEMAS[name]))


def empty_parquet(schema: Columns) -> bytes:
    """A table with these columns and no rows, so that a view has columns where no file is."""
    return _parquet(pl.DataFrame(schema=schema))


def figures_parquet(report: Report) -> bytes:
    """The report's figures as Parquet, one row each."""
    beside = {
        "client_id": report.client_id,
        "report_week": report.week,
        "as_of": report.as_of.replace(tzinfo=None),
    }
    rows = [beside | figure_document(figure) for figure in report.figures]
    frame = pl.DataFrame(rows, schema=_FIGURES_SCHEMA)
    return _parquet(frame.with_columns(pl.col("week").str.to_date()))


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()
