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
from infringement_dagster.flagging.flag_scored import flag_scored
from infringement_dagster.photos.thumbnails import thumbnails_of
from infringement_dagster.scans.lease import held_scan_run
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
        done = flag_scored(run, database, objects, raw_listings, image_hashes, scores)
        flagged, sampled = len(done.flagged), len(done.sampled)
        told = {"sampled": sampled} | done.settled.by_rule.counts()
        stored = len(done.cases) - sampled
        counts = report.keep(database, flagged, stored, [], beside=told, flagged=flagged)
        checks = report.checked(database, [check_counts(counts), check_scanned()])
        frame = done.frame()
        first = most_probable(frame, done.listings, _PREVIEW)
        thumbnails = thumbnails_of(run.client_id, database, objects, decoder)
        preview = with_photos(first, done.photos, thumbnails.data_url)
    settled = done.settled
    beside = told | {"dropped": settled.dropped, "alike": settled.alike, "actors": settled.actors}
    context.log.info(step_line(ASSET, counts, new=done.created, **beside))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, preview, links) | {"created": done.created, **beside},
        check_results=checks,
    )
