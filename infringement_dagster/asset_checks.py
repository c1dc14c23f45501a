"""What must hold for each materialisation, shown to operators beside the asset.

Belongs here: the checks' names and verdicts, pure over counts and frames. Not here: doing
something about a failed check.
"""

from __future__ import annotations

import warnings

import dagster as dg
import polars as pl

from infringement_dagster.item_counts import ItemCounts
from infringement_dagster.partitions import client_provider_partitions

COUNTS_ADD_UP = "counts_add_up"
FIELD_FILL_RATE = "field_fill_rate"
SCORES_IN_RANGE = "scores_in_range"

# HTTP 200 can hold empty objects. Every row of the real captures has title, picture and price;
# eBay listings without a fixed price and Amazon rows without an offer lack the last.
FILL_RATES_MIN = {"title": 1.0, "url": 0.95, "image_urls": 0.8, "price_low": 0.5}


def _spec(name: str, asset: str, description: str) -> dg.AssetCheckSpec:
    with warnings.catch_warnings():
        # Checks by partition are a preview in Dagster 1.13. Without them the pass of one client
        # hides the failure of another, and parallel runs leave checks "not evaluated".
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name,
            asset=asset,
            description=description,
            partitions_def=client_provider_partitions,
        )


def counts_add_up_spec(asset: str) -> dg.AssetCheckSpec:
    """The check that every item found is stored, skipped or failed."""
    return _spec(
        COUNTS_ADD_UP,
        asset,
        "Every item found ended as stored, skipped with a reason or failed with one.",
    )


def check_counts(counts: ItemCounts) -> dg.AssetCheckResult:
    """Passes when found = stored + skipped + failed."""
    return dg.AssetCheckResult(
        check_name=COUNTS_ADD_UP, passed=counts.add_up, metadata={"counts": counts.as_document()}
    )


field_fill_rate_spec = _spec(
    FIELD_FILL_RATE, "raw_listings", "The provider still fills the fields that scoring needs."
)


def check_field_fill_rate(listings: pl.DataFrame) -> dg.AssetCheckResult:
    """Passes when each field that scoring needs is filled often enough; no rows: a warning."""
    rates = _fill_rates(listings)
    low = {name: rate for name, rate in rates.items() if rate < FILL_RATES_MIN[name]}
    return dg.AssetCheckResult(
        check_name=FIELD_FILL_RATE,
        passed=bool(rates) and not low,
        severity=dg.AssetCheckSeverity.ERROR if low else dg.AssetCheckSeverity.WARN,
        description=_fill_rate_verdict(rates, low),
        metadata={"rates": rates, "least": FILL_RATES_MIN},
    )


def _fill_rates(listings: pl.DataFrame) -> dict[str, float]:
    if listings.is_empty():
        return {}
    rates = {name: 1 - listings[name].null_count() / listings.height for name in FILL_RATES_MIN}
    rates["image_urls"] = (
        listings.filter(pl.col("image_urls").list.len() > 0).height / listings.height
    )
    return rates


def _fill_rate_verdict(rates: dict[str, float], low: dict[str, float]) -> str:
    if not rates:
        return "no listing was found: the query may be too narrow or the provider answers empty"
    if not low:
        return "all fields are filled as usual"
    fields = ", ".join(f"{name} {rate:.0%}" for name, rate in low.items())
    return f"too seldom filled: {fields}; the provider's format may have changed"


scores_in_range_spec = _spec(
    SCORES_IN_RANGE, "scores", "Each listing has one score, and it is a probability."
)


def check_scores_in_range(scores: pl.DataFrame) -> dg.AssetCheckResult:
    """Passes when each listing is scored once with a probability in [0, 1]."""
    inside = scores["probability"].is_between(0.0, 1.0).fill_null(False)  # NaN is outside
    outside = scores.filter(~inside).height
    repeated = scores.height - scores["listing_id"].n_unique()
    return dg.AssetCheckResult(
        check_name=SCORES_IN_RANGE,
        passed=outside == 0 and repeated == 0,
        metadata={"outside": outside, "repeated": repeated, "scored": scores.height},
    )
