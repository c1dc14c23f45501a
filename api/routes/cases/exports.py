"""Cases as files: asked for, made beside the requests, fetched for a day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.access import Allowed
from api.backend import Backed, Backend
from api.http.operation_route import OperationRoute
from api.jobs.asking import JobDocument, Prefer, ask, job_of, key_of, waited_for, wants_no_wait
from api.jobs.orders import MEDIA_TYPES, ExportFormat, ExportOrder
from api.routes.cases.case_filter import WantedCases
from resources.postgres.clients.audit import record

router = APIRouter(tags=["cases"], route_class=OperationRoute)
_FILES: dict[str, Any] = {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()}


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
    job_id = ask(backend, access, ExportOrder(format=format, wanted=wanted))
    location = f"/v1/clients/{client_id}/exports/{job_id}"
    if wants_no_wait(prefer):
        job = JobDocument.model_validate(job_of(backend, client_id, job_id, "export"))
        return JSONResponse(job.model_dump(mode="json"), 202, {"Location": location})
    key = waited_for(backend, client_id, job_id, location)
    return _file(backend, client_id, format, key)


@router.get("/v1/clients/{client_id}/exports/{job_id}")
def get_export(access: Allowed, backend: Backed, job_id: UUID) -> JobDocument:
    """Say whether an export is made; its file is then at `file` below."""
    return JobDocument.model_validate(job_of(backend, access.client_id, job_id, "export"))


@router.get(
    "/v1/clients/{client_id}/exports/{job_id}/file",
    response_class=StreamingResponse,
    responses={200: {"content": _FILES}},
)
def download_export(access: Allowed, backend: Backed, job_id: UUID) -> StreamingResponse:
    """Download an export that is made."""
    client_id = access.client_id
    job = job_of(backend, client_id, job_id, "export")
    order = ExportOrder.model_validate(job.request)
    key = key_of(job, f"/v1/clients/{client_id}/exports/{job_id}")
    return _file(backend, client_id, order.format, key)


def _file(backend: Backend, client_id: str, format: ExportFormat, key: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="cases-{client_id}.{format}"'}
    pieces = backend.objects.pieces(key)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[format], headers=headers)
