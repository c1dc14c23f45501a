"""Test purchases at a case: what was ordered, photos of what arrived, and what came of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi import Response as HeadersOf
from starlette.responses import Response

from api.access import Allowed, ClientAccess, InClient
from api.backend import Backed
from api.http.bodies import RawBody
from api.http.documents.purchases import (
    NewOutcome,
    NewPurchase,
    PurchaseDocument,
    purchase_documents,
)
from api.http.operation_route import OperationRoute
from api.http.photo_headers import PHOTO_HEADERS
from api.http.schemas import Page
from api.routes.clients.references import PHOTO_TYPES
from infringement_dagster.domain.acting.purchases import Purchase
from infringement_dagster.flagging.purchases.arrive import PurchasePhotos, shown_photo
from infringement_dagster.flagging.purchases.conclude import PurchaseConclusion
from infringement_dagster.flagging.purchases.record import (
    found_purchase,
    purchases_at,
    record_purchase,
)
from infringement_dagster.photos.previews import MEDIA_TYPE, SidePx

router = APIRouter(tags=["cases"], route_class=OperationRoute)
_AT = "/v1/clients/{client_id}/cases/{case_id}/test-purchases"
_PHOTO_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in PHOTO_TYPES
        },
    }
}


@router.get(_AT)
def list_purchases(scope: InClient, case_id: UUID) -> Page[PurchaseDocument]:
    """List a case's test purchases, the first one first."""
    c, client_id = scope.connection, scope.client_id
    purchases = purchases_at(c, client_id, case_id)
    return Page(items=purchase_documents(c, client_id, purchases), next_cursor=None)


@router.post(_AT, status_code=201)
def record_case_purchase(
    scope: InClient, response: HeadersOf, case_id: UUID, wanted: NewPurchase
) -> PurchaseDocument:
    """Record a test purchase; a case has one of each order number, so asking again is safe."""
    c, client_id = scope.connection, scope.client_id
    purchase = record_purchase(c, client_id, case_id, wanted.to_order(), scope.principal.doer)
    at = _AT.format(client_id=client_id, case_id=case_id)
    response.headers["Location"] = f"{at}/{purchase.purchase_id}"
    return purchase_documents(c, client_id, [purchase])[0]


@router.get(_AT + "/{purchase_id}")
def get_purchase(scope: InClient, case_id: UUID, purchase_id: UUID) -> PurchaseDocument:
    """Read a test purchase with its photos and its outcome."""
    c, client_id = scope.connection, scope.client_id
    return purchase_documents(c, client_id, [found_purchase(c, client_id, case_id, purchase_id)])[0]


@router.post(_AT + "/{purchase_id}/photos", status_code=201, openapi_extra=_PHOTO_BODY)
def add_purchase_photo(
    access: Allowed, backend: Backed, content: RawBody, case_id: UUID, purchase_id: UUID
) -> PurchaseDocument:
    """Add the photo in the body, as it is; the same bytes are added once."""
    client_id, doer = access.client_id, access.principal.doer
    taking_in = PurchasePhotos(backend.database, backend.objects, backend.decoder, client_id, doer)
    return _document(access, backend, taking_in.add(case_id, purchase_id, content))


@router.get(
    _AT + "/{purchase_id}/photos/{sha256}",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
def get_purchase_photo(
    access: Allowed,
    backend: Backed,
    case_id: UUID,
    purchase_id: UUID,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    side_px: Annotated[SidePx, Query(description="No side is longer.")] = SidePx.LARGE,
) -> Response:
    """Show a photo of what arrived: a JPEG that we made of it, without metadata."""
    client_id = access.client_id
    with backend.database.client(client_id) as c:
        purchase = found_purchase(c, client_id, case_id, purchase_id)
    key = shown_photo(client_id, purchase, sha256)
    made = backend.photos.preview_of(client_id, sha256, key, side_px)
    return Response(made, media_type=MEDIA_TYPE, headers=PHOTO_HEADERS)


@router.post(_AT + "/{purchase_id}/outcome", status_code=201)
def conclude_purchase(
    access: Allowed, backend: Backed, case_id: UUID, purchase_id: UUID, said: NewOutcome
) -> PurchaseDocument:
    """Say what came of it, which freezes it with its photos as evidence of the case, for good."""
    client_id, doer = access.client_id, access.principal.doer
    concluding = PurchaseConclusion(backend.database, backend.objects, client_id, doer)
    purchase = concluding.conclude(case_id, purchase_id, said.outcome, said.finding, said.version)
    return _document(access, backend, purchase)


def _document(access: ClientAccess, backend: Backed, purchase: Purchase) -> PurchaseDocument:
    with backend.database.client(access.client_id) as c:
        return purchase_documents(c, access.client_id, [purchase])[0]
