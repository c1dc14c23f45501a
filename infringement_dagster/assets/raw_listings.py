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
from infringement_dagster.assets.report import StepReport, step_line
from infringement_dagster.assets.scan_asset import scan_asset
from infringement_dagster.collecting.accounts import account_of, searched_provider
from infringement_dagster.collecting.collect import ListingCollection
from infringement_dagster.collecting.field_drift import field_drift
from infringement_dagster.collecting.resume import earlier_attempt, nothing_earlier
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
) -> Iterator[dg.MaterializeResult[pl.DataFrame]]:
    """The listings of the partition's client at its provider."""
    with (
        dagster_failures(),
        held_scan_run(database, context.run, context.partition_key) as run,
    ):
        report = StepReport(run, ASSET)
        provider = searched_provider(run)
        pages = ListingCollection(
            run,
            database,
            objects,
            provider,
            account_of(run, provider, vendors, database, objects),
            probability_without_photos(run.config),
            earlier_attempt(database, objects, run) or nothing_earlier(),
        )
        frame = pages.collect()
        drift = field_drift(database, run, frame)
        counts = report.keep(
            database,
            frame.height + len(pages.not_stored),
            frame.height,
            pages.not_stored,
            beside=pages.seen.as_document() | {"fill_rates": drift.rates} | _skipped(run),
            events=list(drift.events(run)),
            listings=frame.height,
        )
        checks = report.checked(
            database,
            [
                check_counts(counts),
                check_field_fill_rate(drift),
                check_searched(run.skipped_because),
            ],
        )
    context.log.info(run.skipped_because or step_line(ASSET, counts, credits=pages.credits))
    yield dg.MaterializeResult(
        value=frame,
        metadata=report.metadata(counts, frame.select(_PREVIEW), links)
        | {
            "source": dg.MetadataValue.text(f"{pages.account.name} at {pages.account.base_url}"),
            "credits": dg.MetadataValue.int(pages.credits),
            "credits_planned": dg.MetadataValue.int(pages.credits_planned),
            "listing_pages": dg.MetadataValue.json(pages.own_pages),
            "unread_fields": dg.MetadataValue.json(dict(pages.unread_fields)),
            **_skipped(run),
        },
        check_results=checks,
    )


def _skipped(run: ScanRun) -> dict[str, str]:
    return {} if run.skipped_because is None else {SKIPPED_BECAUSE: run.skipped_because}
