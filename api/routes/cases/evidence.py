"""Frozen copies of a case: one by one, or all in one signed file with the key that checks it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.observability import Metrics
from api.http.operation_route import OperationRoute
from api.http.problems import UNKNOWN_ITEM, Problem
from api.http.schemas import Document
from infringement_dagster.evidence.signature import SigningKey
from infringement_dagster.reviewing.bundle_stamps import Stamping
from infringement_dagster.reviewing.bundles import BundleMaker, plan_bundle
from resources.postgres.cases import evidence_store
from resources.postgres.clients.audit import record
from resources.settings import Settings
from resources.signing.installation_key import installation_key
from resources.signing.time_stamp_authority import time_stamp_authority

router = APIRouter(tags=["cases"], route_class=OperationRoute)


def signing_key() -> SigningKey:
    """The installation's key; raises UnusableSigningKey."""
    return installation_key(Settings())


def stamping(request: Request) -> Stamping:
    """Who stamps bundles with the time; each outcome is counted in the metrics."""
    metrics: Metrics = request.app.state.metrics
    return Stamping(time_stamp_authority(Settings()), metrics.count_stamp)


Signing = Annotated[SigningKey, Depends(signing_key)]
Stamped = Annotated[Stamping, Depends(stamping)]


class EvidenceKeyDocument(Document):
    """The public key of this installation's signatures."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    fingerprint: str = Field(description="SHA-256 of the key in DER, as hex.")
    public_key: str = Field(description="The key in PEM.")


@router.get("/v1/evidence-key")
def get_evidence_key(key: Signing) -> EvidenceKeyDocument:
    """Read the public key that bundles of this installation are signed with; open to anybody."""
    public = key.public
    return EvidenceKeyDocument(fingerprint=public.fingerprint, public_key=public.pem.decode())


@router.get(
    "/v1/clients/{client_id}/cases/{case_id}/bundle",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def download_bundle(
    access: Allowed, backend: Backed, key: Signing, stamps: Stamped, case_id: UUID
) -> StreamingResponse:
    """Download all frozen evidence of a case as one signed zip file, the same bytes each time."""
    with backend.database.client(access.client_id) as connection:
        plan = plan_bundle(connection, access.client_id, case_id)
        doer = access.principal.doer
        record(connection, access.client_id, doer, "bundle.exported", str(case_id))
    return StreamingResponse(
        BundleMaker(backend.objects, key, backend.decoder, stamps).pieces(plan),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="evidence-{case_id}.zip"'},
    )


@router.get(
    "/v1/clients/{client_id}/cases/{case_id}/evidence/{evidence_no}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_evidence(
    scope: InClient,
    backend: Backed,
    case_id: UUID,
    evidence_no: Annotated[int, Path(ge=1, le=10_000)],
) -> Response:
    """Download a frozen copy exactly as it was captured; its SHA-256 is the ETag."""
    rows = evidence_store.evidence_of(scope.connection, scope.client_id, case_id)
    if evidence_no > len(rows):
        detail = f"client {scope.client_id}: case {case_id} has no evidence {evidence_no}"
        raise Problem(UNKNOWN_ITEM, detail)
    row = rows[evidence_no - 1]
    doer = scope.principal.doer
    record(
        scope.connection, scope.client_id, doer, "evidence.exported", str(case_id), kind=row.kind
    )
    return Response(
        backend.objects.get(row.object_key),
        media_type="application/octet-stream",
        headers={
            "ETag": f'"{row.sha256}"',
            "Content-Disposition": f'attachment; filename="{row.kind}-{row.sha256[:16]}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
