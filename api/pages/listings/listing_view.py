"""A listing that is no case, with everything that tells why it was not flagged."""

from __future__ import annotations

from dataclasses import dataclass

from api.access import ClientScope
from api.pages.cases.case_view import brand_read
from api.pages.cases.compared_photos import Comparison, compare_photos
from api.pages.cases.price_wording import PriceShown, price_compared
from api.pages.cases.signal_wording import ShownSignal, shown_signals
from api.pages.cases.title_highlights import Piece, marked_title
from api.pages.listings.verdict_wording import ScoredListing, why_no_case
from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.listing import Provider, Rank
from infringement_dagster.domain.score import BrandRead
from infringement_dagster.reviewing.whole_listing import WholeListing, read_whole_listing
from resources.postgres.listings import history_query, listing_store, score_store
from resources.postgres.listings.history_query import FoundByPhoto
from resources.postgres.listings.records import ListingRow
from resources.postgres.listings.score_store import NewestScore


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing with everything that tells why it was not flagged."""

    listing: ListingRow
    title: list[Piece]
    scored: NewestScore | None
    why: list[str]  # sentences
    signals: list[ShownSignal]  # the strongest first
    comparison: Comparison
    price: PriceShown
    rank: Rank | None  # where its last scan found it
    found_by_photo: FoundByPhoto | None  # None: words found it
    whole: WholeListing


def view_listing(scope: ClientScope, provider: Provider, listing_id: str) -> ListingView:
    """The listing as it was last seen and scored; raises UnknownListing."""
    c, client_id = scope.connection, scope.client_id
    listing = listing_store.get_listing(c, client_id, provider, listing_id)
    scored = score_store.newest_score(c, client_id, provider, listing_id)
    score = scored.score if scored else None
    brand, signals = brand_read(score), shown_signals(score)
    return ListingView(
        listing,
        marked_title(listing.title, brand if isinstance(brand, BrandRead) else None),
        scored,
        why_no_case(_scored_listing(scope, scored, signals)),
        signals,
        compare_photos(scope, score, provider, listing_id),
        PriceShown(price_compared(score), listing.price_low, listing.currency),
        history_query.rank_of(c, client_id, provider, listing_id),
        history_query.photo_that_found(c, client_id, provider, listing_id),
        read_whole_listing(c, client_id, listing),
    )


def _scored_listing(
    scope: ClientScope, scored: NewestScore | None, signals: list[ShownSignal]
) -> ScoredListing | None:
    if scored is None:
        return None
    newest = load_client_config(scope.connection, scope.client_id)
    return ScoredListing(
        scored.score.probability,
        scored.config_version,
        newest.version,
        newest.thresholds,
        signals,
    )
