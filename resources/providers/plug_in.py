"""A provider as a package brings it: its description, and how its pages are asked for and read.

A package names a `ProviderPlugIn` among its entry points `infringement.providers`, and from then on
it is searched like any other; `docs/providers.md` writes one. Another vendor that reads a provider
is a `ProviderPlugIn` of the same name among `infringement.vendors`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.reading import Json, Page

ENTRY_POINTS = "infringement.providers"
VENDOR_ENTRY_POINTS = "infringement.vendors"  # each named PROVIDER.VENDOR

FailureReason = Literal[
    "account_refused",
    "quota_used_up",
    "above_price",
    "credits_spent",
    "request_refused",
    "target_blocked",
    "too_many_requests",
    "vendor_failed",
    "timed_out",
    "unreachable",
    "unreadable_answer",
    "not_found",
    "provider_down",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The meaning of an answer that holds no page; `told` is for people and names no secret."""

    reason: FailureReason
    told: str
    retry_after_seconds: float | None = None


# Of an answer's status, headers (names in lower case) and text.
ReadRefusal = Callable[[int, Mapping[str, str], bytes], Refusal]


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Where a vendor gives tokens for client credentials (RFC 6749, 4.4), and who asks for them."""

    path: str  # below the vendor's address
    scope: str
    id_setting: str  # the environment variables of the two credentials
    secret_setting: str


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
    price_path: str | None = None  # where it tells what an address costs, as `credits`
    cost_limit_name: str | None = None  # the parameter beyond which a question is refused
    tokens: TokenEndpoint | None = None  # where it wants tokens in the place of a key
    read_refusal: ReadRefusal | None = None  # None: by the statuses that ScraperAPI has
    in_sandbox: bool = False  # whether the sandbox answers for it where no key is set


SCRAPERAPI = Vendor(
    "scraperapi",
    "https://api.scraperapi.com",
    path="/structured",
    url_setting="SCRAPERAPI_URL",
    key_setting="SCRAPERAPI_KEY",
    price_path="/account/urlcost",
    cost_limit_name="max_cost",
    in_sandbox=True,
)


@dataclass(frozen=True, slots=True)
class Question:
    """One page as its vendor is asked for it; `credits` is its price where no answer tells it."""

    endpoint: str
    params: Mapping[str, str]
    credits: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)  # JSON that is posted; empty: it is got
    is_rendered: bool = False  # asked at the vendor's root, and answered with a page, not with JSON

    @property
    def told(self) -> dict[str, str]:
        """The parameters and headers by which it is told from others, for evidence."""
        return {**self.params, **self.headers}


def search_page_question(
    provider: ProviderPlugIn, search: Search, query: str, page: int
) -> Question:
    """The question for one page of a search, with the search's options; pages count from 1.

    Raises `UnknownMarketplace`.
    """
    place = provider.description.marketplace(search.marketplace)
    question = provider.search_question(place, query, page)
    if provider.with_options is not None:
        return provider.with_options(question, search.options)
    return replace(question, params={**question.params, **search.options})


@dataclass(frozen=True, slots=True)
class ListingRead:
    """A listing with what its own pages added."""

    listing: Listing
    unread_fields: Counter[str] = field(default_factory=Counter)
    faults: tuple[str, ...] = ()  # pages of another listing than the one asked for, as people read


@dataclass(frozen=True, slots=True)
class ListingPages:
    """How a listing's own pages are asked for and read."""

    questions: Callable[[Listing, Marketplace], Sequence[Question]]
    # Documents in the order of the questions, None for each that was not answered.
    read: Callable[[Listing, Sequence[Json], Marketplace], ListingRead]


@dataclass(frozen=True, slots=True)
class PhotoSearch:
    """How listings that look like a photo are asked for; pages are read as those of words."""

    question: Callable[[Marketplace, bytes], Question]  # site, the photo's file
    marketplaces: frozenset[str]  # the sites that can be searched so, by top-level domain


@dataclass(frozen=True, slots=True)
class ProviderPlugIn:
    """A provider that can be searched; all its functions are pure."""

    description: ProviderDescription
    search_question: Callable[[Marketplace, str, int], Question]  # site, query, page from 1
    read_search_page: Callable[[Json, Marketplace, int], Page]
    listing_pages: ListingPages | None = None
    vendor: Vendor = SCRAPERAPI
    priced_url: str | None = None  # a page of results as its vendor prices it; {tld} is the site's
    photo_search: PhotoSearch | None = None
    # The question with a search's options, where they are no parameters under their own names.
    with_options: Callable[[Question, Mapping[str, str]], Question] | None = None

    def at_price(self, page_credits: int | None) -> ProviderPlugIn:
        """The same whose pages cost so much, as the vendor told; None: as they are described."""
        described = self.description.at_price(page_credits)
        if page_credits is None or described is self.description:
            return self

        def question(place: Marketplace, query: str, page: int) -> Question:
            return replace(self.search_question(place, query, page), credits=page_credits)

        pages = self.listing_pages
        if pages is not None:
            pages = replace(pages, questions=partial(_questions_at, pages, page_credits))
        photos = self.photo_search
        if photos is not None:
            photos = replace(photos, question=partial(_photo_question_at, photos, page_credits))
        return replace(
            self,
            description=described,
            search_question=question,
            listing_pages=pages,
            photo_search=photos,
        )


def _photo_question_at(
    photos: PhotoSearch, credits: int, place: Marketplace, photo: bytes
) -> Question:
    return replace(photos.question(place, photo), credits=credits)


def _questions_at(
    pages: ListingPages, credits: int, listing: Listing, place: Marketplace
) -> Sequence[Question]:
    asked = pages.questions(listing, place)
    return [replace(question, credits=credits) for question in asked]
