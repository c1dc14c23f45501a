"""What a finished scan leaves for previews, behind the scene's listings."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from uuid import uuid4

from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.snapshots.listings import listings_frame
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.snapshot_store import put_snapshot
from tests.api.pages.scene import ReviewScene, scene_listing


def keep_snapshot(
    database: Database, objects: ObjectStore, scene: ReviewScene, others: tuple[Listing, ...] = ()
) -> None:
    """Guarantees a snapshot of the listings of the scene's cases and of others."""
    listings = [*(scene_listing(number) for number in range(len(scene.case_ids))), *others]
    buffer = io.BytesIO()
    listings_frame([FoundListing(listing, "page") for listing in listings]).write_parquet(buffer)
    content = buffer.getvalue()
    key = f"clients/{scene.client_id}/snapshots/{scene.scan_id}"
    objects.put_once(key, content)
    row = SnapshotRow(
        uuid4(),
        scene.scan_id,
        "amazon",
        "raw_listings",
        "run",
        key,
        sha256_hex(content),
        len(listings),
        len(content),
        datetime.now(UTC),
    )
    with database.client(scene.client_id) as c:
        put_snapshot(c, scene.client_id, row)
