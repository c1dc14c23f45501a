"""Asset `scores`: each listing's explained probability of infringement."""

from collections.abc import Iterator, Mapping

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import (
    check_counts,
    check_scores_in_range,
    counts_add_up_spec,
    scores_in_range_spec,
)
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.report import StepReport, most_probable
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.event import NewEvent
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import MODEL, Scorer
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.references import load_references
from infringement_dagster.scans.lease import ScanRun, held_scan_run
from infringement_dagster.scans.poison_items import PoisonItems, set_aside
from infringement_dagster.scoring.score_listings import score_listings
from infringement_dagster.scoring.sellers import decided_by_seller
from infringement_dagster.snapshots.listings import listings_of
from infringement_dagster.snapshots.photo_lookup import PhotoLookup
from infringement_dagster.snapshots.scores import scores_frame
from infringement_dagster.snapshots.spool import Spool
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import score_store, seller_store

ASSET = "scores"
SCORED_AT_ONCE = 200  # the corner points of a photo take 45 kB, a score with its signals 4
_PREVIEW = ("listing_id", "title", "probability", "violation_type", "url")


@scan_asset(
    name=ASSET,
    description="The explained probability that each listing infringes, pinned to its config.",
    kinds={"python", "polars", "postgres", "parquet"},
    tags={"infringement/stage": "score"},
    code_version=MODEL,
    check_specs=[counts_add_up_spec(ASSET), scores_in_range_spec],
)
def scores(
    context: dg.AssetExecutionContext,
    raw_listings: pl.DataFrame,
    image_hashes: pl.LazyFrame,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
) -> Iterator[dg.MaterializeResult[pl.LazyFrame]]:
    """The scores of the partition's listings."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
        BlockingDecoder() as decoder,
    ):
        report = StepReport(run, ASSET)
        key_points = KeyPoints(objects, decoder, run.client_id)
        points = KeptPoints(database, objects, decoder, run.client_id)
        references = points.of_references(load_references(database, run.client_id))
        scorer = Scorer(run.config, references)
        with database.client(run.client_id) as connection:
            rows = seller_store.decided_sellers(connection, run.client_id, run.provider)
        photos = PhotoLookup(image_hashes)
        scan = scan_context(
            scorer.reader,
            list(listings_of(raw_listings)),
            decided_by_seller(rows),
            photos.kept_ids(run.provider),
        )
        hands = PoisonItems(database, run, ASSET)
        company = hands.company(raw_listings["listing_id"])
        failed = set_aside(company)
        done, flagged = len(failed), 0
        frames = Spool(scores_frame({}, run.config.version))
        for ids in hands.portions(company, SCORED_AT_ONCE):
            some = raw_listings.filter(pl.col("listing_id").is_in(ids))
            shown = photos.of(ids)
            scored, missed = score_listings(
                scorer, key_points, scan, list(listings_of(some)), shown, points.of_photos(shown)
            )
            done += some.height
            flagged += sum(should_flag(one, run.config.thresholds) for one in scored.values())
            event = report.progress.event(
                done, raw_listings.height, found=raw_listings.height, flagged=flagged
            )
            _keep(database, run, scored, event)
            frames.add(scores_frame(scored, run.config.version))
            failed += missed
        counts = report.keep(
            database,
            raw_listings.height,
            frames.height,
            failed,
            listings=raw_listings.height,
            flagged=flagged,
        )
    frame = frames.unpacked()
    summary = frame.drop("signals").collect()
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, most_probable(summary, raw_listings, _PREVIEW))
        | {"model": MODEL},
        check_results=[check_counts(counts), check_scores_in_range(summary)],
    )


def _keep(database: Database, run: ScanRun, scored: Mapping[str, Score], event: NewEvent) -> None:
    with run.transaction(database) as connection:
        score_store.put_scores(
            connection, run.client_id, run.scan_id, run.provider, run.config.version, scored
        )
        event_store.append_events(connection, run.client_id, [event])
