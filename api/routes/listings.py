"""Listings as last seen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic.dataclasses import dataclass as pydantic_dataclass

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.cursors import list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import CaseDocument, Cursor, Limit, NonEmptyText, Page, ProviderName
from infringement_dagster.flagging.flag_by_hand import HandFlagging
from infringement_dagster.reviewing.whole_listing import (
    FactSource,
    WholeListing,
    read_whole_listing,
)
from resources.postgres.cases import case_lists
from resources.postgres.listings import listing_store
from resources.postgres.listings.listing_store import ListingFilter
from resources.postgres.listings.records import ListingRow

router = APIRouter(tags=["listings"], route_class=OperationRoute)


@pydantic_dataclass(frozen=True)
class ListingDocument(ListingRow):
    """One item of a provider, as it was last seen."""


@pydantic_dataclass(frozen=True)
class FactDocument:
    """One fact of a listing, and where it was read."""

    name: str
    label: str
    value: str
    source: FactSource


@pydantic_dataclass(frozen=True)
class SpecificDocument:
    """One line of the table of facts on a listing's own page."""

    label: str
    value: str


@pydantic_dataclass(frozen=True)
class WholeListingDocument(ListingRow):
    """One item of a provider with all that is known of it, each fact with where it was read."""

    facts: tuple[FactDocument, ...]
    bullets: tuple[str, ...]
    description: str | None
    specifics: tuple[SpecificDocument, ...]
    text_source: FactSource
    page_read_at: datetime | None
    page_is_of_before: bool


@router.get("/v1/clients/{client_id}/listings")
def list_listings(
    scope: InClient,
    provider: ProviderName | None = None,
    seller: Annotated[NonEmptyText | None, Query(description="Name, without case.")] = None,
    text: Annotated[NonEmptyText | None, Query(description="Anywhere in the title.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ListingDocument]:
    """List listings in order of provider and id."""
    tag = list_tag(scope.client_id, "listings", provider, seller, text)
    after = read_cursor(tag, cursor, 2) if cursor else ["", ""]
    wanted = ListingFilter(provider, seller, text)
    rows = listing_store.listing_page(
        scope.connection, scope.client_id, wanted, limit, (after[0], after[1])
    )
    full = len(rows) == limit
    return Page(
        items=[ListingDocument(**asdict(row)) for row in rows],
        next_cursor=write_cursor(tag, [rows[-1].provider, rows[-1].listing_id]) if full else None,
    )


@router.get("/v1/clients/{client_id}/listings/{provider}/{listing_id}")
def get_listing(
    scope: InClient,
    provider: ProviderName,
    listing_id: Annotated[NonEmptyText, Path(description="The provider's own id.")],
) -> WholeListingDocument:
    """Read a listing with all that is known of it, each fact with where it was read."""
    row = listing_store.get_listing(scope.connection, scope.client_id, provider, listing_id)
    whole = read_whole_listing(scope.connection, scope.client_id, row)
    return _document(row, whole)


@router.post("/v1/clients/{client_id}/listings/{provider}/{listing_id}/flag", status_code=201)
def flag_listing(
    access: Allowed,
    backend: Backed,
    response: Response,
    provider: ProviderName,
    listing_id: Annotated[NonEmptyText, Path(description="The provider's own id.")],
) -> CaseDocument:
    """Make a case of a listing that its score does not flag, with frozen evidence.

    Answers 200 with the listing's case as it is where there is one. A listing that has no score
    yet, or whose scan is kept no longer, is refused: scan again first.
    """
    doer = access.principal.doer
    flagging = HandFlagging(backend.database, backend.objects, access.client_id, doer)
    case = flagging.flag(provider, listing_id)
    if not case.created:
        response.status_code = 200
    with backend.database.client(access.client_id) as c:
        return CaseDocument.model_validate(case_lists.get_case(c, access.client_id, case.case_id))


def _document(row: ListingRow, whole: WholeListing) -> WholeListingDocument:
    return WholeListingDocument(
        **asdict(row),
        facts=tuple(FactDocument(**asdict(fact)) for fact in whole.facts),
        bullets=whole.bullets,
        description=whole.description,
        specifics=tuple(SpecificDocument(*pair) for pair in whole.specifics),
        text_source=whole.text_source,
        page_read_at=whole.read_at,
        page_is_of_before=whole.is_of_before,
    )
