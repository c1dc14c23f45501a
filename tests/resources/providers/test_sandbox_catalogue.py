from __future__ import annotations

import io
import math
import statistics
import time

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps

from infringement_dagster.clients.config_document import read_client_config
from resources.providers.sandbox.catalogue import SOLD_AT, Catalogue
from resources.providers.sandbox.demo import DemoClient, demo_clients
from resources.providers.sandbox.edits import EDITS
from resources.providers.sandbox.photos import Photo

MATCH_MAX_BITS = 10
DISTINCT_MIN_BITS = 12


def phash(content: bytes, *, mirrored: bool = False) -> imagehash.ImageHash:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return imagehash.phash(ImageOps.mirror(image) if mirrored else image)


def test_the_catalogue_is_the_same_each_time_and_another_for_another_seed() -> None:
    assert Catalogue(3).find("ebay", "huddlet") == Catalogue(3).find("ebay", "huddlet")
    assert Catalogue(3).planted("huddlet") == Catalogue(3).planted("huddlet")
    assert not Catalogue(3).planted("huddlet") & Catalogue(4).planted("huddlet")


def test_every_provider_has_enough_for_sale_and_something_planted() -> None:
    catalogue = Catalogue()
    for client in demo_clients():
        for provider in SOLD_AT:
            found = catalogue.find(provider, client.client_id)
            assert 60 <= len(found) <= 120
            assert (
                sum(item.listing_id in catalogue.planted(client.client_id) for item in found) == 12
            )


def test_a_query_for_no_demo_brand_finds_as_many_fillers_as_wished() -> None:
    catalogue = Catalogue(filler_rows=1000)
    found = catalogue.find("walmart", "garden hose")
    assert len({item.listing_id for item in found}) == 1000
    files = [catalogue.photo_book.file(item.photos[0]) for item in (found[0], found[100])]
    assert files[0] != files[1], "files differ even where the shot repeats"
    assert {phash(file) - phash(files[0] or b"") for file in files if file} == {0}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture(scope="module", params=["kelvarra", "huddlet"])
def client(request: pytest.FixtureRequest) -> DemoClient:
    (wanted,) = (c for c in demo_clients() if c.client_id == request.param)
    return wanted


def test_a_demo_client_is_a_valid_one_with_readable_photos(client: DemoClient) -> None:
    config = read_client_config(client.client_id, 1, client.config)
    assert set(config.searches) == set(SOLD_AT)
    assert config.rights_holder is not None
    assert len(client.reference_photos) == 12
    hashes = [phash(photo) for photo in client.reference_photos.values()]
    distances = [a - b for n, a in enumerate(hashes) for b in hashes[:n]]
    assert min(distances) >= DISTINCT_MIN_BITS


def test_other_photos_are_far_from_the_references(client: DemoClient, catalogue: Catalogue) -> None:
    references = [
        phash(photo, mirrored=flip)
        for photo in client.reference_photos.values()
        for flip in (False, True)
    ]
    brand = read_client_config("x", 1, client.config).brands[0].name
    others = [
        item
        for item in catalogue.find("ebay", client.client_id)
        if item.brand != brand and item.listing_id not in catalogue.planted(client.client_id)
    ]
    assert len(others) > 50
    for item in others[:25]:
        photo = phash(catalogue.photo_book.file(item.photos[0]) or b"")
        assert min(photo - reference for reference in references) >= DISTINCT_MIN_BITS, item.title


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_an_edited_photo_stays_near_its_original(catalogue: Catalogue, edit: str) -> None:
    original = catalogue.photo_book.file(catalogue.find("ebay", "huddlet")[0].photos[0])
    assert original is not None
    shot = Image.open(io.BytesIO(original)).convert("RGB")
    changed = EDITS[edit](shot)
    if edit == "bordered":  # a margin defeats every global hash until it is trimmed
        margin = (changed.width - shot.width) // 2
        changed = ImageOps.crop(changed, margin)
    if edit == "mirrored":
        changed = ImageOps.mirror(changed)
    assert imagehash.phash(changed) - imagehash.phash(shot) <= MATCH_MAX_BITS
    if edit != "recompressed":
        assert (
            changed.size != shot.size
            or np.any(np.asarray(changed) != np.asarray(shot))
            or (edit in {"bordered", "mirrored"})
        )


def test_nothing_but_words_photos_prices_and_sellers_tells_a_copy(catalogue: Catalogue) -> None:
    for client in demo_clients():
        planted = catalogue.planted(client.client_id)
        items = [i for p in SOLD_AT for i in catalogue.find(p, client.client_id)]
        copies = [item for item in items if item.listing_id in planted]
        others = [item for item in items if item.listing_id not in planted]
        assert {item.seller for item in copies} <= {item.seller for item in others}
        assert copies
        assert similar([item.stars for item in copies], [item.stars for item in others])
        assert similar(
            [math.log1p(item.review_count) for item in copies],
            [math.log1p(item.review_count) for item in others],
        )


def similar(some: list[float], others: list[float]) -> bool:
    apart = abs(statistics.mean(some) - statistics.mean(others))
    return apart < 0.5 * statistics.stdev([*some, *others])


def test_a_photo_is_drawn_quickly(catalogue: Catalogue) -> None:
    names = [item.photos[0] for item in catalogue.find("google_shopping", "kelvarra")]
    started = time.process_time()
    for name in names:
        assert catalogue.photo_book.file(name)
    assert (time.process_time() - started) / len(names) < 0.05


def test_a_photo_in_each_format() -> None:
    shot = next(iter(Catalogue().photo_book._photos.values())).shot
    formats = {
        Image.open(io.BytesIO(Photo(shot, format=wanted).encode())).format
        for wanted in ("jpg", "png", "webp")
    }
    assert formats == {"JPEG", "PNG", "WEBP"}
