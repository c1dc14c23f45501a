"""Asset `image_hashes`: each listing photo as perceptual hashes, or the reason why not."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import check_counts, counts_add_up_spec
from infringement_dagster.assets.columns import PHOTOS
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.preview import PHOTO_URL, PREVIEW_ROWS, with_own_photos
from infringement_dagster.assets.report import StepReport, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.photos.freshness import HASHES_VERSION
from infringement_dagster.photos.hash_photos import PhotoHashing
from infringement_dagster.photos.references import hash_references
from infringement_dagster.photos.thumbnails import thumbnails_of
from infringement_dagster.scans.lease import held_scan_run
from infringement_dagster.snapshots.listings import listings_in
from infringement_dagster.snapshots.rows import RowLookup
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import PhotoAccess
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.settings import PageLinks

ASSET = "image_hashes"
_PREVIEW = (
    "listing_id",
    "position",
    "outcome",
    "reason",
    "width_px",
    "height_px",
    "sha256",
    PHOTO_URL,
)


@scan_asset(
    name=ASSET,
    description="Perceptual hashes of every listing photo, kept by SHA-256, or why there are none.",
    kinds={"python", "numpy", "postgres", "parquet"},
    tags={"infringement/stage": "hash"},
    code_version=HASHES_VERSION,
    metadata=PHOTOS,
    check_specs=[counts_add_up_spec(ASSET)],
)
def image_hashes(
    context: dg.AssetExecutionContext,
    raw_listings: pl.LazyFrame,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
    photo_access: dg.ResourceParam[PhotoAccess],
    links: dg.ResourceParam[PageLinks],
) -> Iterator[dg.MaterializeResult[pl.LazyFrame]]:
    """The photos of the partition's listings with their hashes."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
    ):
        report = StepReport(run, ASSET)
        with BlockingDecoder() as decoder:  # starts no worker where nothing is to be done
            references = hash_references(database, objects, decoder, run.client_id)
        hashing = PhotoHashing(run, database, objects, photo_access)
        photos = hashing.hash_all(listings_in(RowLookup(raw_listings)))
        not_stored = hashing.not_stored
        counts = report.keep(database, photos.height, photos.height - len(not_stored), not_stored)
        checks = report.checked(database, [check_counts(counts)])
        frame = photos.unpacked()
        shown = _first(frame, run.client_id, database, objects)
    context.log.info(step_line(ASSET, counts, fetched=hashing.fetched))
    beside = {"unchanged": hashing.unchanged, "references": references}
    metadata = report.metadata(counts, shown, links) | {"fetched": hashing.fetched, **beside}
    yield dg.MaterializeResult(value=frame, metadata=metadata, check_results=checks)


def _first(
    photos: pl.LazyFrame, client_id: str, database: Database, objects: ObjectStore
) -> pl.DataFrame:
    named = photos.rename({"url": PHOTO_URL}).select(_PREVIEW).head(PREVIEW_ROWS).collect()
    with BlockingDecoder() as decoder:
        thumbnails = thumbnails_of(client_id, database, objects, decoder)
        return with_own_photos(named, thumbnails.data_url)
