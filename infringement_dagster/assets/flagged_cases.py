"""Asset `flagged_cases`: the listings that a person should look at, with frozen evidence."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import check_counts, counts_add_up_spec
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.report import StepReport, most_probable, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.score import Score
from infringement_dagster.flagging.flag_cases import CaseFlagging, drop_unflagged
from infringement_dagster.flagging.sample_listings import may_be_sampled, sample_below
from infringement_dagster.scans.lease import held_scan_run
from infringement_dagster.snapshots.listings import found_listings_of
from infringement_dagster.snapshots.photos import photos_of
from infringement_dagster.snapshots.scores import cases_frame, scores_of
from resources.objects.store import ObjectStore
from resources.postgres.database import Database

ASSET = "flagged_cases"
READ_AT_ONCE = 500  # scores as objects; few of them are flagged
_PREVIEW = (
    *("listing_id", "title", "probability", "violation_type"),
    *("sampled", "created", "url", "case_id"),
)


@scan_asset(
    name=ASSET,
    description="Listings at or above the client's review threshold and a few sampled below it, "
    "with evidence frozen.",
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
        flagged: dict[str, Score] = {}
        below: list[str] = []
        for listing_id, score in _every_score(scores):
            if should_flag(score, run.config.thresholds):
                flagged[listing_id] = score
            elif may_be_sampled(score):
                below.append(listing_id)
        sample = sample_below(database, run, below)
        drawn = scores.filter(pl.col("listing_id").is_in(list(sample.listing_ids)))
        shown = flagged | scores_of(drawn.collect())
        theirs = pl.col("listing_id").is_in(list(shown))
        listings = raw_listings.filter(theirs).collect()
        cases = CaseFlagging(
            run,
            database,
            objects,
            {found.listing.listing_id: found for found in found_listings_of(listings)},
            photos_of(image_hashes.filter(theirs).collect()),
            sample,
        ).flag(shown)
        dropped = drop_unflagged(database, run, scores, flagged)
        sampled = len(sample.listing_ids)
        counts = report.keep(
            database,
            len(flagged),
            len(cases) - sampled,
            [],
            beside={"sampled": sampled},
            flagged=len(flagged),
        )
    frame = cases_frame(cases, shown, sample.listing_ids)
    created = sum(case.created for case in cases)
    context.log.info(step_line(ASSET, counts, new=created, dropped=dropped))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, most_probable(frame, listings, _PREVIEW))
        | {"created": dg.MetadataValue.int(created), "dropped": dg.MetadataValue.int(dropped)}
        | {"sampled": dg.MetadataValue.int(sampled)},
        check_results=[check_counts(counts)],
    )


def _every_score(scores: pl.LazyFrame) -> Iterator[tuple[str, Score]]:
    for start in range(0, scores.select(pl.len()).collect().item(), READ_AT_ONCE):
        yield from scores_of(scores.slice(start, READ_AT_ONCE).collect()).items()
