from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import (
    LocalFeatures,
    extract_features,
    mirrored,
    unpacked,
)
from infringement_dagster.matching.photos.local_match import match_features, similarity_of
from infringement_dagster.matching.photos.pair_match import (
    RECOLOURED_MAX,
    by_hashes,
    with_key_points,
)
from tests.support.photos import encoded, product

OURS = product(31)


def features(image: Image.Image) -> LocalFeatures:
    found = extract_features(encoded(image, quality=80))
    assert isinstance(found, LocalFeatures)
    return found


REFERENCE = features(OURS)


def inset(image: Image.Image) -> Image.Image:
    page = product(77, 700)
    page.paste(image.resize((320, 320)), (350, 40))
    return page


def collage(image: Image.Image) -> Image.Image:
    page = Image.new("RGB", (800, 800), "white")
    for place, seed in (((0, 0), 70), ((400, 0), 71), ((0, 400), 72)):
        page.paste(product(seed, 390), place)
    page.paste(image.resize((390, 390)), (405, 405))
    return page


def bannered(image: Image.Image) -> Image.Image:
    page = image.copy()
    ImageDraw.Draw(page).rectangle((0, 400, 480, 480), fill=(20, 40, 160))
    return page


EDITS = {
    "crop 10%": OURS.crop((24, 24, 456, 456)),
    "crop 20%": OURS.crop((48, 48, 432, 432)),
    "border": ImageOps.expand(OURS, 40, "black"),
    "white pad": ImageOps.expand(OURS, 90, "white"),
    "mirror": ImageOps.mirror(OURS),
    "rotate 5": OURS.rotate(5, Image.Resampling.BICUBIC, fillcolor="white"),
    "banner": bannered(OURS),
    "small": OURS.resize((140, 140)),
    "inset": inset(OURS),
    "collage": collage(OURS),
}


@pytest.mark.parametrize("edit", EDITS)
def test_finds_an_edited_copy(edit: str) -> None:
    match = match_features(REFERENCE, features(EDITS[edit]))
    assert match is not None
    assert match.similarity > 0.9
    assert match.is_mirrored == (edit == "mirror")


@pytest.mark.parametrize("seed", range(40, 52))
def test_distinct_photos_are_not_the_same(seed: int) -> None:
    match = match_features(REFERENCE, features(product(seed)))
    assert match is None or match.similarity < 0.4


def test_says_where_the_reference_is_seen() -> None:
    match = match_features(REFERENCE, features(EDITS["inset"]))
    assert match is not None
    box = match.region
    assert (box.left, box.top) == pytest.approx((0.5, 40 / 700), abs=0.03)
    assert (box.right, box.bottom) == pytest.approx((670 / 700, 360 / 700), abs=0.03)
    assert match.overlap_share == pytest.approx((320 / 700) ** 2, abs=0.03)


def turned(image: Image.Image, share: float) -> Image.Image:
    """The photo with every hue turned by a share of the circle."""
    pixels = np.asarray(image.convert("HSV")).copy()
    pixels[..., 0] += np.uint8(share * 255)
    return Image.fromarray(pixels, "HSV").convert("RGB")


def hashed(image: Image.Image) -> HashedPhoto:
    found = hash_photo(encoded(image))
    assert isinstance(found, HashedPhoto)
    return found


def test_other_colours_are_reported_and_not_called_a_copy() -> None:
    other = turned(OURS, 0.4)
    match = with_key_points(by_hashes(hashed(OURS), hashed(other)), REFERENCE, features(other))
    assert match.similarity <= RECOLOURED_MAX
    assert "other colours" in match.reason
    grey = with_key_points(
        by_hashes(hashed(OURS), hashed(OURS.convert("L"))),
        REFERENCE,
        features(OURS.convert("L")),
    )
    assert grey.similarity > 0.9


def test_blank_photo_has_no_key_points_and_matches_nothing() -> None:
    blank = features(Image.new("RGB", (300, 300), "white"))
    assert len(blank.positions) == 0
    assert match_features(REFERENCE, blank) is None


def test_mirroring_twice_changes_nothing() -> None:
    twice = mirrored(mirrored(REFERENCE))
    assert np.allclose(twice.positions, REFERENCE.positions)
    assert np.array_equal(twice.descriptors, REFERENCE.descriptors)


def test_packed_features_come_back() -> None:
    back = unpacked(REFERENCE.packed())
    assert np.array_equal(back.descriptors, REFERENCE.descriptors)
    assert np.array_equal(back.thumb, REFERENCE.thumb)
    assert (back.width_px, back.height_px) == (REFERENCE.width_px, REFERENCE.height_px)


@pytest.mark.parametrize("content", [b"", b"PK", REFERENCE.packed()[:500]])
def test_damaged_features_say_what_to_do(content: bytes) -> None:
    with pytest.raises(PermanentError, match="extract them again"):
        unpacked(content)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(-1, 1), st.floats(-1, 1))
def test_similarity_rises_with_points_and_edges(a: int, b: int, c: float, d: float) -> None:
    fewer, more = sorted((a, b))
    lower, higher = sorted((c, d))
    assert 0 <= similarity_of(fewer, lower) <= similarity_of(more, higher) <= 1


@given(st.binary(max_size=200))
def test_never_raises_on_any_bytes(content: bytes) -> None:
    assert isinstance(extract_features(content), MissedPhoto)


def test_ten_thousand_damaged_photos_do_not_raise() -> None:
    rng = np.random.default_rng(9)
    originals = [
        encoded(product(9, 40), form) for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
    ]
    for number in range(10_000):
        content = bytearray(originals[number % len(originals)])
        for at in rng.integers(0, len(content), int(rng.integers(1, 8))):
            content[at] = int(rng.integers(256))
        end = len(content) if rng.random() < 0.7 else int(rng.integers(len(content)))
        assert isinstance(hash_photo(bytes(content[:end])), MissedPhoto | HashedPhoto)
