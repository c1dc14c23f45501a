"""The page of a client's config: edit, see what it would change, save.

What is saved is what was previewed: the preview carries its draft and the version it is based on.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.pages.clients.config_drafts import base_of, tried
from api.pages.clients.config_form import document_of, form_of
from api.pages.clients.config_input import Filled, Saved
from api.pages.rendering import client_frame, go_to, render
from api.pages.settings.schedule_words import schedule_plan
from api.pages.settings.search_cost import search_cost
from infringement_dagster.scans.request import rescored_where_stored
from resources.postgres.clients import config_store
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
VERSIONS_SHOWN = 10
_KEYS = [
    ("p", "see what the draft would change"),
    ("s", "save what is previewed"),
    ("?", "show and hide this list"),
]


@router.get("/clients/{client_id}/config")
def show_config(
    request: Request, scope: InClient, backend: Backed, saved: int | None = None
) -> Response:
    """The newest config as fields; `saved` is the version that was saved just before."""
    backend.jobs.make_ready()  # most who look at a config preview a draft of it
    c, client_id = scope.connection, scope.client_id
    version, document = base_of(c, client_id, None)
    versions = config_store.versions_before(c, client_id, version + 1, VERSIONS_SHOWN)
    signed = [saved_version.created_by for saved_version in versions]
    return render(
        "config.html",
        client_frame(request, scope, "config"),
        form=form_of(document),
        version=version,
        draft=None,
        versions=versions,
        names=principal_names(c, client_id, signed),
        plan=schedule_plan(document, client_id, datetime.now(UTC)),
        cost=search_cost(c, client_id, document),
        saved=saved,
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/config/preview")
def preview_on_page(request: Request, access: Allowed, backend: Backed, filled: Filled) -> Response:
    """The form as filled in, with its errors or with what it would change."""
    with backend.database.client(access.client_id) as c:
        scope = access.within(c)
        frame = client_frame(request, scope, "config")
        version, base = base_of(c, access.client_id, filled.pop("version", None))
    document = document_of(base, filled)
    form, draft = tried(access, backend, base, document)
    with backend.database.client(access.client_id) as c:
        cost = search_cost(c, access.client_id, document)
    return render(
        "config_form.html",
        frame,
        form=form,
        version=version,
        draft=draft,
        plan=schedule_plan(document, access.client_id, datetime.now(UTC)),
        cost=cost,
    )


@router.post("/clients/{client_id}/config/save")
def save_on_page(saved_form: Saved, scope: InClient) -> Response:
    """Saves the draft as the next version, or says that somebody has saved meanwhile."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    form, document = saved_form
    version = config_store.save_config_after(
        c, client_id, form.version, document, actor, form.comment or None
    )
    scan_id = rescored_where_stored(c, client_id, actor, form.over) if form.apply else None
    home = f"/clients/{client_id}"
    address = f"{home}/scans/{scan_id}" if scan_id else f"{home}/config?saved={version}"
    return go_to(address)
