"""The pages of imported files: which there are, taking one in, and what became of its rows."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.jobs.imports import imported
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.collecting.import_listings import first_faults, is_searched
from resources.postgres.clients.principals import principal_names
from resources.postgres.listings import import_store
from resources.providers.files.columns import COLUMN_NAMES

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS = 50
FAULTS_SHOWN = 100
_HELP = ("?", "show and hide this list")


@router.get("/clients/{client_id}/imports")
def show_imports(request: Request, scope: InClient) -> Response:
    """The newest imports, and the form that takes a file in."""
    rows = import_store.list_imports(scope.connection, scope.client_id, ROWS)
    return render(
        "imports.html",
        client_frame(request, scope, "scans"),
        imports=rows,
        names=principal_names(scope.connection, scope.client_id, [row.imported_by for row in rows]),
        columns=COLUMN_NAMES,
        keys=[("a", "choose a file"), ("j / k", "next / previous import"), _HELP],
    )


@router.post("/clients/{client_id}/imports")
def import_on_page(
    access: Allowed,
    backend: Backed,
    file: Annotated[UploadFile, File()],
    name: Annotated[Text, Form()] = "",
) -> Response:
    """Imports the file and goes to what became of it."""
    file_name = file.filename or "listings"
    import_id = imported(backend, access, file.file, file_name, name.strip() or None)
    return go_to(f"/clients/{access.client_id}/imports/{import_id}")


@router.get("/clients/{client_id}/imports/{import_id}")
def show_import(request: Request, scope: InClient, backend: Backed, import_id: UUID) -> Response:
    """The counts of an import, and its first bad rows."""
    kept = import_store.get_import(scope.connection, scope.client_id, import_id)
    return render(
        "import.html",
        client_frame(request, scope, "scans"),
        kept=kept,
        faults=first_faults(backend.objects, scope.client_id, kept, FAULTS_SHOWN),
        is_searched=is_searched(scope.connection, scope.client_id, kept.name),
        keys=[_HELP],
    )
