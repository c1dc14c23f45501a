"""Asset `raw_listings`: what the provider lists for the client's searches."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from infringement_dagster.assets.checks import (
    check_counts,
    check_field_fill_rate,
    check_searched,
    counts_add_up_spec,
    field_fill_rate_spec,
    searched_spec,
)
from infringement_dagster.assets.columns import LISTINGS
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.preview import PREVIEW_ROWS
from infringement_dagster.assets.report import StepReport, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.collecting.collect import ListingCollection
from infringement_dagster.collecting.collect_run import collection_of
from infringement_dagster.collecting.field_drift import field_drift
from infringement_dagster.domain.counts import SKIPPED_BECAUSE
from infringement_dagster.scans.lease import ScanRun, held_scan_run
from infringement_dagster.scoring.score_listings import probability_without_photos
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import VendorAccounts
from resources.settings import PageLinks

ASSET = "raw_listings"
_PREVIEW = ("listing_id", "title", "price_low", "currency", "seller_name", "url")


@scan_asset(
    name=ASSET,
    description="The provider's listings for the client's searches, as found by this scan.",
    kinds={"python", "postgres", "parquet"},
    tags={"infringement/stage": "collect"},
    code_version="1",
    metadata=LISTINGS,
    check_specs=[counts_add_up_spec(ASSET), field_fill_rate_spec, searched_spec],
)
def raw_listings(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
    links: dg.ResourceParam[PageLinks],
    vendors: dg.ResourceParam[VendorAccounts],
) -> Iterator[dg.MaterializeResult[pl.LazyFrame]]:
    """The listings of the partition's client at its provider."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
    ):
        report = StepReport(run, ASSET)
        probability = probability_without_photos(run.config)
        pages = collection_of(run, database, objects, vendors, probability)
        frame = pages.collect()
        drift = field_drift(database, run, frame)
        counts = report.keep(
            database,
            pages.stored + len(pages.not_stored),
            pages.stored,
            pages.not_stored,
            beside=pages.seen.as_document() | {"fill_rates": drift.rates} | _skipped(run),
            events=list(drift.events(run)),
            listings=pages.stored,
        )
        found = [check_counts(counts), check_field_fill_rate(drift)]
        checks = report.checked(database, [*found, check_searched(run.skipped_because)])
        shown = frame.select(_PREVIEW).head(PREVIEW_ROWS).collect()
    context.log.info(run.skipped_because or step_line(ASSET, counts, credits=pages.credits))
    metadata = report.metadata(counts, shown, links) | _told(pages, run)
    yield dg.MaterializeResult(value=frame, metadata=metadata, check_results=checks)


def _told(pages: ListingCollection, run: ScanRun) -> dict[str, dg.MetadataValue]:
    told: dict[str, dg.MetadataValue] = {
        key: dg.MetadataValue.text(because) for key, because in _skipped(run).items()
    }
    return told | {
        "source": dg.MetadataValue.text(f"{pages.account.name} at {pages.account.base_url}"),
        "credits": dg.MetadataValue.int(pages.credits),
        "credits_planned": dg.MetadataValue.int(pages.credits_planned),
        "listing_pages": dg.MetadataValue.json(pages.own_pages),
        "unread_fields": dg.MetadataValue.json(dict(pages.unread_fields)),
    }


def _skipped(run: ScanRun) -> dict[str, str]:
    return {} if run.skipped_because is None else {SKIPPED_BECAUSE: run.skipped_because}
