from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, ListingPhoto
from infringement_dagster.domain.score import Signal
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.references import PhotoFile, load_references
from infringement_dagster.scoring.page_plan import probabilities_before_photos
from infringement_dagster.scoring.score_listings import (
    probability_without_photos,
    score_listings,
)
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from tests.support.kept_photos import keep_photo
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product

CONFIG = ClientConfig(1, (Brand("Veldora"),), {}, key_points="never")
EARNED = ClientConfig(1, (Brand("Veldora"),), {})


def test_a_poisoned_listing_loses_itself_and_no_score_of_another(tmp_path: Path) -> None:
    hashed = hash_photo(encoded(product(1)))
    assert isinstance(hashed, HashedPhoto)
    damaged = HashedPhoto(
        hashed.width_px,
        hashed.height_px,
        hashed.media_type,
        tuple(replace(item, hash_hex="?") for item in hashed.hashes if item.algorithm == "pdq"),
    )
    listings = [Listing("ebay", item, "Veldora mug", "https://x.example/") for item in "abc"]
    photos = {
        item: [ListingPhoto(item, 0, "https://x.example/1.jpg", KeptPhoto(item, photo))]
        for item, photo in (("a", hashed), ("b", damaged), ("c", hashed))
    }
    scorer = Scorer(CONFIG, [Reference("r1", Photo("r1", hashed), "Veldora")])
    with BlockingDecoder() as decoder:
        key_points = KeyPoints(ObjectStore(str(tmp_path)), decoder, "acme")
        scan = scan_context(scorer.reader, listings)
        scored, failed = score_listings(scorer, key_points, scan, listings, photos, {})
    assert list(scored) == ["a", "c"]
    assert [(item.item_key, item.reason) for item in failed] == [("b", "scorer_error")]
    alone = scorer.score(listings[0], [Photo("a", hashed)], scan.of(listings[0]))
    assert scored["a"] == alone


def cropped(image: Image.Image) -> Image.Image:
    return image.crop((90, 40, 420, 430))


def beside_others(image: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (480, 480), "white")
    for at, item in enumerate([product(70), product(71), image, product(72)]):
        sheet.paste(item.resize((240, 240)), (at % 2 * 240, at // 2 * 240))
    return sheet


def in_other_colours(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(image.convert("L"), "#401060", "#e0f0c0")


@pytest.mark.parametrize("edit", [cropped, beside_others, in_other_colours])
def test_an_edited_copy_under_a_title_without_the_brand_comes_to_review(
    edit: Callable[[Image.Image], Image.Image], database: Database, tmp_path: Path
) -> None:
    """No hash is near and no brand is named: the gate is asked all the same."""
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    contents = {"copy": encoded(edit(product(1))), "other": encoded(product(40))}
    listings = [
        Listing("ebay", content, "steel mug 0.4 l", "https://x.example/") for content in contents
    ]
    with BlockingDecoder() as decoder:
        files = [PhotoFile(f"{seed}.jpg", encoded(product(seed))) for seed in (1, 2, 3)]
        Intake(database, objects, decoder).add("acme", files)
        photos = {
            content: [keep_photo(database, objects, contents[content], listing_id=content)]
            for content in contents
        }
        points = KeptPoints(database, objects, decoder, "acme")
        scorer = Scorer(EARNED, points.of_references(load_references(database, "acme")))
        key_points = KeyPoints(objects, decoder, "acme")
        scan = scan_context(scorer.reader, listings)
        scored, failed = score_listings(
            scorer, key_points, scan, listings, photos, points.of_photos(photos)
        )
    assert failed == []
    flagged = {key for key, score in scored.items() if should_flag(score, EARNED.thresholds)}
    assert flagged == {"copy"}


def test_a_known_score_is_read_anew_only_where_more_than_the_row_spoke() -> None:
    listing = Listing("ebay", "1", "Veldora mug replica", "https://x.example/")
    by_row = Scorer(CONFIG, ()).score(listing, ())
    anew = probability_without_photos(CONFIG)(listing)
    assert probabilities_before_photos(CONFIG, {"1": by_row}, [listing]) == [anew]
    kept = replace(by_row, probability=0.42)
    assert probabilities_before_photos(CONFIG, {"1": kept}, [listing]) == [0.42]
    stolen = Signal("stolen_photo", 0.9, "a photo is the client's", 2.5)
    seen = replace(kept, signals=(*kept.signals, stolen))
    assert probabilities_before_photos(CONFIG, {"1": seen}, [listing]) == [anew]
    assert probabilities_before_photos(CONFIG, {}, [listing, listing]) == [anew, anew]
