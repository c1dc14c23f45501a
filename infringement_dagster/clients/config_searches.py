"""The searches of a config document, held against the providers that are installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

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

from infringement_dagster.clients.config_part import Part, Term, few_members
from infringement_dagster.clients.config_words import unknown
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import UnknownMarketplace
from resources.providers.registry import installed

# The context of a validation: what is stored was checked by the providers of its day.
STORED: Final[Mapping[str, object]] = {"stored": True}
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
    """Words to search for, one search each. Score: none; they say which listings are looked at."""
    marketplace: Marketplace = "com"
    """The country as the end of the marketplace's address, such as de or co.uk. Score: none."""
    pages_max: int = Field(3, ge=1, le=50)
    """So many pages of results a query, which is what a scan costs. Score: none."""
    details_max: int = Field(10, ge=0, le=200)
    """So many suspects a scan whose own pages are read too. Score: by sellers and texts there."""

    def to_search(self) -> Search:
        """The same in the domain's words."""
        return Search(self.queries, self.marketplace, self.pages_max, self.details_max)


def _check_marketplaces(
    searches: dict[Provider, SearchDocument], info: ValidationInfo
) -> dict[Provider, SearchDocument]:
    """The same; refused where a new one names a marketplace that its provider does not have."""
    if info.context == STORED:
        return searches
    faults: list[InitErrorDetails] = []
    for name, search in searches.items():
        try:
            installed().description(name).marketplace(search.marketplace)
        except UnknownMarketplace as error:
            told = PydanticCustomError("marketplace", "{told}", {"told": str(error)})
            place = (name, "marketplace")
            faults.append({"type": told, "loc": place, "input": search.marketplace})
    if faults:
        raise ValidationError.from_exception_data("searches", faults)
    return searches


Searches = Annotated[
    dict[InstalledProvider, SearchDocument],
    BeforeValidator(few_members),
    AfterValidator(_check_marketplaces),
]
