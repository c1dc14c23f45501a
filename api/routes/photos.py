"""Photos of listings and references as people see them, by the SHA-256 of the original."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from api.access import Allowed
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.photo_headers import PHOTO_HEADERS
from infringement_dagster.photos.previews import MEDIA_TYPE, SidePx

router = APIRouter(tags=["photos"], route_class=OperationRoute)


@router.get(
    "/v1/clients/{client_id}/photos/{sha256}",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
def get_photo(
    access: Allowed,
    backend: Backed,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    side_px: Annotated[SidePx, Query(description="No side is longer.")] = SidePx.LARGE,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """Show a listing's or reference's photo: a JPEG that we made of it, without metadata."""
    content = backend.photos.preview(access.client_id, sha256, side_px)
    headers = {**PHOTO_HEADERS, "ETag": f'"{sha256}-{side_px}"'}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
