"""Freezes the evidence of a listing whose scan has long ended, from what is kept of that scan."""

from __future__ import annotations

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.flagging.freeze_evidence import (
    Capture,
    EvidenceFreezing,
    Sighting,
    photos_named,
)
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import ListingRow
from resources.postgres.listings.score_store import NewestScore


class NotKept(PermanentError):
    """The scan that saw the listing is kept no longer, so nothing could be frozen of it."""

    problem = ProblemKind(
        409, "not-kept", "The listing's scan is kept no longer", "Scan again, then flag it."
    )


def freeze_kept(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    listing: ListingRow,
    scored: NewestScore,
) -> Capture:
    """The evidence as its last scan saw the listing; raises NotKept."""
    # Brings polars, 60 MB that an API process without such a request does not need.
    from infringement_dagster.snapshots.seen_listing import seen_listing  # noqa: PLC0415

    scan_id, key = listing.last_scan_id, listing.listing_id
    gone = NotKept(
        f"client {client_id}: of scan {scan_id}, which saw listing {key} of "
        f"{listing.provider} last, the pages are kept no longer"
    )
    seen = seen_listing(database, objects, client_id, scan_id, listing.provider, key)
    if seen is None:
        raise gone
    with database.client(client_id) as c:
        named = photos_named(seen.photos, scored.score)
        rows = photo_store.photo_rows_of(c, client_id, named)
    sighting = Sighting(client_id, scan_id, scored.config_version)
    found, photos = {key: seen.found}, {key: seen.photos}
    freezing = EvidenceFreezing(sighting, objects, found, photos, rows, is_by_hand=True)
    try:
        return freezing.freeze(key, scored.score)
    except ObjectMissing:
        raise gone from None
