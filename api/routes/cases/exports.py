"""Cases as files: asked for, made beside the requests, fetched for a day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from api.access import Allowed
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.jobs.asking import JobDocument, Prefer
from api.jobs.made_files import asked_file, file_job, made_file
from api.jobs.orders import MEDIA_TYPES, ExportFormat, ExportOrder
from api.routes.cases.case_filter import WantedCases
from resources.postgres.clients.audit import record

router = APIRouter(tags=["cases"], route_class=OperationRoute)
_FILES: dict[str, Any] = {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()}
_BUNDLE: dict[str, Any] = {"application/zip": {}}


@router.get(
    "/v1/clients/{client_id}/cases-export",
    response_class=StreamingResponse,
    responses={
        200: {"content": _FILES},
        202: {"model": JobDocument, "description": "It is being made."},
    },
)
def export_cases(
    access: Allowed,
    backend: Backed,
    wanted: WantedCases,
    format: ExportFormat = "csv",
    prefer: Prefer = None,
) -> Response:
    """Download all cases wanted, newest first, as CSV or Parquet."""
    client_id = access.client_id
    with backend.database.client(client_id) as c:
        record(c, client_id, access.principal.doer, "cases.exported", format=format)
    return asked_file(backend, access, ExportOrder(format=format, wanted=wanted), prefer)


@router.get("/v1/clients/{client_id}/exports/{job_id}")
def get_export(access: Allowed, backend: Backed, job_id: UUID) -> JobDocument:
    """Say whether an export or a bundle is made; its file is then at `file` below."""
    return file_job(backend, access.client_id, job_id)


@router.get(
    "/v1/clients/{client_id}/exports/{job_id}/file",
    response_class=StreamingResponse,
    responses={200: {"content": _FILES | _BUNDLE}},
)
def download_export(access: Allowed, backend: Backed, job_id: UUID) -> Response:
    """Download an export or a bundle that is made."""
    return made_file(backend, access.client_id, job_id)
