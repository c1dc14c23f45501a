"""The bundle of a case: everything frozen of it in one file that proves itself."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from api.access import Backed, Working
from infringement_dagster.reviewing.bundles import bundle_pieces, plan_bundle

router = APIRouter(tags=["cases"])


@router.get(
    "/v1/clients/{client_id}/cases/{case_id}/bundle",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def download_bundle(access: Working, backend: Backed, case_id: UUID) -> StreamingResponse:
    """Download all frozen evidence of a case as one zip file, the same bytes each time."""
    with backend.database.client(access.client_id) as connection:
        plan = plan_bundle(connection, access.client_id, case_id)
    return StreamingResponse(
        bundle_pieces(backend.objects, plan),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="evidence-{case_id}.zip"'},
    )
