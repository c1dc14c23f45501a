"""Files that jobs made: asked for, waited for, and answered with as a download."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from starlette.responses import JSONResponse, Response, StreamingResponse

from api.access import ClientAccess
from api.backend import Backend
from api.jobs.asking import JobDocument, ask, job_of, key_of, waited_for, wants_no_wait
from api.jobs.orders import MEDIA_TYPES, BundleOrder, ExportOrder

FileOrder: TypeAlias = BundleOrder | ExportOrder


def asked_file(
    backend: Backend, access: ClientAccess, order: FileOrder, prefer: str | None
) -> Response:
    """The file once it is made or, to those who would not wait, its job; raises Problem."""
    client_id = access.client_id
    job_id = ask(backend, access, order)
    location = _location(client_id, job_id)
    if wants_no_wait(prefer):
        job = file_job(backend, client_id, job_id)
        return JSONResponse(job.model_dump(mode="json"), 202, {"Location": location})
    return _file(backend, client_id, order, waited_for(backend, client_id, job_id, location))


def file_job(backend: Backend, client_id: str, job_id: UUID) -> JobDocument:
    """How far the job is that makes a file; raises UnknownJob."""
    return JobDocument.model_validate(job_of(backend, client_id, job_id, "bundle", "export"))


def made_file(backend: Backend, client_id: str, job_id: UUID) -> Response:
    """The file that the job made; raises UnknownJob, and Problem where there is none yet."""
    job = job_of(backend, client_id, job_id, "bundle", "export")
    kind = BundleOrder if job.kind == "bundle" else ExportOrder
    key = key_of(job, _location(client_id, job_id))
    return _file(backend, client_id, kind.model_validate(job.request), key)


def _location(client_id: str, job_id: UUID) -> str:
    return f"/v1/clients/{client_id}/exports/{job_id}"


def _file(backend: Backend, client_id: str, order: FileOrder, key: str) -> StreamingResponse:
    if isinstance(order, BundleOrder):
        name, media_type = f"evidence-{order.case_id}.zip", "application/zip"
    else:
        name, media_type = f"cases-{client_id}.{order.format}", MEDIA_TYPES[order.format]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(backend.objects.pieces(key), media_type=media_type, headers=headers)
