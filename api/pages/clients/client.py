"""The page of a client: reference photos, limits, schedule, how good the flagging is."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.pages.clients.config_drafts import base_of
from api.pages.clients.config_values import brand_names
from api.pages.clients.quality_plots import HEIGHT, WIDTH, quality_plots
from api.pages.clients.references import shown_wall
from api.pages.clients.uses import uses_of
from api.pages.rendering import client_frame, render
from api.pages.settings.schedule_words import schedule_plan
from resources.postgres.cases import quality_query
from resources.postgres.clients import config_store, schedule_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_KEYS = [("a", "choose photos to add"), ("?", "show and hide this list")]


@router.get("/clients/{client_id}/overview")
def show_client(request: Request, scope: InClient, removed: UUID | None = None) -> Response:
    """The client as it stands; `removed` is the reference photo that was removed just before."""
    c, client_id = scope.connection, scope.client_id
    _, config = base_of(c, client_id, None)
    brands = brand_names(config)
    plots = quality_plots(
        quality_query.score_bands(c, client_id), quality_query.decisions_by_week(c, client_id)
    )
    return render(
        "client.html",
        client_frame(request, scope, "overview"),
        wall=shown_wall(scope, brands),
        added=[],
        brands=brands,
        uses=uses_of(scope),
        plan=schedule_plan(config, client_id, datetime.now(UTC)),
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
