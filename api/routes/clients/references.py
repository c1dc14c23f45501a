"""Reference photos: the photos a client owns, which listings' photos are compared with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi import Response as HeadersOf
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.bodies import RawBody
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, NonEmptyText, Page
from infringement_dagster.domain.photo import ReferenceKind
from infringement_dagster.photos.references import PhotoFile
from resources.postgres.clients import client_store, config_store
from resources.postgres.clients.records import ReferencePhotoRow

router = APIRouter(tags=["references"], route_class=OperationRoute)
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
_PHOTO_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            photo_type: {"schema": {"type": "string", "format": "binary"}}
            for photo_type in (*PHOTO_TYPES, "image/svg+xml")
        },
    }
}


class ReferenceDocument(Document):
    """A product photo or a logo that the client owns."""

    reference_id: UUID
    sha256: str
    file_name: str
    brand: str | None
    kind: ReferenceKind
    added_at: datetime
    media_type: str


@router.get("/v1/clients/{client_id}/references")
def list_references(scope: InClient) -> Page[ReferenceDocument]:
    """List the client's reference photos, oldest first."""
    rows = client_store.reference_photos(scope.connection, scope.client_id)
    return Page(items=[ReferenceDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post("/v1/clients/{client_id}/references", status_code=201, openapi_extra=_PHOTO_BODY)
def add_reference(
    access: Allowed,
    backend: Backed,
    content: RawBody,
    response: HeadersOf,
    file_name: Annotated[NonEmptyText, Query(examples=["front.jpg"])],
    brand: Annotated[NonEmptyText | None, Query(examples=["Acme"])] = None,
    kind: Annotated[
        ReferenceKind,
        Query(description="A logo is sought in photos; one of simple shapes is refused."),
    ] = "photo",
) -> ReferenceDocument:
    """Add the photo or logo in the body; the same bytes only take the new name, brand and kind."""
    photo = PhotoFile(file_name, content, brand, kind)
    (sha256,) = backend.intake.add(access.client_id, [photo])
    with backend.database.client(access.client_id) as c:
        rows = client_store.reference_photos(c, access.client_id)
    row = next(reference for reference in rows if reference.sha256 == sha256)
    response.headers["Location"] = f"/v1/clients/{access.client_id}/references/{row.reference_id}"
    return ReferenceDocument.model_validate(row)


@router.get(
    "/v1/clients/{client_id}/references/{reference_id}",
    response_class=Response,
    responses={200: {"content": {photo_type: {} for photo_type in PHOTO_TYPES}}},
)
def get_reference_photo(scope: InClient, backend: Backed, reference_id: UUID) -> Response:
    """Download the photo as it was uploaded; to show it, ask for `photos/{sha256}`."""
    row = _in_use(scope, reference_id)
    headers = {
        "ETag": f'"{row.sha256}"',
        "Content-Disposition": f'attachment; filename="{row.sha256[:16]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(backend.objects.get(row.object_key), media_type=row.media_type, headers=headers)


@router.delete("/v1/clients/{client_id}/references/{reference_id}", status_code=204)
def remove_reference(scope: InClient, reference_id: UUID) -> None:
    """Compare with the photo no longer; what it has flagged stays."""
    config_store.remove_reference(scope.connection, scope.client_id, reference_id)


def _in_use(scope: InClient, reference_id: UUID) -> ReferencePhotoRow:
    rows = client_store.reference_photos(scope.connection, scope.client_id)
    found = next((row for row in rows if row.reference_id == reference_id), None)
    if found is None:
        raise config_store.unknown_reference(scope.client_id, reference_id)
    return found
