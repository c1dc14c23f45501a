"""A client with photos, scored listings and cases, written through the stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from PIL import Image

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_points,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.scoring import Scorer
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases import case_store
from resources.postgres.clients.client_store import (
    add_client,
    add_reference_photo,
    reference_photos,
    save_config,
)
from resources.postgres.database import Database
from resources.postgres.listings import photo_store, score_store
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.records import ListingPhotoRow, PhotoRow, StoredPhoto
from resources.postgres.scans import run_store
from tests.support.photos import encoded, product
from tests.support.scene import ask_for_scan

NASTY_TITLES = (
    "<script>alert('x')</script> \u202eKelvarra\u202c <img src=x onerror=alert(1)>",
    "Kelvarra " + "\u202e\u2066\u0301x\u200b" * 998,
)
CONFIG: dict[str, object] = {
    "brands": [
        {
            "name": "Kelvarra",
            "misspellings": ["kelvara"],
            "price_floor": {"amount": "29.00", "currency": "EUR"},
        }
    ],
    "searches": {"amazon": {"queries": ["kelvarra bottle"]}},
    "fraud_terms": ["replica"],
}


@dataclass(frozen=True, slots=True)
class ReviewScene:
    """A running scan of Amazon and its cases, the most probable first."""

    client_id: str
    scan_id: UUID
    case_ids: list[UUID]


def set_scene(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    *,
    cases: int,
    titles: Sequence[str] = (),
) -> ReviewScene:
    """A client with so many cases, the first of them with these titles."""
    with database.client(client_id) as c:
        add_client(c, client_id, client_id.title())
        save_config(c, client_id, CONFIG, "tests")
    reference = _keep(database, objects, client_id, 0)
    with database.client(client_id) as c:
        add_reference_photo(
            c, client_id, sha256=reference.photo_id, file_name="front.png", brand="Kelvarra"
        )
        scan_id = ask_for_scan(c, client_id, "amazon")
        run_store.start_run(c, client_id, scan_id, "amazon", f"dagster-{uuid4()}")
    listings = [scene_listing(number, titles) for number in range(cases)]
    return show(database, objects, client_id, scan_id, listings)


def show(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    scan_id: UUID,
    listings: Sequence[Listing],
) -> ReviewScene:
    """The scene after the scan has seen, scored and flagged these listings."""
    ours = _keep(database, objects, client_id, 0)
    with database.client(client_id) as c:
        (reference,) = reference_photos(c, client_id)
    points = extract_both_ways(encoded(_photo(0), "PNG"))
    assert isinstance(points, BothWays)
    known = Reference(str(reference.reference_id), ours, reference.brand, points)
    scorer = Scorer(read_client_config(client_id, 1, CONFIG), [known])
    kept = [ours, *(_keep(database, objects, client_id, number) for number in (1, 2, 3))]
    photos = [kept[number % 4] for number in range(len(listings))]
    scores = {
        listing.listing_id: scorer.score(listing, [photo])
        for listing, photo in zip(listings, photos, strict=True)
    }
    with database.client(client_id) as c:
        put_listings(c, client_id, scan_id, listings)
        rows = [
            ListingPhotoRow(
                "amazon",
                listing.listing_id,
                listing.image_urls[0],
                0,
                StoredPhoto(photo.photo_id),
                scan_id,
                datetime.now(UTC),
            )
            for listing, photo in zip(listings, photos, strict=True)
        ]
        photo_store.put_listing_photos(c, client_id, rows)
        score_store.put_scores(c, client_id, scan_id, "amazon", 1, scores)
        flags = [
            CaseFlag(key, score.probability, score.violation_type) for key, score in scores.items()
        ]
        flagged = case_store.flag_cases(c, client_id, scan_id, "amazon", 1, flags)
    ordered = sorted(flagged, key=lambda item: (-scores[item.listing_id].probability, item.case_id))
    return ReviewScene(client_id, scan_id, [item.case_id for item in ordered])


def scene_listing(number: int, titles: Sequence[str] = ()) -> Listing:
    """The listing with this number."""
    title = f"K\u0435lvarra Trailjug {number} oz replica"
    return Listing(
        provider="amazon",
        listing_id=f"B{number:05}",
        title=titles[number] if number < len(titles) else title,
        url=f"https://shop.example/B{number:05}",
        image_urls=(f"https://shop.example/B{number:05}.jpg",),
        price=Price(Decimal("9.90") + number, Decimal("12.50") + number, "EUR"),
        seller=Seller("Cheap & Co" if number % 2 else "Sly Shop", None),
    )


def _keep(database: Database, objects: ObjectStore, client_id: str, number: int) -> Photo:
    """The photo with this number, kept as a scan keeps it."""
    content = encoded(_photo(number), "PNG")
    sha256 = sha256_hex(content)
    hashed = hash_photo(content)
    assert isinstance(hashed, HashedPhoto)
    key = photo_key(client_id, sha256)
    objects.put_once(key, content)
    row = PhotoRow(
        sha256,
        "image/png",
        hashed.width_px,
        hashed.height_px,
        len(content),
        key,
        datetime.now(UTC),
    )
    with database.client(client_id) as c:
        photo_store.put_photo(c, client_id, row)
        photo_store.put_hashes(c, client_id, sha256, hashed.hashes)
    points = extract_points(content)
    assert isinstance(points, CornerPoints)
    return Photo(sha256, hashed, points)


def _photo(number: int) -> Image.Image:
    """Product 0 is the client's own; photo 3 shows it small in a corner of another photo."""
    if number != 3:
        return product(number)
    image = Image.new("RGB", (640, 480), "#d8dde6")
    image.paste(product(0).resize((288, 288)), (320, 24))
    return image
