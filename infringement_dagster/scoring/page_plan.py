"""The plan of the next scan at a provider, as far as the last one lets foresee it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from infringement_dagster.domain.client import ClientConfig, Search
from infringement_dagster.domain.further_hash import is_further_hash
from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.listing_pages.page_budget import page_budget
from infringement_dagster.domain.listing_pages.page_choice import (
    Prospect,
    chosen_pages,
    usual_prices,
)
from infringement_dagster.domain.provider import ProviderDescription, credits_at_most
from infringement_dagster.domain.score import TELLING_MIN, Score, Signal
from infringement_dagster.matching.reading import Reading
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.scoring.preview_result import PagePlan
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
    readings_of: Callable[[Sequence[Listing]], Sequence[Reading]] | None = None,
) -> PagePlan | None:
    """The plan with this config, if the marketplace still shows `listings` of the last scan.

    `scores` are theirs by this config, as far as there are any, and so are the readings.
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
    budget = page_budget(search, described.listing_page_credits)
    unread = [item for item in listings if item.listing_id not in known] if budget.pages else []
    probabilities = probabilities_before_photos(config, scores, unread, readings_of)
    prospects = (
        Prospect(listing, probability, None, ranks.get(listing.listing_id))
        for listing, probability in zip(unread, probabilities, strict=True)
    )
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


# What photos, prices beside others, and other listings say of one; the rest its own row tells.
_TOLD_LATER: Final = frozenset(
    {
        *("image_hash", "image_local", "stolen_photo", "photo_of_accessory", "shared_photo"),
        *("brand_in_photo", "logo_in_photo", "low_price", "seller_history", "relisting"),
        *("batch_template", "fair_dealer", "clean_history"),
    }
)


def probabilities_before_photos(
    config: ClientConfig,
    scores: Mapping[str, Score],
    listings: Sequence[Listing],
    readings_of: Callable[[Sequence[Listing]], Sequence[Reading]] | None = None,
) -> list[float]:
    """The probability of each listing before photos are fetched; `scores` are its whole ones by id.

    Scores of which only the row spoke are taken as they are: reading 4,000 rows anew takes 7 CPU s.
    `readings_of` gives the config's readings where they are known, too.
    """
    by_row = [_by_row(scores.get(listing.listing_id)) for listing in listings]
    unknown = [listing for listing, known in zip(listings, by_row, strict=True) if known is None]
    readings = readings_of(unknown) if readings_of else None
    anew = Scorer(config, ()).probabilities_without_photos(unknown, readings)
    return [next(anew) if known is None else known for known in by_row]


def _by_row(score: Score | None) -> float | None:
    """The probability of a score of which only the row spoke."""
    if score is None or any(_is_told_later(signal) for signal in score.signals):
        return None
    return score.probability


def _is_told_later(signal: Signal) -> bool:
    if abs(signal.contribution) < TELLING_MIN:
        return False
    return signal.name in _TOLD_LATER or is_further_hash(signal.name)
