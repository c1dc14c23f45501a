"""Cases as files: CSV that spreadsheets open without running anything, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, fields
from tempfile import SpooledTemporaryFile
from typing import IO, Literal

import polars as pl
from fastapi import APIRouter
from starlette.responses import StreamingResponse

from api.access import Backed, Working
from api.http.operation_route import OperationRoute
from api.routes.cases import WantedCases
from resources.postgres.cases.case_lists import CaseFilter, CaseSummaryRow, every_case
from resources.postgres.clients.audit import record
from resources.postgres.database import Database
from resources.text import spreadsheet_cell

router = APIRouter(tags=["cases"], route_class=OperationRoute)
ExportFormat = Literal["csv", "parquet"]
COLUMNS = tuple(field.name for field in fields(CaseSummaryRow))
_MEMORY_BYTES_MAX = 8_000_000
_PIECE_BYTES = 65_536
_MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@router.get(
    "/v1/clients/{client_id}/cases-export",
    response_class=StreamingResponse,
    responses={200: {"content": {one.partition(";")[0]: {} for one in _MEDIA_TYPES.values()}}},
)
def export_cases(
    access: Working,
    backend: Backed,
    wanted: WantedCases,
    format: ExportFormat = "csv",
) -> StreamingResponse:
    """Download all cases wanted, newest first, as CSV or Parquet."""
    with backend.database.client(access.client_id) as c:
        doer = access.principal.doer
        record(c, access.client_id, doer, "cases.exported", format=format)
    pieces = (
        csv_pieces(backend.database, access.client_id, wanted)
        if format == "csv"
        else parquet_pieces(backend.database, access.client_id, wanted)
    )
    name = f"cases-{access.client_id}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=_MEDIA_TYPES[format], headers=headers)


def csv_pieces(database: Database, client_id: str, wanted: CaseFilter) -> Iterator[bytes]:
    """The file piece by piece; at most a thousand cases are in memory."""
    yield _csv_lines([COLUMNS])
    with database.client(client_id) as c:
        for batch in every_case(c, client_id, wanted):
            yield _csv_lines([tuple(map(spreadsheet_cell, asdict(row).values())) for row in batch])


def _csv_lines(rows: list[tuple[str, ...]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def parquet_pieces(database: Database, client_id: str, wanted: CaseFilter) -> Iterator[bytes]:
    """The file piece by piece, after it was written to disk as a whole: its index comes last."""
    with SpooledTemporaryFile(_MEMORY_BYTES_MAX) as file:
        _write_parquet(file, database, client_id, wanted)
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _write_parquet(file: IO[bytes], database: Database, client_id: str, wanted: CaseFilter) -> None:
    columns: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(COLUMNS, pl.String)
    columns |= {
        "probability": pl.Float64,
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
    pl.concat(frames).write_parquet(file)
