"""A provider as a package brings it: its description, and how its pages are asked for and read.

A package names a `ProviderPlugIn` among its entry points `infringement.providers`, and from then on
it is searched like any other; `docs/providers.md` writes one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.reading import Json, Page

ENTRY_POINTS = "infringement.providers"


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who answers questions about a provider, and how it is shown its key."""

    name: str  # in the books
    url: str
    path: str = ""  # before each endpoint
    url_setting: str | None = None  # the environment variable that names another address
    key_setting: str | None = None  # the one that holds the key; None: it wants none
    key_name: str = "api_key"
    key_in: Literal["query", "header"] = "query"


SCRAPERAPI = Vendor(
    "scraperapi",
    "https://api.scraperapi.com",
    path="/structured",
    url_setting="SCRAPERAPI_URL",
    key_setting="SCRAPERAPI_KEY",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One page as its vendor is asked for it; `credits` is its price where no answer tells it."""

    endpoint: str
    params: Mapping[str, str]
    credits: int = 1


@dataclass(frozen=True, slots=True)
class ListingRead:
    """A listing with what its own pages added."""

    listing: Listing
    unread_fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ListingPages:
    """How a listing's own pages are asked for and read."""

    questions: Callable[[Listing, Marketplace], Sequence[Question]]
    # Documents in the order of the questions, None for each that was not answered.
    read: Callable[[Listing, Sequence[Json], Marketplace], ListingRead]


@dataclass(frozen=True, slots=True)
class ProviderPlugIn:
    """A provider that can be searched; all its functions are pure."""

    description: ProviderDescription
    search_question: Callable[[Marketplace, str, int], Question]  # site, query, page from 1
    read_search_page: Callable[[Json, Marketplace, int], Page]
    listing_pages: ListingPages | None = None
    vendor: Vendor = SCRAPERAPI
