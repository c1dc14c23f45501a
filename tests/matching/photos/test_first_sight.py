from __future__ import annotations

import pytest
from PIL import Image

from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.corners.points import CornerPoints, extract_points
from infringement_dagster.matching.photos.first_sight import hashes_and_points
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from tests.support.photos import encoded, product


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(product(3).resize((500, 700)), exif=exif)


PHOTOS = {
    "decoded whole": encoded(product(3)),
    "PNG": encoded(product(3), "PNG"),
    "turned": turned(),
    "reduced alike": encoded(product(3, 1300)),
    "reduced further for hashes": encoded(product(3, 1000)),
}


@pytest.mark.parametrize("content", PHOTOS.values(), ids=PHOTOS)
def test_both_are_as_if_each_had_been_looked_for_alone(content: bytes) -> None:
    alone = hash_photo(content), extract_points(content)
    hashed, points = hashes_and_points(content)
    assert hashed == alone[0]
    assert isinstance(hashed, HashedPhoto)
    assert isinstance(points, CornerPoints)
    assert isinstance(alone[1], CornerPoints)
    assert points.packed() == alone[1].packed()


@pytest.mark.parametrize("content", [b"no photo", encoded(Image.new("RGB", (90, 90), "white"))])
def test_a_photo_without_hashes_has_no_points(content: bytes) -> None:
    hashed, points = hashes_and_points(content)
    assert isinstance(hashed, MissedPhoto)
    assert points == hashed == hash_photo(content)
