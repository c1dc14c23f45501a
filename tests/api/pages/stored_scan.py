"""What a finished scan leaves for previews, behind the scene's listings."""

from __future__ import annotations

from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.snapshots.listings import listings_frame
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from tests.api.pages.scene import ReviewScene, scene_listing
from tests.support.snapshots import keep_table


def keep_snapshot(
    database: Database, objects: ObjectStore, scene: ReviewScene, others: tuple[Listing, ...] = ()
) -> None:
    """Guarantees a snapshot of the listings of the scene's cases and of others."""
    listings = [*(scene_listing(number) for number in range(len(scene.case_ids))), *others]
    found = listings_frame([FoundListing(listing, "page") for listing in listings])
    keep_table(database, objects, scene.client_id, scene.scan_id, "raw_listings", found)
