from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import HashedImage, KeptPhoto, ListingPhoto
from infringement_dagster.matching.pictures.hashes.hashing import hash_image
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Photo, Reference, Scorer
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.scoring.score_listings import score_listings
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from tests.support.pictures import encoded, product

CONFIG = ClientConfig(1, (Brand("Veldora"),), {}, key_points="never")


def test_a_poisoned_listing_loses_itself_and_no_score_of_another(tmp_path: Path) -> None:
    hashed = hash_image(encoded(product(1)))
    assert isinstance(hashed, HashedImage)
    damaged = HashedImage(
        hashed.width_px,
        hashed.height_px,
        hashed.media_type,
        tuple(replace(one, hash_hex="?") for one in hashed.hashes if one.algorithm == "pdq"),
    )
    listings = [Listing("ebay", one, "Veldora mug", "https://x.example/") for one in "abc"]
    photos = {
        one: [ListingPhoto(one, 0, "https://x.example/1.jpg", KeptPhoto(one, picture))]
        for one, picture in (("a", hashed), ("b", damaged), ("c", hashed))
    }
    scorer = Scorer(CONFIG, [Reference("r1", Photo("r1", hashed), "Veldora")])
    with BlockingDecoder() as decoder:
        key_points = KeyPoints(ObjectStore(str(tmp_path)), decoder, "acme")
        scan = scan_context(scorer.reader, listings)
        scored, failed = score_listings(scorer, key_points, scan, listings, photos, {})
    assert list(scored) == ["a", "c"]
    assert [(one.item_key, one.reason) for one in failed] == [("b", "scorer_error")]
    alone = scorer.score(listings[0], [Photo("a", hashed)], scan.of(listings[0]))
    assert scored["a"] == alone
