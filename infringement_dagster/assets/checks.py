"""Checks of each materialisation, shown to operators beside the asset."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict

import dagster as dg
import polars as pl

from infringement_dagster.assets.partitions import (
    client_provider_partitions,
    client_week_partitions,
    partition_key,
)
from infringement_dagster.collecting.field_drift import FILL_RATES_MIN, FieldDrift
from infringement_dagster.domain.counts import ItemCounts
from infringement_dagster.reporting.check_report import Compared
from infringement_dagster.scans.late_scans import SCANNED_ON_TIME, why_late
from resources.postgres.scans.late_query import DueRun

COUNTS_ADD_UP = "counts_add_up"
FIELD_FILL_RATE = "field_fill_rate"
SEARCHED = "searched"
SCORES_IN_RANGE = "scores_in_range"
EQUALS_TABLES = "equals_tables"
SNAPSHOTS_READ = "snapshots_read"


def _spec(
    name: str,
    asset: str,
    description: str,
    partitions: dg.PartitionsDefinition[str] = client_provider_partitions,
) -> dg.AssetCheckSpec:
    with warnings.catch_warnings():
        # Checks by partition are a preview in Dagster 1.13. Without them the pass of one client
        # hides the failure of another, and parallel runs leave checks "not evaluated".
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name,
            asset=asset,
            description=description,
            partitions_def=partitions,
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
        check_name=COUNTS_ADD_UP,
        passed=counts.add_up,
        description=f"{counts.found:,} found: {counts.stored:,} stored, "
        f"{counts.skipped:,} skipped, {counts.failed:,} failed",
        metadata={"counts": counts.as_document()},
    )


field_fill_rate_spec = _spec(
    FIELD_FILL_RATE, "raw_listings", "The provider still fills the fields that scoring needs."
)


searched_spec = _spec(SEARCHED, "raw_listings", "The client's config searches the provider.")


def check_searched(skipped_because: str | None) -> dg.AssetCheckResult:
    """Warns about a pair that was skipped, whose empty result would look like a good one."""
    return dg.AssetCheckResult(
        check_name=SEARCHED,
        passed=skipped_because is None,
        severity=dg.AssetCheckSeverity.WARN,
        description=skipped_because or "it does",
    )


def check_field_fill_rate(drift: FieldDrift) -> dg.AssetCheckResult:
    """Passes when each field is filled often enough and as often as usual; no rows: a warning."""
    return dg.AssetCheckResult(
        check_name=FIELD_FILL_RATE,
        passed=bool(drift.rates) and not drift.low and not drift.fallen,
        severity=dg.AssetCheckSeverity.ERROR if drift.low else dg.AssetCheckSeverity.WARN,
        description=_fill_rate_verdict(drift),
        metadata={
            "rates": dict(drift.rates),
            "usual": dict(drift.usual),
            "least": FILL_RATES_MIN,
        },
    )


def _fill_rate_verdict(drift: FieldDrift) -> str:
    if not drift.rates:
        return "no listing was found: the query may be too narrow or the provider answers empty"
    if not drift.low and not drift.fallen:
        return "all fields are filled as usual"
    fields = ", ".join(f"{name} {rate:.0%}" for name, rate in (drift.low | drift.fallen).items())
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
        description=f"of {scores.height:,} scores {outside:,} are no probability, {repeated:,} are "
        "of a listing that has one already",
        metadata={"outside": outside, "repeated": repeated, "scored": scores.height},
    )


equals_tables_spec = _spec(
    EQUALS_TABLES,
    "client_report",
    "The report's totals are those that Postgres counts by itself, as of the same moment.",
    client_week_partitions,
)


def check_equals_tables(compared: Mapping[str, Compared]) -> dg.AssetCheckResult:
    """Passes when each total of the report is that of the tables."""
    unequal = [name for name, both in compared.items() if not both.is_equal]
    return dg.AssetCheckResult(
        check_name=EQUALS_TABLES,
        passed=not unequal,
        description=f"not equal: {', '.join(unequal)}" if unequal else "all are equal",
        metadata={name: asdict(both) for name, both in compared.items()},
    )


snapshots_read_spec = _spec(
    SNAPSHOTS_READ,
    "client_report",
    "The week has snapshots to read; else its listings cannot be told.",
    client_week_partitions,
)


def check_snapshots_read(snapshots: int, rows: int) -> dg.AssetCheckResult:
    """Warns about a report that saw no snapshot at all."""
    return dg.AssetCheckResult(
        check_name=SNAPSHOTS_READ,
        passed=snapshots > 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"snapshots": snapshots, "rows": rows},
    )


scanned_on_time_spec = _spec(
    SCANNED_ON_TIME, "flagged_cases", "The client's last scheduled scan has succeeded in time."
)


def check_scanned() -> dg.AssetCheckResult:
    """Passes: whatever was late is there now."""
    return dg.AssetCheckResult(
        check_name=SCANNED_ON_TIME, passed=True, description="scanned by this run"
    )


def late_evaluation(run: DueRun) -> dg.AssetCheckEvaluation:
    """The failed check of the pair whose scheduled scan is missing."""
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("flagged_cases"),
        check_name=SCANNED_ON_TIME,
        passed=False,
        description=why_late(run),
        partition=partition_key(run.client_id, run.provider),
    )
