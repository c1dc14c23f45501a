"""The searches of a config document, held against the providers that are installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetPydanticSchema,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from infringement_dagster.clients.config_part import STORED, Part, Term, few_members
from infringement_dagster.clients.config_words import unknown
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import UnknownMarketplace
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.registry import VendorNotInstalled, installed

OptionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
VendorName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Marketplace = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(\.[a-z]{2})?$")]


def _installed(name: Provider, info: ValidationInfo) -> Provider:
    names = installed().names
    if info.context != STORED and name not in names:
        raise ValueError(unknown(name, names, "provider"))
    return name


def _enum(_core: Any, _told: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(installed().names)}


InstalledProvider = Annotated[
    Provider, AfterValidator(_installed), GetPydanticSchema(get_pydantic_json_schema=_enum)
]


class SearchDocument(Part):
    """Searches at one provider."""

    queries: tuple[Term, ...] = Field(min_length=1, max_length=50, fail_fast=True)
    """What is typed into the search box there. Score: none; it decides which listings are seen."""
    marketplace: Marketplace = "com"
    """The country, as the end of the marketplace's address. Score: none."""
    pages_max: int = Field(3, ge=1, le=50)
    """Pages of results read for each search; they are what a scan costs. Score: none."""
    details_max: int = Field(10, ge=0, le=200)
    """Suspects whose own pages are read too. Score: by the sellers and texts found there."""
    details_credits_max: int | None = Field(None, ge=0, le=1_000_000)
    """The most that a scan may spend on suspects' own pages. Score: none of pages left unread."""
    options: dict[OptionName, Term] = Field({}, max_length=20)
    """How results are narrowed or ordered, where a provider offers it. Score: none."""
    vendor: VendorName | None = None
    """The company that reads the marketplace for us. Score: none."""
    photos_max: int = Field(0, ge=0, le=50)
    """Your photos that are searched by, where that is offered; one call each. Score: none."""

    def to_search(self) -> Search:
        """The same in the domain's words."""
        return Search(
            queries=self.queries,
            marketplace=self.marketplace,
            pages_max=self.pages_max,
            details_max=self.details_max,
            options=self.options,
            details_credits_max=self.details_credits_max,
            vendor=self.vendor,
            photos_max=self.photos_max,
        )


def _check_offered(
    searches: dict[Provider, SearchDocument], info: ValidationInfo
) -> dict[Provider, SearchDocument]:
    """The same; refused where a new one names what its provider does not have."""
    if info.context == STORED:
        return searches
    faults = [fault for name, search in searches.items() for fault in _faults(name, search)]
    if faults:
        raise ValidationError.from_exception_data("searches", faults)
    return searches


def _faults(name: Provider, search: SearchDocument) -> Iterator[InitErrorDetails]:
    try:
        plug_in = installed().plug_in(name, search.vendor)
    except VendorNotInstalled as error:
        yield _fault((name, "vendor"), str(error), search.vendor)
        return
    described = plug_in.description
    try:
        described.marketplace(search.marketplace)
    except UnknownMarketplace as error:
        yield _fault((name, "marketplace"), str(error), search.marketplace)
    for option, told in described.option_faults(search.options).items():
        yield _fault((name, "options", option), told, search.options[option])
    no_photos = _no_photo_search(plug_in, search.marketplace) if search.photos_max else None
    if no_photos is not None:
        yield _fault((name, "photos_max"), no_photos, search.photos_max)


def _no_photo_search(plug_in: ProviderPlugIn, tld: str) -> str | None:
    """Why nothing can be searched by photos there; None where it can."""
    photos, title = plug_in.photo_search, plug_in.description.title
    if photos is None:
        able = [
            vendor
            for vendor in installed().vendors(plug_in.description.name)
            if installed().plug_in(plug_in.description.name, vendor).photo_search
        ]
        instead = f"; name {' or '.join(able)} as vendor" if able else "; leave it at 0"
        return f"{title} cannot be searched by photos through {plug_in.vendor.name}{instead}"
    if tld not in photos.marketplaces:
        known = ", ".join(sorted(photos.marketplaces))
        return f"{title} can be searched by photos at {known}, not at {tld}; leave it at 0"
    return None


def _fault(place: tuple[str, ...], told: str, given: object) -> InitErrorDetails:
    error = PydanticCustomError("not_offered", "{told}", {"told": told})
    return {"type": error, "loc": place, "input": given}


Searches = Annotated[
    dict[InstalledProvider, SearchDocument],
    BeforeValidator(few_members),
    AfterValidator(_check_offered),
]
