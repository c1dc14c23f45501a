from __future__ import annotations

from dataclasses import replace

import pytest

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Region
from infringement_dagster.matching.photos.alignment import NO_AGREEMENT
from infringement_dagster.matching.photos.corners.overlay import Overlay
from infringement_dagster.matching.photos.hashes.hash_match import HashMatch
from infringement_dagster.matching.photos.local_match import LocalMatch
from infringement_dagster.matching.photos.pair_match import described
from infringement_dagster.matching.signals import Comparison

OTHER_PHOTO = LocalMatch(
    similarity=0.2,
    inlier_count=30,
    agreement=NO_AGREEMENT,
    region=Region(0.0, 0.0, 1.0, 1.0),
    overlap_share=1.0,
    is_mirrored=False,
    overlay=Overlay(0.6, 0.9, 0.7, 0.95, 5000),
)


def photo_shown(hash_similarity: float, sighting: LocalMatch) -> float:
    listing = Listing("ebay", "1", "carton of juice", "https://marketplace.example/1")
    config = ClientConfig(version=1, brands=(Brand("Veldora"),), searches={})
    photo = HashMatch(0, hash_similarity, {"pdq": 48}, "raw")
    return Comparison(listing, config, None, photo, None, sighting).photo_shown


@pytest.mark.parametrize(("hash_similarity", "expected"), [(0.85, 0.45), (0.3, 0.3), (0.97, 0.97)])
def test_a_near_hash_yields_to_pixels_of_another_photo(
    hash_similarity: float, expected: float
) -> None:
    assert photo_shown(hash_similarity, OTHER_PHOTO) == expected
    assert described(OTHER_PHOTO).startswith("same_product_line")


def test_a_near_hash_stands_where_little_is_in_common() -> None:
    assert photo_shown(0.85, replace(OTHER_PHOTO, inlier_count=5)) == 0.85
