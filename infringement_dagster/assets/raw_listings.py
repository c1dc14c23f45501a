"""Asset `raw_listings`: what the provider lists for the client's searches."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.asset_checks import (
    check_counts,
    check_field_fill_rate,
    counts_add_up_spec,
    field_fill_rate_spec,
)
from infringement_dagster.assets.common import scan_asset
from infringement_dagster.failures import dagster_failures
from infringement_dagster.frames import listings_frame
from infringement_dagster.listing_collection import ListingCollection
from infringement_dagster.listing_scoring import candidates_for_details
from infringement_dagster.scan_runs import held_scan_run
from infringement_dagster.step_report import StepReport
from resources.object_store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import VendorAccount

ASSET = "raw_listings"
_PREVIEW = ("listing_id", "title", "price_low", "currency", "seller_name", "url")


@scan_asset(
    name=ASSET,
    description="The provider's listings for the client's searches, as found by this scan.",
    kinds={"python", "postgres", "parquet"},
    tags={"infringement/stage": "collect"},
    code_version="1",
    check_specs=[counts_add_up_spec(ASSET), field_fill_rate_spec],
)
def raw_listings(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
    vendor: dg.ResourceParam[VendorAccount],
) -> Iterator[dg.MaterializeResult[pl.DataFrame]]:
    """The listings of the partition's client at its provider."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
    ):
        report = StepReport(run, ASSET)
        pages = ListingCollection(
            run, database, objects, vendor, candidates_for_details(run.config)
        )
        pages.collect()
        found = len(pages.found) + len(pages.not_stored)
        counts = report.keep(database, found, len(pages.found), pages.not_stored)
    frame = listings_frame(list(pages.found.values()))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, frame.select(_PREVIEW))
        | {
            "source": dg.MetadataValue.text(f"{vendor.name} at {vendor.base_url}"),
            "credits": dg.MetadataValue.int(pages.credits),
            "unread_fields": dg.MetadataValue.json(dict(pages.unread_fields)),
        },
        check_results=[check_counts(counts), check_field_fill_rate(frame)],
    )
