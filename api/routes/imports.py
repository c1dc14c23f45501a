"""Files of listings that a client brings: imported row by row, read by scans of `file`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from psycopg import Connection
from starlette.responses import StreamingResponse

from api.access import Allowed, InClient
from api.backend import Backed, Backend
from api.http import names
from api.http.bodies import FileBody
from api.http.cursors import list_tag, moment_and_id, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, NonEmptyText, Page
from api.jobs.imports import imported
from infringement_dagster.collecting.import_listings import (
    first_faults,
    is_searched,
)
from resources.objects.keys import imported_faults_key
from resources.postgres.clients.principals import principal_names
from resources.postgres.listings import import_store
from resources.postgres.listings.import_store import ImportRow
from resources.providers.files.columns import FaultReason

router = APIRouter(tags=["listings"], route_class=OperationRoute)
FAULTS_TOLD = 100
_NDJSON = "application/x-ndjson"
_FILE_TYPES = ("text/csv", _NDJSON, "application/vnd.apache.parquet")
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in _FILE_TYPES
        },
    }
}


class FaultDocument(Document):
    """A row that is no listing of the import."""

    line: int
    reason: FaultReason
    detail: str


class ImportDocument(Document):
    """A file of listings that was imported."""

    import_id: UUID
    name: str
    file_name: str
    sha256: str
    row_count: int
    stored: int
    skipped: int
    failed: int
    unread_columns: list[str]
    imported_by: str
    imported_by_name: str
    imported_at: datetime


class ImportReport(ImportDocument):
    """An import with its first faults."""

    is_searched: bool
    faults: list[FaultDocument]


@router.post("/v1/clients/{client_id}/listings:import", openapi_extra=_FILE_BODY)
def import_listings(
    access: Allowed,
    backend: Backed,
    file: FileBody,
    file_name: Annotated[NonEmptyText, Query(examples=["kelmarkt.csv"])],
    name: Annotated[
        NonEmptyText | None,
        Query(
            description="What searches call it, the file's name without its ending unless told; "
            "a later file of the name replaces it there.",
            examples=["kelmarkt"],
        ),
    ] = None,
) -> ImportReport:
    """Import the CSV, JSON Lines or Parquet in the body; the same file again changes nothing."""
    client_id = access.client_id
    import_id = imported(backend, access, file, file_name, name)
    with backend.database.client(client_id) as c:
        return _report(c, backend, client_id, import_store.get_import(c, client_id, import_id))


@router.get("/v1/clients/{client_id}/imports")
def list_imports(scope: InClient, limit: Limit = 50, cursor: Cursor = None) -> Page[ImportDocument]:
    """List imported files, newest first."""
    tag = list_tag(scope.client_id, "imports")
    after = moment_and_id(read_cursor(tag, cursor, 2)) if cursor else None
    rows = import_store.list_imports(scope.connection, scope.client_id, limit, after)
    last = rows[-1] if len(rows) == limit else None
    return Page(
        items=names.named_documents(ImportDocument, scope, rows, "imported_by"),
        next_cursor=last and write_cursor(tag, [last.imported_at.isoformat(), str(last.import_id)]),
    )


@router.get("/v1/clients/{client_id}/imports/{import_id}")
def get_import(scope: InClient, backend: Backed, import_id: UUID) -> ImportReport:
    """Read what an import came to."""
    kept = import_store.get_import(scope.connection, scope.client_id, import_id)
    return _report(scope.connection, backend, scope.client_id, kept)


@router.get(
    "/v1/clients/{client_id}/imports/{import_id}/faults",
    response_class=StreamingResponse,
    responses={200: {"content": {_NDJSON: {}}}},
)
def download_faults(access: Allowed, backend: Backed, import_id: UUID) -> StreamingResponse:
    """Download all rows that are no listings, a JSON document a line, in the file's order."""
    with backend.database.client(access.client_id) as c:
        kept = import_store.get_import(c, access.client_id, import_id)
    key = imported_faults_key(access.client_id, kept.sha256, kept.reading)
    headers = {"Content-Disposition": f'attachment; filename="faults-{import_id}.jsonl"'}
    return StreamingResponse(backend.objects.pieces(key), media_type=_NDJSON, headers=headers)


def _report(c: Connection, backend: Backend, client_id: str, kept: ImportRow) -> ImportReport:
    faults = first_faults(backend.objects, client_id, kept, FAULTS_TOLD)
    named = principal_names(c, client_id, [kept.imported_by])
    return ImportReport.model_validate(
        asdict(kept)
        | {
            "imported_by_name": named[kept.imported_by],
            "is_searched": is_searched(c, client_id, kept.name),
            "faults": [asdict(fault) for fault in faults],
        }
    )
