"""Asset `flagged_cases`: the listings that a person should look at, with frozen evidence."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import check_counts, counts_add_up_spec
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.report import StepReport, most_probable, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.domain.case import should_flag
from infringement_dagster.flagging.flag_cases import CaseFlagging, drop_unflagged
from infringement_dagster.scans.lease import held_scan_run
from infringement_dagster.snapshots.listings import found_listings_of
from infringement_dagster.snapshots.photos import photos_of
from infringement_dagster.snapshots.scores import cases_frame, scores_of
from resources.objects.store import ObjectStore
from resources.postgres.database import Database

ASSET = "flagged_cases"
READ_AT_ONCE = 500  # scores as objects; few of them are flagged
_PREVIEW = ("listing_id", "title", "probability", "violation_type", "created", "url", "case_id")


@scan_asset(
    name=ASSET,
    description="Listings at or above the client's review threshold, with evidence frozen.",
    kinds={"python", "postgres", "parquet"},
    tags={"infringement/stage": "flag"},
    code_version="1",
    check_specs=[counts_add_up_spec(ASSET)],
)
def flagged_cases(
    context: dg.AssetExecutionContext,
    raw_listings: pl.LazyFrame,
    image_hashes: pl.LazyFrame,
    scores: pl.LazyFrame,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
) -> Iterator[dg.MaterializeResult[pl.DataFrame]]:
    """The cases of the partition; what a person has decided stays decided."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
    ):
        report = StepReport(run, ASSET)
        flagged = {
            listing_id: score
            for start in range(0, scores.select(pl.len()).collect().item(), READ_AT_ONCE)
            for listing_id, score in scores_of(scores.slice(start, READ_AT_ONCE).collect()).items()
            if should_flag(score, run.config.thresholds)
        }
        theirs = pl.col("listing_id").is_in(list(flagged))
        listings = raw_listings.filter(theirs).collect()
        cases = CaseFlagging(
            run,
            database,
            objects,
            {found.listing.listing_id: found for found in found_listings_of(listings)},
            photos_of(image_hashes.filter(theirs).collect()),
        ).flag(flagged)
        dropped = drop_unflagged(database, run, scores, flagged)
        counts = report.keep(database, len(cases), len(cases), [], flagged=len(cases))
    frame = cases_frame(cases, flagged)
    created = sum(case.created for case in cases)
    context.log.info(step_line(ASSET, counts, new=created, dropped=dropped))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, most_probable(frame, listings, _PREVIEW))
        | {"created": dg.MetadataValue.int(created), "dropped": dg.MetadataValue.int(dropped)},
        check_results=[check_counts(counts)],
    )
