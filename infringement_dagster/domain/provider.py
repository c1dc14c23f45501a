"""A provider as everybody may know it without asking it: names, sites, addresses, prices; pure.

Adapters make these values; `resources/providers/registry.py` knows which are installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.listing_pages.page_budget import page_budget

PROVIDER_NAME = r"^[a-z][a-z0-9_]{0,62}$"  # as the database checks it
TITLE_MAX_CHARS = 60
FILE_PAGES_MAX = 1000  # of a provider that is read whole; a page that claims more is not believed


class UnknownMarketplace(PermanentError):
    """The provider has no site under this top-level domain, or none that it is known of."""


class BadDescription(PermanentError):
    """A description that no other part could work with."""


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One national site of a provider."""

    tld: str  # the end of its address: com, co.uk
    currency: str  # ISO 4217
    country_code: str  # as the vendor's geotargeting spells it


@dataclass(frozen=True, slots=True)
class SearchOption:
    """One way to narrow or order a search at a provider, sent to its vendor under its own name."""

    title: str  # as people read it
    values: tuple[str, ...] = ()  # that it may have; none: whatever the pattern takes
    pattern: str = r"[^\x00-\x1f]{1,100}"

    def takes(self, value: str) -> bool:
        """Whether a config may give this value."""
        return value in self.values if self.values else bool(re.fullmatch(self.pattern, value))

    def joined(self, other: SearchOption) -> SearchOption:
        """The option that may be what either of the two may."""
        if not self.values or not other.values:
            return replace(self, values=(), pattern=r"[^\x00-\x1f]{1,100}")
        return replace(self, values=tuple(dict.fromkeys((*self.values, *other.values))))


@dataclass(frozen=True, slots=True)
class ProviderDescription:
    """A provider's facts; raises `BadDescription` for those that nobody could work with."""

    name: Provider  # in configs, partitions, rows and addresses: it never changes
    title: str  # as people write it
    marketplaces: Mapping[str, Marketplace]  # by top-level domain
    search_page_credits: int
    listing_page_credits: int | None = None  # for all pages of one listing; None: it has none
    search_pages_max: int | None = None  # of one query, whatever a config asks for
    search_options: Mapping[str, SearchOption] = field(default_factory=dict)
    # Its pages are parts of files: all are read, and where they show a listing says nothing.
    reads_whole: bool = False
    # Addresses of its listings, each with a group `id`; none where listings lead anywhere.
    listing_urls: tuple[re.Pattern[str], ...] = ()

    def __post_init__(self) -> None:
        if problem := _problem(self):
            raise BadDescription(f"provider {self.name!r}: {problem}")

    def marketplace(self, tld: str) -> Marketplace:
        """The site under a top-level domain; raises `UnknownMarketplace`."""
        found = self.marketplaces.get(tld)
        if found is None:
            known = ", ".join(self.marketplaces)
            raise UnknownMarketplace(
                f"{self.title} has no marketplace {tld!r}; use one of: {known}"
            )
        return found

    def listing_id_in(self, url: str) -> str | None:
        """The id of the listing that an address of this provider leads to, if it is one."""
        matches = (pattern.search(url) for pattern in self.listing_urls)
        return next((match["id"] for match in matches if match), None)

    def option_faults(self, options: Mapping[str, str]) -> dict[str, str]:
        """Why the provider does not take some of the options, by their names."""
        faults = {}
        for name, value in options.items():
            option = self.search_options.get(name)
            if option is None:
                there = ", ".join(self.search_options) or "none"
                faults[name] = f"{self.title} has no such option; those there are: {there}"
            elif not option.takes(value):
                wanted = f"one of: {', '.join(option.values)}" if option.values else option.pattern
                faults[name] = f"{value!r} is not taken by {self.title}; use {wanted}"
        return faults

    def at_price(self, page_credits: int | None) -> ProviderDescription:
        """The same where a page costs so much, as its vendor told; None: as it is described.

        A listing's own pages are of the same site, so they cost as much more or less.
        """
        if page_credits is None or not self.search_page_credits:
            return self
        listing = self.listing_page_credits
        if listing is not None:
            listing = -(-listing * page_credits // self.search_page_credits)
        return replace(self, search_page_credits=page_credits, listing_page_credits=listing)

    def search_pages(self, wanted: int) -> int:
        """How many pages of a query are read at most when so many are wanted."""
        if self.reads_whole:
            return FILE_PAGES_MAX
        return wanted if self.search_pages_max is None else min(wanted, self.search_pages_max)


def credits_at_most(config: ClientConfig, provider: ProviderDescription) -> int:
    """Credits for every page of every query, every photo and every candidate's own pages.

    0 where the config does not search the provider. A photo has one page.
    Repeated tries are not counted: the vendor charges only answers, and few of them are unreadable.
    """
    search = config.searches.get(provider.name)
    if search is None:
        return 0
    pages = len(search.queries) * provider.search_pages(search.pages_max) + search.photos_max
    details = page_budget(search, provider.listing_page_credits)
    return pages * provider.search_page_credits + details.credits


def _problem(described: ProviderDescription) -> str | None:
    """Why nobody could work with the description."""
    sites, credits = described.marketplaces, described.listing_page_credits or 0
    rules = {
        f"its name must match {PROVIDER_NAME}": re.fullmatch(PROVIDER_NAME, described.name),
        f"its title needs 1 to {TITLE_MAX_CHARS} characters": (
            0 < len(described.title.strip()) <= TITLE_MAX_CHARS
        ),
        "it needs a marketplace, each under its own top-level domain": (
            sites and all(tld == site.tld for tld, site in sites.items())
        ),
        "credits cannot be below 0": min(described.search_page_credits, credits) >= 0,
        "a search has at least one page": described.search_pages_max is None
        or described.search_pages_max >= 1,
        "each pattern of listing_urls needs a group named id": all(
            "id" in pattern.groupindex for pattern in described.listing_urls
        ),
    }
    return next((problem for problem, is_kept in rules.items() if not is_kept), None)
