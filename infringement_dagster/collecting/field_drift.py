"""How often a provider fills the fields that we read, against the least and against its habit.

A provider that renames a field answers 200 with listings that are silently poorer; only rates tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import polars as pl

from infringement_dagster.domain.event import NewEvent, ProviderDrifted, new_event
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.scans import outcome_store

ASSET = "raw_listings"
# HTTP 200 can hold empty objects. Every row of the real captures has title, photo and price;
# eBay listings without a fixed price and Amazon rows without an offer lack the last.
FILL_RATES_MIN = {"title": 1.0, "url": 0.95, "image_urls": 0.8, "price_low": 0.5}
WATCHED = (*FILL_RATES_MIN, "seller_name", "condition", "rating", "review_count")

RUNS_LOOKED_AT = 10
RUNS_MIN = 3  # a habit needs so many
LISTINGS_MIN = 20  # below, chance alone moves a rate by a quarter
FALL_MAX = 0.25  # from the median; the rates of one provider vary by less than 0.1


@dataclass(frozen=True, slots=True)
class FieldDrift:
    """The share of listings that fill each field; `usual` is empty without enough history."""

    rates: Mapping[str, float]
    usual: Mapping[str, float]

    @property
    def low(self) -> dict[str, float]:
        """The fields filled less often than scoring can bear."""
        return {n: r for n, r in self.rates.items() if r < FILL_RATES_MIN.get(n, 0.0)}

    @property
    def fallen(self) -> dict[str, float]:
        """The fields filled much less often than this provider usually does."""
        return {n: r for n, r in self.rates.items() if r < self.usual.get(n, 0.0) - FALL_MAX}

    def events(self, run: ScanRun) -> Iterator[NewEvent]:
        """One event where the provider's answers have changed for the worse."""
        if self.fallen:
            fields = {
                name: {"rate": round(rate, 3), "usual": round(self.usual[name], 3)}
                for name, rate in self.fallen.items()
            }
            yield new_event(ProviderDrifted(run.provider, fields), run.scan_id)


def field_drift(database: Database, run: ScanRun, listings: pl.LazyFrame) -> FieldDrift:
    """The rates of these listings beside those of the client's recent runs at the provider."""
    count, rates = fill_rates(listings)
    if count < LISTINGS_MIN:
        return FieldDrift(rates, {})
    with database.client(run.client_id) as connection:
        kept = outcome_store.recent_counts(
            connection, run.client_id, run.provider, ASSET, RUNS_LOOKED_AT, not_of=run.scan_id
        )
    return FieldDrift(rates, usual_rates([_rates_of(document) for document in kept]))


def fill_rates(listings: pl.LazyFrame) -> tuple[int, dict[str, float]]:
    """How many listings there are, and the share that fills each watched field, from 0 to 1.

    Of none, nothing.
    """
    filled = {name: pl.col(name).is_not_null() for name in WATCHED}
    filled["image_urls"] = pl.col("image_urls").list.len() > 0
    counts = listings.select(pl.len().alias("count"), **{n: f.sum() for n, f in filled.items()})
    count, *numbers = counts.collect(engine="streaming").row(0)
    rates = {name: number / count for name, number in zip(filled, numbers, strict=True) if count}
    return count, rates


def usual_rates(history: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each field's rates, where there are enough of them."""
    past = {name: [rates[name] for rates in history if name in rates] for name in WATCHED}
    return {name: median(rates) for name, rates in past.items() if len(rates) >= RUNS_MIN}


def _rates_of(document: Mapping[str, object]) -> dict[str, float]:
    kept, found = document.get("fill_rates"), document.get("found")
    if not isinstance(kept, Mapping) or not isinstance(found, int) or found < LISTINGS_MIN:
        return {}
    return {str(name): float(rate) for name, rate in kept.items() if isinstance(rate, int | float)}
