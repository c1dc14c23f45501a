"""The providers that this installation can search."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import any_caller
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, ProviderName
from infringement_dagster.domain.provider import ProviderDescription
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.registry import installed

router = APIRouter(tags=["scans"], route_class=OperationRoute)


class MarketplaceDocument(Document):
    """One national site of a provider."""

    tld: str = Field(description="As a config's searches name it.", examples=["co.uk"])
    currency: str = Field(description="ISO 4217; of prices that name none.", examples=["GBP"])


class SearchOptionDocument(Document):
    """One way to narrow or order a search, as `options` of a config's search name it."""

    name: str = Field(description="Its name.", examples=["sort_by"])
    title: str = Field(description="As people read it.", examples=["In this order"])
    values: list[str] = Field(
        description="What it may be; empty: any value of its form.", examples=[["60", "120"]]
    )


class VendorDocument(Document):
    """Who reads a provider, as `vendor` of a config's search names it."""

    name: str = Field(description="Its name.", examples=["ebay_browse"])
    marketplaces: list[str] = Field(
        description="The sites that it reads, by `tld`.", examples=[["com", "de"]]
    )
    search_page_credits: int = Field(description="The price of one page of results.", examples=[0])
    listing_page_credits: int | None = Field(
        description="The price of one listing's own pages; null: none are read.", examples=[0]
    )
    search_options: list[SearchOptionDocument] = Field(
        description="Ways to narrow or order a search through it."
    )
    photo_marketplaces: list[str] = Field(
        description="The sites where it can search by your photos, by `tld`.", examples=[["com"]]
    )


class ProviderDocument(Document):
    """A provider that configs may search."""

    name: ProviderName
    title: str = Field(description="As people write it.", examples=["Amazon"])
    marketplaces: list[MarketplaceDocument]
    search_page_credits: int = Field(description="The price of one page of results.", examples=[5])
    listing_page_credits: int | None = Field(
        description="The price of one listing's own pages; null: none are read.", examples=[10]
    )
    search_pages_max: int | None = Field(
        description="Pages read of one query, whatever a config asks for; null: as it asks.",
        examples=[1],
    )
    search_options: list[SearchOptionDocument] = Field(
        description="Ways to narrow or order a search; a config gives them in `options`."
    )
    vendors: list[VendorDocument] = Field(
        description="Who can read it; the first does unless a config's search names another."
    )


class ProvidersDocument(Document):
    """All of them."""

    providers: list[ProviderDocument]


@router.get("/v1/providers", dependencies=[Depends(any_caller)])
def list_providers() -> ProvidersDocument:
    """List the providers that configs may search."""
    found = installed()
    return ProvidersDocument(
        providers=[
            _document([found.plug_in(name, vendor) for vendor in found.vendors(name)])
            for name in found.names
        ]
    )


def _document(read_by: list[ProviderPlugIn]) -> ProviderDocument:
    found = read_by[0].description
    sites = [MarketplaceDocument.model_validate(site) for site in found.marketplaces.values()]
    return ProviderDocument(
        name=found.name,
        title=found.title,
        marketplaces=sites,
        search_page_credits=found.search_page_credits,
        listing_page_credits=found.listing_page_credits,
        search_pages_max=found.search_pages_max,
        search_options=_options(found),
        vendors=[_vendor(plug_in) for plug_in in read_by],
    )


def _vendor(plug_in: ProviderPlugIn) -> VendorDocument:
    found, photos = plug_in.description, plug_in.photo_search
    return VendorDocument(
        name=plug_in.vendor.name,
        marketplaces=list(found.marketplaces),
        search_page_credits=found.search_page_credits,
        listing_page_credits=found.listing_page_credits,
        search_options=_options(found),
        photo_marketplaces=sorted(photos.marketplaces) if photos else [],
    )


def _options(found: ProviderDescription) -> list[SearchOptionDocument]:
    return [
        SearchOptionDocument(name=name, title=option.title, values=list(option.values))
        for name, option in found.search_options.items()
    ]
