"""Everything of a client by a text or the beginning of an id."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import CaseDocument, Document, NonEmptyText
from infringement_dagster.domain.search.sought import read_sought
from infringement_dagster.reviewing.search import find, kinds_for
from resources.postgres.cases import search_query

router = APIRouter(tags=["search"], route_class=OperationRoute)
EachLimit = Annotated[int, Query(ge=1, le=50, description="At most so many of each kind.")]


@pydantic_dataclass(frozen=True)
class FoundListingDocument(search_query.FoundListing):
    """A listing that is no case."""


@pydantic_dataclass(frozen=True)
class FoundSellerDocument(search_query.FoundSeller):
    """A seller at one marketplace."""


@pydantic_dataclass(frozen=True)
class FoundNoticeDocument(search_query.FoundNotice):
    """A notice with the title that it is about."""


@pydantic_dataclass(frozen=True)
class FoundReferenceDocument(search_query.FoundReference):
    """A reference photo in use."""


@pydantic_dataclass(frozen=True)
class FoundScanDocument(search_query.FoundScan):
    """A scan."""


class FoundDocument(Document):
    """The first things of each kind, the likeliest to be meant first."""

    cases: list[CaseDocument]
    listings: list[FoundListingDocument] = Field(description="Those that are no case.")
    sellers: list[FoundSellerDocument]
    notices: list[FoundNoticeDocument]
    references: list[FoundReferenceDocument]
    scans: list[FoundScanDocument]


@router.get("/v1/clients/{client_id}/search")
def search(
    scope: InClient,
    text: Annotated[
        NonEmptyText,
        Query(
            description="Words of a title, file name or seller; the id or address of a listing; "
            "the first eight digits or more of another id.",
            examples=["kelvarra growler"],
        ),
    ],
    limit: EachLimit = 10,
) -> FoundDocument:
    """Search listings, sellers, cases, notices, references and scans at once.

    Only kinds that the caller may read are searched; fewer than three letters find nothing.
    """
    kinds = kinds_for(scope.principal.permissions)
    found = find(scope.connection, scope.client_id, read_sought(text), kinds, limit)
    return FoundDocument(
        cases=[CaseDocument.model_validate(row) for row in found.cases],
        listings=[FoundListingDocument(**asdict(row)) for row in found.listings],
        sellers=[FoundSellerDocument(**asdict(row)) for row in found.sellers],
        notices=[FoundNoticeDocument(**asdict(row)) for row in found.notices],
        references=[FoundReferenceDocument(**asdict(row)) for row in found.references],
        scans=[FoundScanDocument(**asdict(row)) for row in found.scans],
    )
