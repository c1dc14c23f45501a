"""Cases as files: CSV that spreadsheets open without running anything, and Parquet."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields
from pathlib import Path

import polars as pl

from api.jobs.orders import ExportFormat
from resources.postgres.cases.case_lists import CaseFilter, CaseSummaryRow, every_case
from resources.postgres.database import Database
from resources.text import spreadsheet_cell

COLUMNS = tuple(field.name for field in fields(CaseSummaryRow))


def write_cases(
    path: Path, format: ExportFormat, database: Database, client_id: str, wanted: CaseFilter
) -> None:
    """Guarantees a file with all cases wanted, newest first."""
    write = _write_csv if format == "csv" else _write_parquet
    write(path, database, client_id, wanted)


def _write_csv(path: Path, database: Database, client_id: str, wanted: CaseFilter) -> None:
    with path.open("w", newline="", encoding="utf-8") as file, database.client(client_id) as c:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for batch in every_case(c, client_id, wanted):
            lines.writerows(tuple(map(spreadsheet_cell, asdict(row).values())) for row in batch)


def _write_parquet(path: Path, database: Database, client_id: str, wanted: CaseFilter) -> None:
    columns: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(COLUMNS, pl.String)
    columns |= {
        "probability": pl.Float64,
        "sampled_chance": pl.Float64,
        "set_aside": pl.Boolean,
        "search_place": pl.Int64,
        "version": pl.Int64,
        "config_version": pl.Int64,
        "first_flagged_at": pl.Datetime("us", "UTC"),
        "last_flagged_at": pl.Datetime("us", "UTC"),
        "price_low": pl.Decimal(38, 2),
        "price_high": pl.Decimal(38, 2),
    }
    frames = [pl.DataFrame(schema=columns)]
    with database.client(client_id) as c:
        for batch in every_case(c, client_id, wanted):
            rows = [
                asdict(row) | {"case_id": str(row.case_id), "scan_id": str(row.scan_id)}
                for row in batch
            ]
            frames.append(pl.DataFrame(rows, schema=columns))
    pl.concat(frames).write_parquet(path)
