"""Versions of a client's config: how each differs, in words, and restoring one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Allowed, ClientScope, InClient
from api.backend import Backed
from api.http.config_checks import check_config
from api.http.operation_route import OperationRoute
from api.pages.clients.config_changes import changes_in_words
from api.pages.clients.config_input import VERSION_MAX
from api.pages.rendering import go_to, render_part
from infringement_dagster.clients.config_checks import CHECKS_AT_ONCE
from resources.postgres.clients import client_store, config_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
Version = Annotated[int, Path(ge=1, le=VERSION_MAX)]


class RestoreForm(BaseModel):
    """The version that was the newest when the page was shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    newest: int = Field(ge=1, le=VERSION_MAX)


def kept_document(access: Allowed, backend: Backed, version: Version) -> Mapping[str, object]:
    """The version's document, valid today: a provider may have been taken away since."""
    with backend.database.client(access.client_id) as c:
        document = client_store.load_config(c, access.client_id, version).document
    check_config(backend.config_checks, document)
    return document


Kept = Annotated[Mapping[str, object], Depends(kept_document, max_concurrency=CHECKS_AT_ONCE)]


@router.get("/clients/{client_id}/config/versions/{version}")
def show_version(scope: InClient, version: Version) -> Response:
    """How the version differs from the one before it and from the newest, as a part of the page."""
    newest = config_store.newest_version(scope.connection, scope.client_id)
    document = _document(scope, version)
    before = _document(scope, version - 1) if version > 1 else document
    return render_part(
        "config_version.html",
        client_id=scope.client_id,
        version=version,
        newest=newest,
        since_before=changes_in_words(before, document),
        to_restore=changes_in_words(_document(scope, newest), document),
        may_edit="config:write" in scope.principal.permissions,
    )


@router.post("/clients/{client_id}/config/versions/{version}/restore")
def restore_version_on_page(
    scope: InClient, version: Version, document: Kept, form: Annotated[RestoreForm, Form()]
) -> Response:
    """Saves the version's document as the next version, unless somebody has saved meanwhile."""
    saved = config_store.save_config_after(
        scope.connection,
        scope.client_id,
        form.newest,
        document,
        scope.principal.actor,
        f"version {version} restored",
    )
    return go_to(f"/clients/{scope.client_id}/config?saved={saved}")


def _document(scope: ClientScope, version: int) -> Mapping[str, object]:
    return client_store.load_config(scope.connection, scope.client_id, version).document
