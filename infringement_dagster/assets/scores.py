"""Asset `scores`: each listing's explained probability of infringement."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import (
    check_counts,
    check_scores_in_range,
    counts_add_up_spec,
    scores_in_range_spec,
)
from infringement_dagster.assets.columns import SCORES
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.histogram import histogram
from infringement_dagster.assets.preview import PREVIEW_ROWS, most_probable, with_photos
from infringement_dagster.assets.report import StepReport, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.matching.signal_table import MODEL
from infringement_dagster.photos.thumbnails import thumbnails_of
from infringement_dagster.scans.lease import held_scan_run
from infringement_dagster.scoring.score_scanned import ScoredRun, score_scanned
from infringement_dagster.snapshots.rows import RowLookup
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.fetching.allowed_hosts import PhotoAccess
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.settings import PageLinks

ASSET = "scores"
_SUMMARY = ("listing_id", "probability", "violation_type")
_PREVIEW = ("listing_id", "title", "probability", "violation_type", "url")


@scan_asset(
    name=ASSET,
    description="The explained probability that each listing infringes, pinned to its config.",
    kinds={"python", "polars", "postgres", "parquet"},
    tags={"infringement/stage": "score"},
    code_version=MODEL,
    metadata=SCORES,
    check_specs=[counts_add_up_spec(ASSET), scores_in_range_spec],
)
def scores(
    context: dg.AssetExecutionContext,
    raw_listings: pl.LazyFrame,
    image_hashes: pl.LazyFrame,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
    descriptor: dg.ResourceParam[DescriptorAccess],
    photo_access: dg.ResourceParam[PhotoAccess],
    links: dg.ResourceParam[PageLinks],
) -> Iterator[dg.MaterializeResult[pl.LazyFrame]]:
    """The scores of the partition's listings."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
        BlockingDecoder() as decoder,
    ):
        report = StepReport(run, ASSET)
        listings, model = RowLookup(raw_listings), descriptor.model()
        found = listings.height
        tools = (database, objects, decoder, model, photo_access, report.progress)
        done = score_scanned(run, context.run.run_id, *tools, listings, image_hashes)
        stored, flagged = done.scores.height, done.flagged
        counts = report.keep(database, found, stored, done.failed, listings=found, flagged=flagged)
        frame = done.scores.unpacked()
        summary = frame.select(_SUMMARY).collect()
        checks = report.checked(database, [check_counts(counts), check_scores_in_range(summary)])
        best = summary.top_k(PREVIEW_ROWS, by="probability")
        first = most_probable(best, listings.of(best["listing_id"]), _PREVIEW)
        thumbnails = thumbnails_of(run.client_id, database, objects, decoder)
        shown = with_photos(first, done.photos.of(first["listing_id"]), thumbnails.data_url)
        drawn = histogram(summary["probability"].to_list(), run.config.thresholds.review)
    context.log.info(step_line(ASSET, counts, flagged=flagged))
    metadata = report.metadata(counts, shown, links) | _told(done, drawn)
    yield dg.MaterializeResult(value=frame, metadata=metadata, check_results=checks)


def _told(done: ScoredRun, histogram_drawn: str) -> dict[str, dg.MetadataValue]:
    return {
        "model": dg.MetadataValue.text(MODEL),
        "probabilities": dg.MetadataValue.md(histogram_drawn),
        "photos_compared": dg.MetadataValue.int(done.photos_compared),
        "photos_read": dg.MetadataValue.int(done.photos_read),
        "photos_left_unread": dg.MetadataValue.int(done.photos_left_unread),
    }
