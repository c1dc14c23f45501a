"""The plan of the next scan at a provider, as far as the last one lets foresee it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from infringement_dagster.domain.client import ClientConfig, Search
from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.listing_pages.page_budget import page_budget
from infringement_dagster.domain.listing_pages.page_choice import (
    Prospect,
    chosen_pages,
    usual_prices,
)
from infringement_dagster.domain.provider import ProviderDescription, credits_at_most
from infringement_dagster.domain.score import Score
from infringement_dagster.scoring.preview_result import PagePlan
from infringement_dagster.scoring.score_listings import probability_before_photos
from resources.postgres.database import Database
from resources.postgres.listings import history_query, page_store
from resources.postgres.scans import outcome_store, price_store
from resources.providers.registry import installed

ASSET = "raw_listings"


def page_plan(
    database: Database,
    client_id: str,
    config: ClientConfig,
    provider: Provider,
    listings: Sequence[Listing],
    scores: Mapping[str, Score],
) -> PagePlan | None:
    """The plan with this config, if the marketplace still shows `listings` of the last scan.

    `scores` are theirs by this config, as far as there are any.
    None where the provider was taken away. Pages that were read are not read again, as nothing is
    known to have changed.
    """
    search = config.searches[provider]
    if provider not in installed().names:
        return None
    with database.client(client_id) as c:
        told = price_store.newest_price(c, provider, search.marketplace)
        counts = outcome_store.newest_counts(c, client_id, provider, ASSET)
        ids = [listing.listing_id for listing in listings]
        known = page_store.pages_of(c, client_id, provider, ids)
        ranks = history_query.ranks_of(c, client_id, provider, ids)
    described = installed().description(provider, search.vendor).at_price(told)
    probability = probability_before_photos(config, scores)
    prospects = (
        Prospect(listing, probability(listing), None, ranks.get(listing.listing_id))
        for listing in listings
        if listing.listing_id not in known
    )
    budget = page_budget(search, described.listing_page_credits)
    chosen = chosen_pages(prospects, config.thresholds, budget, usual_prices(listings))
    pages = search_pages(search, described, (counts or {}).get("pages_read"))
    return PagePlan(
        listing_pages=len(chosen),
        credits_for_them=len(chosen) * budget.page_credits,
        credits_expected=pages * described.search_page_credits + len(chosen) * budget.page_credits,
        credits_at_most=credits_at_most(config, described),
    )


def search_pages(search: Search, described: ProviderDescription, read: object) -> int:
    """How many pages of results are there to be read, as the last run has found.

    A query that it did not ask has as many as are wanted.
    """
    most = described.search_pages(search.pages_max)
    pairs = read if isinstance(read, list) else []
    found = Counter(pair[0] for pair in pairs if isinstance(pair, list | tuple) and pair)
    return sum(min(found[query] or most, most) for query in search.queries)
