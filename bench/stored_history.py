"""A client with months of scans behind it: listings that come, stay for a few scans and go."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import numpy as np
import polars as pl

from bench.drawn_photos import drawn_photo
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.listing import FoundListing, Listing, Price, Provider, Seller
from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, ListingPhoto
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.photos.references import ReferencePhotos
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.features import KeptFeatures
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile
from infringement_dagster.snapshots.listings import listings_frame
from infringement_dagster.snapshots.photos import photos_frame
from infringement_dagster.snapshots.scores import scores_frame
from infringement_dagster.snapshots.verdicts import VERDICTS, verdicts_frame
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.photo_store import put_listing_photos, put_photo
from resources.postgres.listings.records import ListingPhotoRow, PhotoRow, StoredPhoto
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.scan_store import queue_scan
from resources.postgres.scans.snapshot_store import put_snapshot
from tests.support.planner_statistics import gather_statistics

CLIENT: Final = "kelvarra"
PROVIDERS: Final[tuple[Provider, ...]] = ("amazon", "ebay")
CONFIG: Final[dict[str, Any]] = {
    "brands": [
        {
            "name": "Kelvarra",
            "misspellings": ["Kelvara"],
            "models": ["Summit 750", "Trail 500"],
            "categories": ["bottle", "tumbler"],
            "price_floor": {"amount": "28", "currency": "USD"},
        }
    ],
    "searches": {name: {"queries": ["kelvarra"]} for name in PROVIDERS},
    "fraud_terms": ["replica"],
}
_NEW_IN_SCAN: Final = 1000  # listings of a scan at one provider that no earlier scan saw
_STAY: Final = 0.5  # of a scan's listings are seen by the next
_PHOTOS: Final = 400  # different ones; of each listing one to three
_REFERENCES: Final = 12  # of those
_NAMES: Final = ("Kelvarra", "Kelvara", "kelvarra style", "for Kelvarra", "Olvette", "Brastad")
_GOODS: Final = ("bottle", "tumbler", "lid", "Summit 750", "Trail 500", "mug", "straw", "sleeve")
_WORDS: Final = ("replica", "new", "steel", "vacuum", "blue", "green", "gift", "1:1", "750 ml", "")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made up: scans, and rows of their snapshots of listings."""

    scans: int
    rows: int


def fill(urls: DatabaseUrls, objects: ObjectStore, listings: int, seed: int) -> Filled:
    """Guarantees so many stored listings of one client over many scans, others with each seed."""
    rng = np.random.default_rng(seed)
    with Database(urls) as database:
        with database.client(CLIENT) as c:
            add_client(c, CLIENT, "Kelvarra")
            save_config(c, CLIENT, CONFIG, "bench")
        with BlockingDecoder() as decoder:
            photos = _photos(database, objects, decoder, seed)
            features = KeptFeatures(database, objects, decoder, CLIENT, (), None)
            filling = _Filling(database, objects, rng, photos, _verdicts(features, photos))
            filled = filling.scans(listings)
    gather_statistics(urls)
    return filled


def _photos(
    database: Database, objects: ObjectStore, decoder: BlockingDecoder, seed: int
) -> list[KeptPhoto]:
    """Photos as scans keep them; the first ones are the client's own."""
    contents = [drawn_photo(seed * 10_000 + number, 480) for number in range(_PHOTOS)]
    files = [PhotoFile(f"{at}.jpg", content) for at, content in enumerate(contents[:_REFERENCES])]
    Intake(database, objects, decoder).add(CLIENT, files)
    return [_kept(database, objects, content) for content in contents]


def _verdicts(features: KeptFeatures, photos: Sequence[KeptPhoto]) -> dict[str, str]:
    """Verdicts as scans keep them."""
    known = KnownVerdicts()
    shown = [ListingPhoto("", at, "", photo) for at, photo in enumerate(photos)]
    points = features.of_photos({"": shown}).points
    ReferencePhotos(features.references()).looks(
        [[Photo(item.sha256, item.hashed, points.get(item.sha256)) for item in photos]], known
    )
    return known.documents()


def _kept(database: Database, objects: ObjectStore, content: bytes) -> KeptPhoto:
    sha256, hashed = sha256_hex(content), hash_photo(content)
    assert isinstance(hashed, HashedPhoto)
    key = photo_key(CLIENT, sha256)
    objects.put_once(key, content)
    sides = (hashed.width_px, hashed.height_px)
    row = PhotoRow(sha256, "image/jpeg", *sides, len(content), key, datetime.now(UTC))
    with database.client(CLIENT) as c:
        put_photo(c, CLIENT, row, hashed.hashes)
    return KeptPhoto(sha256, hashed)


@dataclass(slots=True)
class _Filling:
    database: Database
    objects: ObjectStore
    rng: np.random.Generator
    photos: Sequence[KeptPhoto]
    verdicts: Mapping[str, str]
    _made: int = 0

    def scans(self, listings: int) -> Filled:
        """Scans of each provider in turn until so many listings were found."""
        scorer = Scorer(read_client_config(CLIENT, 1, CONFIG), ())
        shown: dict[Provider, list[Listing]] = {name: [] for name in PROVIDERS}
        scans = rows = 0
        while self._made < listings:
            provider = PROVIDERS[scans % len(PROVIDERS)]
            stay = [item for item in shown[provider] if self.rng.random() < _STAY]
            new = min(_NEW_IN_SCAN, listings - self._made)
            shown[provider] = [*stay, *(self._listing(provider) for _ in range(new))]
            self._scan(provider, shown[provider], scorer)
            scans, rows = scans + 1, rows + len(shown[provider])
        return Filled(scans, rows)

    def _listing(self, provider: Provider) -> Listing:
        self._made += 1
        words = [str(self.rng.choice(some)) for some in (_NAMES, _GOODS, _WORDS, _WORDS)]
        low = Decimal(int(self.rng.integers(400, 6000))) / 100
        key = f"{provider[0].upper()}{self._made:08}"
        count = int(self.rng.integers(1, 4))
        return Listing(
            provider=provider,
            listing_id=key,
            title=" ".join(filter(None, words)) + f" no. {self.rng.integers(10_000)}",
            url=f"https://shop.example/{key}",
            image_urls=tuple(f"https://shop.example/{key}/{at}.jpg" for at in range(count)),
            price=Price(low, low, "USD"),
            seller=Seller(f"seller {int(self.rng.zipf(1.4)) % 2000}"),
            condition="new",
        )

    def _scan(self, provider: Provider, listings: Sequence[Listing], scorer: Scorer) -> None:
        with self.database.client(CLIENT) as c:
            scan = queue_scan(
                c,
                CLIENT,
                [provider],
                trigger="request",
                requested_by="bench",
                config_version=1,
            )
            put_listings(c, CLIENT, scan.scan_id, listings)
        places = [place for listing in listings for place in self._places(listing)]
        self._keep_places(provider, scan.scan_id, places)
        scores = {listing.listing_id: scorer.score(listing, ()) for listing in listings}
        frames = {
            "raw_listings": listings_frame([FoundListing(item, "page") for item in listings]),
            "image_hashes": photos_frame(places),
            "scores": scores_frame(scores, 1),
            VERDICTS: verdicts_frame(self.verdicts),
        }
        for asset, frame in frames.items():
            self._keep(provider, scan.scan_id, asset, frame)

    def _places(self, listing: Listing) -> list[ListingPhoto]:
        """The same photos whenever the listing is seen."""
        first = int(listing.listing_id[1:]) * 7919
        return [
            ListingPhoto(listing.listing_id, at, url, self.photos[(first + at) % len(self.photos)])
            for at, url in enumerate(listing.image_urls)
        ]

    def _keep_places(
        self, provider: Provider, scan_id: UUID, places: Sequence[ListingPhoto]
    ) -> None:
        now = datetime.now(UTC)
        rows = [
            ListingPhotoRow(
                provider,
                place.listing_id,
                place.url,
                place.position,
                StoredPhoto(place.photo.sha256),
                scan_id,
                now,
            )
            for place in places
            if isinstance(place.photo, KeptPhoto)
        ]
        with self.database.client(CLIENT) as c:
            put_listing_photos(c, CLIENT, rows)

    def _keep(self, provider: Provider, scan_id: UUID, asset: str, frame: pl.DataFrame) -> None:
        buffer = io.BytesIO()
        frame.write_parquet(buffer, row_group_size=1000)
        content, key = buffer.getvalue(), f"clients/{CLIENT}/snapshots/{scan_id}/{asset}"
        self.objects.put_once(key, content)
        sizes = (frame.height, len(content), datetime.now(UTC))
        digest = sha256_hex(content)
        row = SnapshotRow(uuid4(), scan_id, provider, asset, "run", key, digest, *sizes)
        with self.database.client(CLIENT) as c:
            put_snapshot(c, CLIENT, row)
