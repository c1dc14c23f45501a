"""Asset `flagged_cases`: the listings that a person should look at, with frozen evidence."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import (
    check_counts,
    check_scanned,
    counts_add_up_spec,
    scanned_on_time_spec,
)
from infringement_dagster.assets.columns import CASES
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.preview import most_probable, with_photos
from infringement_dagster.assets.report import StepReport, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.flagging.flag_cases import CaseFlagging
from infringement_dagster.flagging.sample_listings import sample_below
from infringement_dagster.flagging.settle import settle
from infringement_dagster.flagging.thresholds import parted
from infringement_dagster.photos.thumbnails import thumbnails_of
from infringement_dagster.scans.lease import held_scan_run
from infringement_dagster.snapshots.listings import found_listings_of
from infringement_dagster.snapshots.photos import photos_of
from infringement_dagster.snapshots.scores import cases_frame, scores_of
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.settings import PageLinks

ASSET = "flagged_cases"
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
    metadata=CASES,
    check_specs=[counts_add_up_spec(ASSET), scanned_on_time_spec],
)
def flagged_cases(
    context: dg.AssetExecutionContext,
    raw_listings: pl.LazyFrame,
    image_hashes: pl.LazyFrame,
    scores: pl.LazyFrame,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
    links: dg.ResourceParam[PageLinks],
) -> Iterator[dg.MaterializeResult[pl.DataFrame]]:
    """The cases of the partition; what a person has decided stays decided."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
        BlockingDecoder() as decoder,  # starts no worker while the photos' previews are kept
    ):
        report = StepReport(run, ASSET)
        flagged, below = parted(scores, run.config.thresholds)
        sample = sample_below(database, run, below)
        drawn = scores.filter(pl.col("listing_id").is_in(list(sample.listing_ids)))
        shown = flagged | scores_of(drawn.collect())
        theirs = pl.col("listing_id").is_in(list(shown))
        listings = raw_listings.filter(theirs).collect()
        photos = photos_of(image_hashes.filter(theirs).collect())
        found = {found.listing.listing_id: found for found in found_listings_of(listings)}
        cases = CaseFlagging(run, database, objects, found, photos, sample).flag(shown)
        settled = settle(database, run, scores, flagged)
        sampled = len(sample.listing_ids)
        counts = report.keep(
            database,
            len(flagged),
            len(cases) - sampled,
            [],
            beside={"sampled": sampled},
            flagged=len(flagged),
        )
        checks = report.checked(database, [check_counts(counts), check_scanned()])
        frame = cases_frame(cases, shown, sample.listing_ids)
        thumbnails = thumbnails_of(run.client_id, database, objects, decoder)
        preview = with_photos(most_probable(frame, listings, _PREVIEW), photos, thumbnails.data_url)
    created = sum(case.created and case.listing_id in flagged for case in cases)
    beside = {"sampled": sampled, "dropped": settled.dropped, "alike": settled.alike}
    context.log.info(step_line(ASSET, counts, new=created, **beside))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, preview, links) | {"created": created, **beside},
        check_results=checks,
    )
