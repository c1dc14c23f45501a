"""Further hashes and their distances beside the library's own on the same pixels."""

from __future__ import annotations

import io

import imagehash
import pytest
from PIL import Image, ImageOps

from infringement_dagster.domain.further_hash import FAMILIES, FurtherHash, further_hash
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.hashes.further import (
    SEGMENTS_MAX,
    SIDE_PX,
    further_version,
    hash_with_further,
    make_further,
    missing_from,
    segments_of,
)
from infringement_dagster.matching.photos.hashes.further_match import (
    FurtherReferences,
    distance_between,
    further_similarity,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from tests.support.photos import encoded, product

SINGLE = ("whash", "whash_16", "colorhash", "colorhash_4", "phash_simple", "dhash_vertical")
SIZED = ("average_hash_16", "phash_16", "dhash_32", "phash_simple_5")
CROP = further_hash("crop_resistant_hash")


def of_library(image: Image.Image, wanted: FurtherHash) -> imagehash.ImageHash:
    made: imagehash.ImageHash = getattr(imagehash, wanted.algorithm)(image, wanted.size)
    return made


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def hashed(image: Image.Image, *wanted: FurtherHash, form: str = "PNG") -> HashedPhoto:
    found = hash_with_further(encoded(image, form), wanted)
    assert isinstance(found, HashedPhoto)
    return found


def raw_of(photo: HashedPhoto, name: str) -> str:
    return next(h.hash_hex for h in photo.hashes if h.algorithm == name and h.view == "raw")


@pytest.mark.parametrize("name", [*SINGLE, *SIZED])
def test_hashes_and_distances_equal_the_library_s(name: str) -> None:
    wanted = further_hash(name)
    ours, theirs = product(1), product(2).convert("L").convert("RGB")
    one, other = hashed(ours, wanted), hashed(theirs, wanted)
    assert raw_of(one, name) == str(of_library(ours, wanted))
    assert raw_of(other, name) == str(of_library(theirs, wanted))
    apart = [
        of_library(a, wanted) - of_library(b, wanted) for a in views(ours) for b in views(theirs)
    ]
    assert distance_between(wanted, one, other) == pytest.approx(min(apart) / wanted.length_bits)


def views(image: Image.Image) -> list[Image.Image]:
    """As it is and without its white border, as a photo's box says."""
    inverted = ImageOps.invert(image.convert("L")).point(lambda level: 255 * (level > 14))
    box = inverted.getbbox()
    assert box is not None
    return [image, image.crop(box)]


def test_segments_are_compared_as_the_library_compares_them() -> None:
    images = [full(seed) for seed in (1, 2, 3)]
    images.append(images[0].crop((0, 0, 300, 400)))
    library = [
        imagehash.crop_resistant_hash(image, limit_segments=SEGMENTS_MAX) for image in images
    ]
    photos = [hashed(image, CROP) for image in images]
    for photo, multi in zip(photos, library, strict=True):
        told = segments_of(raw_of(photo, CROP.name), CROP)
        assert list(told) == [str(hashed) for hashed in multi.segment_hashes]
    for at, photo in enumerate(photos):
        for to, reference in enumerate(photos):
            expected = (library[at] - library[to]) / len(library[at].segment_hashes)
            assert distance_between(CROP, reference, photo) == pytest.approx(expected)


def full(seed: int) -> Image.Image:
    """A product that reaches every side, so that no view is without a border."""
    return product(seed).crop((100, 100, 360, 360)).resize((400, 400))


@pytest.mark.parametrize(("name", "own"), [("average_hash", "ahash"), ("phash", "phash")])
def test_where_ours_is_the_same_nothing_is_made_again(name: str, own: str) -> None:
    wanted = further_hash(name)
    content = encoded(product(1), "PNG")
    assert make_further(content, [wanted]) == ()
    ours, theirs = hash_photo(content), hash_photo(encoded(product(2), "PNG"))
    assert isinstance(ours, HashedPhoto)
    assert isinstance(theirs, HashedPhoto)
    assert not missing_from(ours.hashes, [wanted])
    assert raw_of(ours, own) == str(of_library(product(1), wanted))
    distance = distance_between(wanted, ours, theirs)
    assert distance is not None
    assert distance <= (of_library(product(1), wanted) - of_library(product(2), wanted)) / 64


def test_the_nearest_reference_is_named_with_its_distance() -> None:
    wanted = further_hash("whash_16")
    references = FurtherReferences(wanted, [hashed(product(seed), wanted) for seed in range(5)])
    match = references.nearest(hashed(product(3), wanted, form="JPEG"))
    assert match is not None
    assert match.reference == 3
    assert match.distance < 0.05
    assert match.said.endswith(f"of 256 bits ({match.distance:.3f})")
    assert references.nearest(hashed(product(3))) is None
    assert (
        FurtherReferences(wanted, [hashed(product(1))]).nearest(hashed(product(3), wanted)) is None
    )


@pytest.mark.parametrize("name", [*FAMILIES, "phash_16", "whash_32", "dhash_4"])
def test_a_hash_is_less_sure_the_farther_and_among_more_references(name: str) -> None:
    wanted = further_hash(name)
    steps = [further_similarity(wanted, distance / 100) for distance in range(101)]
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] < 0.02
    assert all(0 <= step <= 1 for step in steps)
    assert further_similarity(wanted, 0.0, chances=3.0) < steps[0]


def test_few_bits_are_less_sure_than_many() -> None:
    at_zero = [further_similarity(further_hash(f"dhash_{side}"), 0.0) for side in (4, 8, 16)]
    assert at_zero == sorted(at_zero)
    assert at_zero[0] <= 0.1


def test_large_photos_are_hashed_small_and_bad_ones_say_why() -> None:
    wanted = further_hash("whash")
    large = product(4, 1600)
    found = make_further(encoded(large, "PNG"), [wanted])
    assert not isinstance(found, MissedPhoto)
    small = large.copy()
    small.thumbnail((SIDE_PX, SIDE_PX))
    assert found[0].hash_hex == str(imagehash.whash(small))
    assert found[0].algorithm_version == further_version()
    missed = make_further(b"no photo", [wanted])
    assert isinstance(missed, MissedPhoto)
    assert missed.reason == "not_an_image"


def test_an_algorithm_that_cannot_look_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(*_: object) -> None:
        raise ValueError("too small")

    monkeypatch.setattr(imagehash, "whash", unable)
    photo = hashed(product(1), further_hash("whash"), further_hash("colorhash"))
    made = {h.algorithm for h in photo.hashes if h.algorithm_version == further_version()}
    assert made == {"colorhash"}
    assert missing_from(photo.hashes, [further_hash("whash")])
