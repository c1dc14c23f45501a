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
from infringement_dagster.assets.preview import most_probable, with_photos
from infringement_dagster.assets.report import StepReport, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.matching.scoring import MODEL
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.photos.thumbnails import thumbnails_of
from infringement_dagster.scans.lease import held_scan_run
from infringement_dagster.scoring.score_run import RunScoring
from infringement_dagster.snapshots.photos import PhotoLookup
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import text_workers
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.fetching.allowed_hosts import PhotoAccess
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.settings import PageLinks

ASSET = "scores"
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
    raw_listings: pl.DataFrame,
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
        BlockingDecoder(text_workers()) as reader,  # starts no worker where nothing is read
    ):
        report = StepReport(run, ASSET)
        photos = PhotoLookup(image_hashes)
        at_most = run.config.text_in_photos.photos_at_most
        texts = PhotoTexts(database, objects, reader, run.client_id, at_most, photo_access)
        scoring = RunScoring(
            run,
            database,
            objects,
            decoder,
            descriptor.model(),
            report.progress,
            raw_listings,
            photos,
            texts,
        )
        spool = scoring.score_all()
        height = raw_listings.height
        counts = report.keep(
            database,
            height,
            spool.height,
            scoring.failed,
            listings=height,
            flagged=scoring.flagged,
        )
        frame = spool.unpacked()
        summary = frame.drop("signals").collect()
        checks = report.checked(database, [check_counts(counts), check_scores_in_range(summary)])
        thumbnails = thumbnails_of(run.client_id, database, objects, decoder)
        first = most_probable(summary, raw_listings, _PREVIEW)
        shown = with_photos(first, photos.of(first["listing_id"]), thumbnails.data_url)
        drawn = histogram(summary["probability"].to_list(), run.config.thresholds.review)
    context.log.info(step_line(ASSET, counts, flagged=scoring.flagged))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, shown, links)
        | {
            "model": MODEL,
            "probabilities": dg.MetadataValue.md(drawn),
            "photos_read": texts.read_count,
            "photos_left_unread": texts.left_count,
        },
        check_results=checks,
    )
