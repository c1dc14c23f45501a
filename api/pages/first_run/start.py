"""The page of first steps, and the form that the first config is made by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.access import Allowed, ClientScope, InClient
from api.backend import Backed
from api.http.config_checks import config_errors
from api.http.operation_route import OperationRoute
from api.pages.clients.config_drafts import base_of
from api.pages.clients.config_values import brand_names, names_of
from api.pages.clients.references import shown_wall
from api.pages.first_run.brand_form import BrandForm, ShownBrand, errors_by_field
from api.pages.first_run.steps import Checklist, checklist
from api.pages.rendering import client_frame, go_to, render
from resources.postgres.cases.work_query import beginnings
from resources.postgres.clients import config_store
from resources.providers.registry import installed

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_UNTOUCHED = ShownBrand(BrandForm(), {})
_KEYS = [("a", "choose photos to add"), ("?", "show and hide this list")]


@router.get("/clients/{client_id}/start")
def show_start(request: Request, scope: InClient) -> Response:
    """The first steps of a new client, with what is done."""
    c, client_id = scope.connection, scope.client_id
    _, config = base_of(c, client_id, None)
    begun = beginnings(c, client_id)
    brands = brand_names(config)
    return render(
        "start.html",
        client_frame(request, scope, "home"),
        todo=checklist(config, begun),
        begun=begun,
        brands=brands,
        wall=shown_wall(scope, brands),
        added=[],
        searched=_searched(config),
        places=_places(),
        shown=_UNTOUCHED,
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/start/brand")
def start_with_brand(
    request: Request, access: Allowed, backend: Backed, form: Annotated[BrandForm, Form()]
) -> Response:
    """Saves the first config, or the form again with what is wrong; refused where one is saved."""
    document = form.document()
    errors = config_errors(backend.config_checks, document)
    with backend.database.client(access.client_id) as c:
        scope = access.within(c)
        if errors:
            shown = ShownBrand(form, errors_by_field(form, errors))
            frame = client_frame(request, scope, "home")
            return render("start_brand.html", frame, shown=shown, places=_places())
        actor = access.principal.actor
        config_store.save_config_after(c, access.client_id, 0, document, actor, "first steps")
    return go_to(f"/clients/{access.client_id}/start")


def first_steps(scope: ClientScope) -> Checklist:
    """The client's first steps, for a card on its home page."""
    _, config = base_of(scope.connection, scope.client_id, None)
    return checklist(config, beginnings(scope.connection, scope.client_id))


def _places() -> list[str]:
    """The marketplaces that a search can begin at: not files of the client's own."""
    known = installed()
    return [name for name in known.names if not known.description(name).reads_whole]


def _searched(config: Mapping[str, object]) -> list[str]:
    """Those of them that the config searches."""
    searched = names_of(config.get("searches"))
    return [name for name in _places() if name in searched]
