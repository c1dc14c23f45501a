"""The most that one run may cost, from the client's config; pure."""

from __future__ import annotations

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Provider

# Credits for one structured page, as the vendor documents them.
PAGE_CREDITS: dict[Provider, int] = {
    "amazon": 5,
    "ebay": 1,
    "walmart": 1,
    "google_shopping": 25,
}
_PAGES_A_DETAIL = 2  # the product's page and its offers, at Amazon only


def credits_at_most(config: ClientConfig, provider: Provider) -> int:
    """Credits for every page of every query, and for every candidate's own pages; 0 unsearched.

    Repeated tries are not counted: the vendor charges only answers, and few of them are unreadable.
    """
    search = config.searches.get(provider)
    if search is None:
        return 0
    pages = len(search.queries) * search.pages_max
    if provider == "amazon":
        pages += _PAGES_A_DETAIL * search.details_max
    return pages * PAGE_CREDITS[provider]
