"""What a run knows of each seller beyond the single listing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from infringement_dagster.domain.listing import Listing
from infringement_dagster.matching.scoring import SellerRecord
from resources.postgres.listings.seller_store import DecidedSeller

_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class SellerRecords:
    """The records of all sellers of one run."""

    decided: dict[str, DecidedSeller]
    batches: Counter[tuple[str, str]]  # listings by seller and title without its numbers

    def of(self, listing: Listing) -> SellerRecord | None:
        """The record of the listing's seller, or None where the provider names none."""
        if listing.seller is None:
            return None
        name = listing.seller.name
        decided = self.decided.get(name, DecidedSeller(name, 0, 0))
        alike = self.batches[name, _template(listing.title)]
        return SellerRecord(decided.infringing_count, decided.lawful_count, max(0, alike - 1))


def seller_records(listings: Iterable[Listing], decided: Iterable[DecidedSeller]) -> SellerRecords:
    """The records of the sellers of these listings."""
    batches = Counter(
        (listing.seller.name, _template(listing.title))
        for listing in listings
        if listing.seller is not None
    )
    return SellerRecords({one.seller_name: one for one in decided}, batches)


def _template(title: str) -> str:
    return " ".join(_NUMBERS.sub("#", title).casefold().split())
