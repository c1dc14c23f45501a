"""How well actors are the people of a made-up market, for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from infringement_dagster.domain.actors.sellers import SellerKey, Trace
from infringement_dagster.domain.groups.likeness import PhotoPrint
from infringement_dagster.matching.actors.network import Network
from infringement_dagster.matching.actors.traces import listing_trace, seller_key
from infringement_dagster.matching.groups.likeness import photo_print, template_words
from tests.support.seller_networks import SellerMarket

Pair = tuple[SellerKey, SellerKey]


@dataclass(frozen=True, slots=True)
class Quality:
    """Of pairs: links between sellers of one person, and pairs of one person in one actor."""

    link_precision: float
    link_recall: float
    actor_precision: float
    actor_recall: float
    actors: int


def traces_of(market: SellerMarket) -> list[Trace]:
    """The traces of the market's listings, in the order in which scans find them."""
    references = [photo_print(sha, hashed.hashes) for sha, hashed in market.references]
    known: dict[str, PhotoPrint] = {}
    traces = []
    for offer in market.offers:
        listing = offer.listing
        assert listing.seller is not None
        assert listing.price is not None
        if offer.photo_sha256 not in known:
            known[offer.photo_sha256] = photo_print(
                offer.photo_sha256, offer.hashed.hashes, references
            )
        read = listing_trace(listing)
        traces.append(
            Trace(
                seller_key(listing.provider, listing.seller),
                listing.seller.name,
                template_words(listing.title),
                known[offer.photo_sha256],
                read.contacts or frozenset(),
                read.ships_from,
                listing.price.low,
                listing.price.currency,
            )
        )
    return traces


def quality(market: SellerMarket, found: Network) -> Quality:
    """How well links and actors are the market's people."""
    person: dict[SellerKey, int] = {}
    for offer in market.offers:
        assert offer.listing.seller is not None
        person[seller_key(offer.listing.provider, offer.listing.seller)] = offer.person
    true = {pair for pair in combinations(sorted(person), 2) if person[pair[0]] == person[pair[1]]}
    tied = {(link.first, link.second) for link in found.links if link.ties}
    together = {pair for actor in found.actors for pair in combinations(sorted(actor), 2)}
    several = [actor for actor in found.actors if len(actor) > 1]
    return Quality(*_shares(tied, true), *_shares(together, true), len(several))


def _shares(found: set[Pair], true: set[Pair]) -> tuple[float, float]:
    right = len(found & true)
    return right / max(len(found), 1), right / max(len(true), 1)


def scan_ends(market: SellerMarket) -> Sequence[int]:
    """How many listings are known after each scan."""
    scans = [offer.scan for offer in market.offers]
    return [sum(scan <= last for scan in scans) for last in sorted(set(scans))]
