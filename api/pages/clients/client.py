"""The page of a client: reference photos, limits, schedule, how good the flagging is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from api.access import Allowed, ClientScope, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.pages.clients.quality_plots import HEIGHT, WIDTH, quality_plots
from api.pages.clients.reference_wall import WallPhoto, wall_of
from api.pages.clients.uses import uses_of
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.domain.photo import ReferenceKind
from infringement_dagster.photos.references import PhotoFile
from resources.postgres.cases import quality_query
from resources.postgres.clients import client_store, config_store, schedule_store
from resources.postgres.listings import photo_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
FILE_NAME_CHARS_MAX = 200
_KEYS = [("a", "choose photos to add"), ("?", "show and hide this list")]


@router.get("/clients/{client_id}/overview")
def show_client(request: Request, scope: InClient, removed: UUID | None = None) -> Response:
    """The client as it stands; `removed` is the reference photo that was removed just before."""
    c, client_id = scope.connection, scope.client_id
    version = config_store.newest_version(c, client_id)
    config = client_store.load_config(c, client_id, version).document if version else {}
    brands = _brands(config)
    plots = quality_plots(
        quality_query.score_bands(c, client_id), quality_query.decisions_by_week(c, client_id)
    )
    return render(
        "client.html",
        client_frame(request, scope, "overview"),
        wall=_wall(scope, brands),
        brands=brands,
        uses=uses_of(scope),
        schedule=config.get("schedule") or {},
        next_due_at=schedule_store.next_due_at(c, client_id),
        plots=plots,
        width=WIDTH,
        height=HEIGHT,
        removed=removed,
        removed_name=config_store.removed_reference_name(c, client_id, removed)
        if removed
        else None,
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/references")
def add_references_on_page(
    access: Allowed,
    backend: Backed,
    photos: Annotated[list[UploadFile], File()],
    brand: Annotated[Text, Form()] = "",
    kind: Annotated[ReferenceKind, Form()] = "photo",
) -> Response:
    """Adds the photos, none of them where one cannot be read, which is named."""
    files = [
        PhotoFile(
            (photo.filename or "photo")[:FILE_NAME_CHARS_MAX],
            photo.file.read(),
            brand or None,
            kind,
        )
        for photo in photos
    ]
    backend.intake.add(access.client_id, files)
    return _back(access.client_id)


@router.post("/clients/{client_id}/references/{reference_id}/remove")
def remove_reference_on_page(scope: InClient, reference_id: UUID) -> Response:
    """Compares with the photo no longer, and offers to take that back; what it flagged stays."""
    config_store.remove_reference(scope.connection, scope.client_id, reference_id)
    return go_to(f"/clients/{scope.client_id}/overview?removed={reference_id}")


@router.post("/clients/{client_id}/references/{reference_id}/restore")
def restore_reference_on_page(scope: InClient, reference_id: UUID) -> Response:
    """Compares with a removed photo again."""
    config_store.restore_reference(scope.connection, scope.client_id, reference_id)
    return _back(scope.client_id)


def _wall(scope: ClientScope, brands: list[str]) -> list[WallPhoto]:
    c, client_id = scope.connection, scope.client_id
    rows = client_store.reference_photos(c, client_id)
    sha256s = [row.sha256 for row in rows]
    photos = photo_store.photo_rows_of(c, client_id, sha256s)
    return wall_of(rows, photos, photo_store.hashes_of(c, client_id, sha256s), brands)


def _brands(config: Mapping[str, object]) -> list[str]:
    brands = config.get("brands")
    return [str(brand["name"]) for brand in brands] if isinstance(brands, list) else []


def _back(client_id: str) -> Response:
    return go_to(f"/clients/{client_id}/overview")
