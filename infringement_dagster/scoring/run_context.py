"""A run's listings beside each other and beside what the client's other scans have kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infringement_dagster.matching.elsewhere import Elsewhere, KnownListing
from infringement_dagster.matching.reading import Reader
from infringement_dagster.matching.scan_context import ScanContext, scan_context
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scoring.exchange_rates import rates_of_run
from infringement_dagster.scoring.sellers import decided_at
from infringement_dagster.snapshots.listings import listings_in
from infringement_dagster.snapshots.photos import PhotoLookup
from infringement_dagster.snapshots.rows import RowLookup
from resources.postgres.database import Database
from resources.postgres.listings import elsewhere_query

PHOTOS_AT_ONCE = 1000  # asked for in one transaction


def context_of_run(
    database: Database,
    run: ScanRun,
    reader: Reader,
    listings: RowLookup,
    photos: PhotoLookup,
) -> ScanContext:
    """The run's listings as they bear on each other, at the run's exchange rates.

    Photos and decided listings of all the client's scans and marketplaces bear on them too.
    """
    photo_ids = photos.kept_ids(run.provider)
    return scan_context(
        reader,
        listings_in(listings),
        decided_at(database, run.client_id, run.provider),
        photo_ids,
        rates_of_run(database, run),
        elsewhere_of(database, run.client_id, photo_ids.values()),
    )


def elsewhere_of(
    database: Database, client_id: str, photo_ids: Iterable[Sequence[str]]
) -> Elsewhere:
    """The client's listings that show these photos in any scan, and those decided about."""
    return decided_elsewhere(database, client_id).showing(shown_at(database, client_id, photo_ids))


def decided_elsewhere(database: Database, client_id: str) -> Elsewhere:
    """The client's listings that people decided about."""
    with database.client(client_id) as c:
        return Elsewhere((), elsewhere_query.decided_listings(c, client_id))


def shown_at(
    database: Database, client_id: str, photo_ids: Iterable[Sequence[str]]
) -> list[tuple[str, KnownListing]]:
    """Each of these photos with the client's listings that show it in any scan."""
    distinct = sorted({photo_id for each in photo_ids for photo_id in each})
    shown: list[tuple[str, KnownListing]] = []
    for start in range(0, len(distinct), PHOTOS_AT_ONCE):
        some = distinct[start : start + PHOTOS_AT_ONCE]
        with database.client(client_id) as c:
            shown += elsewhere_query.listings_by_photo(c, client_id, some)
    return shown
