"""Which listings' own pages a scan reads: those that are worth more than their credits; pure.

A page is worth its chance of turning a decision, times what the decision is about. The chance is
largest where the probability stands next to a threshold and much is missing that the page tells.
The numbers below are judged, not fitted: a page moved log-odds by about 1.5 on made-up clients.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist, median
from typing import Final

from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.listing import Listing, Rank
from infringement_dagster.domain.listing_pages.page_budget import PageBudget
from infringement_dagster.domain.listing_pages.page_read import RowPart

# How far the log-odds are spread by a fact that the page adds, as a standard deviation.
_SPREAD_OF_MISSING: Final = {
    "brand": 0.9,
    "own_words": 1.0,
    "seller": 0.5,
    "further_photos": 0.8,
    "price": 0.4,
}
_SPREAD_OF_CHANGED: Final[Mapping[RowPart, float]] = {
    "title": 1.0,
    "photo": 0.8,
    "seller": 0.6,
    "price": 0.3,
}
# A turned decision at the middle price and the best place is worth so much: a case that is missed,
# or one that a person looks at for nothing.
DECISION_CREDITS: Final = 200
_ROWS_A_PAGE = 48
_PROBABILITY_LEAST = 1e-6
_PRICE_WEIGHTS = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A listing whose own page could be read, as it is known without it."""

    row: Listing
    probability: float
    changed: frozenset[RowPart] | None = None  # since its page was read; None: it never was
    rank: Rank | None = None  # where this scan found it

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of facts that a page tells and the row does not."""
        row = self.row
        found = {
            "brand": row.brand is not None,
            "own_words": bool(row.own_words),
            "seller": row.seller is not None,
            "further_photos": len(row.image_urls) > 1,
            "price": row.price is not None,
        }
        return tuple(name for name, is_there in found.items() if not is_there)


def chance_of_turn(prospect: Prospect, thresholds: Thresholds) -> float:
    """The chance that the page takes the listing over a threshold, in either direction."""
    spread = _spread(prospect)
    if not spread:
        return 0.0
    at = _log_odds(prospect.probability)
    ahead = (abs(at - _log_odds(step)) for step in (thresholds.review, thresholds.notice_ready))
    return min(1.0, sum(NormalDist(0, spread).cdf(-distance) for distance in ahead))


def worth_credits(prospect: Prospect, thresholds: Thresholds, usual: Mapping[str, float]) -> float:
    """The credits that the page is worth; `usual` are middle prices by currency."""
    stakes = _reach(prospect.rank) * _price_weight(prospect.row, usual)
    return DECISION_CREDITS * chance_of_turn(prospect, thresholds) * stakes


def chosen_pages(
    prospects: Iterable[Prospect],
    thresholds: Thresholds,
    budget: PageBudget,
    usual: Mapping[str, float],
) -> list[Prospect]:
    """The listings whose pages are worth their price, the most valuable first, in the budget.

    `usual` are the middle prices of all that the search found, whether their pages were read or
    not: else a page would become worth reading because others were read.
    One whose page was read is left out until something of it has changed.
    """
    if not budget.pages:
        return []
    known = (prospect for prospect in prospects if prospect.changed != frozenset())
    valued = [(worth_credits(prospect, thresholds, usual), prospect) for prospect in known]
    worth = [pair for pair in valued if pair[0] >= max(budget.page_credits, 1)]
    worth.sort(key=lambda pair: (-pair[0], pair[1].row.listing_id))
    return [prospect for _, prospect in worth[: budget.pages]]


def usual_prices(rows: Iterable[Listing]) -> dict[str, float]:
    """The middle price of the listings, by currency."""
    prices: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.price is not None:
            prices[row.price.currency].append(float(row.price.low))
    return {currency: median(found) for currency, found in prices.items()}


def _spread(prospect: Prospect) -> float:
    if prospect.changed is None:
        parts = [_SPREAD_OF_MISSING[name] for name in prospect.missing]
    else:
        parts = [_SPREAD_OF_CHANGED[name] for name in prospect.changed]
    return math.hypot(*parts)


def _log_odds(probability: float) -> float:
    held = min(max(probability, _PROBABILITY_LEAST), 1 - _PROBABILITY_LEAST)
    return math.log(held / (1 - held))


def _reach(rank: Rank | None) -> float:
    """From 1 for the first place down to a half: far fewer people see the hundredth."""
    if rank is None:
        return 0.5
    place = (rank.page - 1) * _ROWS_A_PAGE + rank.position
    return 0.5 + 0.5 / math.log2(1 + max(place, 1))


def _price_weight(row: Listing, usual: Mapping[str, float]) -> float:
    """More for what costs more than is usual, within a half and double."""
    middle = 0.0 if row.price is None else usual.get(row.price.currency, 0.0)
    if row.price is None or not middle:
        return 1.0
    least, most = _PRICE_WEIGHTS
    return min(max(math.sqrt(float(row.price.low) / middle), least), most)
