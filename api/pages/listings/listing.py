"""The page of a listing that is no case, and flagging it by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import RedirectResponse, Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import NonEmptyText, ProviderName
from api.pages.cases.title_highlights import notes_of
from api.pages.listings.listing_view import view_listing
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.flagging.flag_by_hand import HandFlagging
from resources.postgres.cases import case_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_KEYS = [
    ("f", "photos in the full window, and back"),
    ("h", "flag it by hand"),
    ("o", "open the listing at the marketplace"),
    ("/", "search everything"),
    ("?", "show and hide this list"),
]


class ListingForm(BaseModel):
    """The listing that a person wants to be a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: ProviderName
    listing_id: NonEmptyText


@router.get("/clients/{client_id}/listing")
def show_listing(
    request: Request,
    scope: InClient,
    provider: Annotated[ProviderName, Query()],
    listing_id: Annotated[NonEmptyText, Query()],
) -> Response:
    """The listing as it was last seen and scored; one that is a case is shown as that."""
    c, client_id = scope.connection, scope.client_id
    case_id = case_store.case_of_listing(c, client_id, provider, listing_id)
    if case_id is not None:
        return RedirectResponse(f"/clients/{client_id}/cases/{case_id}?tab=all", 303)
    view = view_listing(scope, provider, listing_id)
    return render(
        "listing.html",
        client_frame(request, scope, "search"),
        view=view,
        notes=notes_of(view.title),
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/listing/flag")
def flag_on_page(
    access: Allowed, backend: Backed, form: Annotated[ListingForm, Form()]
) -> Response:
    """Makes a case of the listing and goes to it."""
    flagging = HandFlagging(
        backend.database, backend.objects, access.client_id, access.principal.doer
    )
    case = flagging.flag(form.provider, form.listing_id)
    return go_to(f"/clients/{access.client_id}/cases/{case.case_id}?tab=all")
