"""Photos of listings, kept as a scan keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from infringement_dagster.domain.photo import (
    HashedPhoto,
    KeptPhoto,
    ListingPhoto,
    PerceptualHash,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow


def keep_photo(
    database: Database,
    objects: ObjectStore,
    content: bytes,
    *,
    client_id: str = "acme",
    listing_id: str = "1",
    url: str = "https://x.example/1.jpg",
    further: Sequence[PerceptualHash] = (),
) -> ListingPhoto:
    """The listing's photo, its bytes and its row with our hashes and these; no other feature."""
    sha256, hashed = sha256_hex(content), hash_photo(content)
    assert isinstance(hashed, HashedPhoto)
    key = photo_key(client_id, sha256)
    objects.put_once(key, content)
    sides = (hashed.width_px, hashed.height_px)
    row = PhotoRow(sha256, "image/jpeg", *sides, len(content), key, datetime.now(UTC))
    with database.client(client_id) as c:
        photo_store.put_photo(c, client_id, row, (*hashed.hashes, *further))
    return ListingPhoto(listing_id, 0, url, KeptPhoto(sha256, hashed))
