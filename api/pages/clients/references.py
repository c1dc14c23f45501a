"""Reference photos on the pages: shown with what is wrong with them, added, removed, restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from api.access import Allowed, ClientScope, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.pages.clients.config_drafts import base_of
from api.pages.clients.config_values import brand_names
from api.pages.clients.reference_wall import WallPhoto, wall_of
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.domain.photo import ReferenceKind
from infringement_dagster.matching.photos.corners.points import HEAD_BYTES, count_in
from infringement_dagster.photos.intake import LeftReference, TakenReference
from infringement_dagster.photos.references import PhotoFile, UnusablePhoto
from resources.postgres.clients import client_store, config_store
from resources.postgres.listings import photo_store, point_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
FILE_NAME_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class AddedPhoto:
    """The outcome of a file that was sent; `left_why` is empty for one that is kept."""

    file_name: str
    is_new: bool = False
    warnings: tuple[str, ...] = ()
    left_why: str = ""


@router.post("/clients/{client_id}/references")
def add_references_on_page(
    request: Request,
    access: Allowed,
    backend: Backed,
    photos: Annotated[list[UploadFile], File()],
    brand: Annotated[Text, Form()] = "",
    kind: Annotated[ReferenceKind, Form()] = "photo",
) -> Response:
    """Adds the photos that can be used, and says of each what came of it.

    Where none can, that is the answer.
    """
    files = [
        PhotoFile(
            (photo.filename or "photo")[:FILE_NAME_CHARS_MAX],
            photo.file.read(),
            brand or None,
            kind,
        )
        for photo in photos
    ]
    outcomes = backend.intake.add_each(access.client_id, files)
    _check_any(outcomes)
    with backend.database.client(access.client_id) as c:
        scope = access.within(c)
        brands = brand_names(base_of(c, access.client_id, None)[1])
        wall = shown_wall(scope, brands)
        frame = client_frame(request, scope, "overview")
    added = _added(outcomes, wall)
    return render("reference_wall.html", frame, wall=wall, brands=brands, added=added)


@router.post("/clients/{client_id}/references/{reference_id}/remove")
def remove_reference_on_page(scope: InClient, reference_id: UUID) -> Response:
    """Compares with the photo no longer, and offers to take that back; what it flagged stays."""
    config_store.remove_reference(scope.connection, scope.client_id, reference_id)
    return go_to(f"/clients/{scope.client_id}/overview?removed={reference_id}")


@router.post("/clients/{client_id}/references/{reference_id}/restore")
def restore_reference_on_page(scope: InClient, reference_id: UUID) -> Response:
    """Compares with a removed photo again."""
    config_store.restore_reference(scope.connection, scope.client_id, reference_id)
    return go_to(f"/clients/{scope.client_id}/overview")


def shown_wall(scope: ClientScope, brands: list[str]) -> list[WallPhoto]:
    """The client's references as they are shown, oldest first."""
    c, client_id = scope.connection, scope.client_id
    rows = client_store.reference_photos(c, client_id)
    sha256s = [row.sha256 for row in rows]
    heads = point_store.heads_of(c, client_id, sha256s, HEAD_BYTES)
    points = {sha256: count for sha256 in heads if (count := count_in(heads[sha256])) is not None}
    photos = photo_store.photo_rows_of(c, client_id, sha256s)
    return wall_of(rows, photos, photo_store.hashes_of(c, client_id, sha256s), points, brands)


def _check_any(outcomes: Sequence[TakenReference | LeftReference]) -> None:
    """Returns where a file was kept; raises the reasons of all where none was."""
    errors = [outcome.error for outcome in outcomes if isinstance(outcome, LeftReference)]
    if len(errors) == 1 == len(outcomes):
        raise errors[0]
    if len(errors) == len(outcomes):
        raise UnusablePhoto("; ".join(str(error) for error in errors))


def _added(
    outcomes: Sequence[TakenReference | LeftReference], wall: Sequence[WallPhoto]
) -> list[AddedPhoto]:
    warnings = {photo.row.sha256: photo.warnings for photo in wall}
    return [
        AddedPhoto(outcome.file_name, left_why=outcome.error.told)
        if isinstance(outcome, LeftReference)
        else AddedPhoto(outcome.file_name, not outcome.was_there, warnings.get(outcome.sha256, ()))
        for outcome in outcomes
    ]
