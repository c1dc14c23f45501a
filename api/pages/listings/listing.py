"""The page of a listing that is no case: why it was not flagged, and flagging it by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import RedirectResponse, Response

from api.access import Allowed, ClientScope, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import NonEmptyText, ProviderName
from api.pages.cases.case_view import brand_read
from api.pages.cases.compared_photos import Comparison, compare_photos
from api.pages.cases.price_wording import PriceShown, price_compared
from api.pages.cases.signal_wording import ShownSignal, shown_signals
from api.pages.cases.title_highlights import Piece, marked_title, notes_of
from api.pages.listings.verdict_wording import ScoredListing, why_no_case
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.clients.config_document import load_client_config
from infringement_dagster.domain.listing import Provider, Rank
from infringement_dagster.domain.score import BrandRead
from infringement_dagster.flagging.flag_by_hand import HandFlagging, UnknownListing
from resources.postgres.cases import case_store
from resources.postgres.listings import history_query, listing_store, score_store
from resources.postgres.listings.records import ListingRow
from resources.postgres.listings.score_store import NewestScore

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


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing with everything that tells why it was not flagged."""

    listing: ListingRow
    title: list[Piece]
    scored: NewestScore | None
    why: list[str]  # sentences
    signals: list[ShownSignal]  # the strongest first
    comparison: Comparison
    price: PriceShown
    rank: Rank | None  # where its last scan found it


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
    view = _view(scope, provider, listing_id)
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


def _view(scope: ClientScope, provider: Provider, listing_id: str) -> ListingView:
    c, client_id = scope.connection, scope.client_id
    listing = listing_store.get_listing(c, client_id, provider, listing_id)
    if listing is None:
        raise UnknownListing(f"client {client_id} knows no listing {listing_id} of {provider}")
    scored = score_store.newest_score(c, client_id, provider, listing_id)
    score = scored.score if scored else None
    brand, signals = brand_read(score), shown_signals(score)
    return ListingView(
        listing,
        marked_title(listing.title, brand if isinstance(brand, BrandRead) else None),
        scored,
        why_no_case(_scored_listing(scope, scored, signals)),
        signals,
        compare_photos(scope, score, provider, listing_id),
        PriceShown(price_compared(score), listing.price_low, listing.currency),
        history_query.rank_of(c, client_id, provider, listing_id),
    )


def _scored_listing(
    scope: ClientScope, scored: NewestScore | None, signals: list[ShownSignal]
) -> ScoredListing | None:
    if scored is None:
        return None
    newest = load_client_config(scope.connection, scope.client_id)
    return ScoredListing(
        scored.score.probability,
        scored.config_version,
        newest.version,
        newest.thresholds,
        signals,
    )
