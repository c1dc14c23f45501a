"""Frozen copies of a case: one by one, or all in one signed file with the key that checks it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.problems import UNKNOWN_ITEM, Problem
from api.http.schemas import Document
from api.jobs.asking import JobDocument, Prefer
from api.jobs.made_files import asked_file
from api.jobs.orders import BundleOrder
from infringement_dagster.evidence.signature import SigningKey
from infringement_dagster.reviewing.bundles import check_has_bundle
from resources.postgres.cases import evidence_store
from resources.postgres.clients.audit import record
from resources.settings import Settings
from resources.signing.installation_key import installation_key

router = APIRouter(tags=["cases"], route_class=OperationRoute)


def signing_key() -> SigningKey:
    """The installation's key; raises UnusableSigningKey."""
    return installation_key(Settings())


Signing = Annotated[SigningKey, Depends(signing_key)]


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
    responses={
        200: {"content": {"application/zip": {}}},
        202: {"model": JobDocument, "description": "It is being made."},
    },
)
def download_bundle(
    access: Allowed, backend: Backed, case_id: UUID, prefer: Prefer = None
) -> Response:
    """Download all frozen evidence of a case as one signed zip file, the same bytes each time."""
    with backend.database.client(access.client_id) as connection:
        check_has_bundle(connection, access.client_id, case_id)
        doer = access.principal.doer
        record(connection, access.client_id, doer, "bundle.exported", str(case_id))
    return asked_file(backend, access, BundleOrder(case_id=case_id), prefer)


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
