from __future__ import annotations

import io

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS, View, hash_photo
from infringement_dagster.matching.photos.hashes.views import VIEWS
from tests.support.photos import encoded, product

LIBRARY = {
    "ahash": imagehash.average_hash,
    "dhash": imagehash.dhash,
    "phash": imagehash.phash,
}


def hashed(content: bytes) -> HashedPhoto:
    result = hash_photo(content)
    assert isinstance(result, HashedPhoto), result
    return result


def hex_of(image: HashedPhoto, algorithm: str, view: View = "raw") -> str:
    return next(h.hash_hex for h in image.hashes if (h.algorithm, h.view) == (algorithm, view))


def distance_bits(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (500, 500), (3000, 2000)])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_size_is_the_upright_photos(size: tuple[int, int], orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    hashed = hash_photo(encoded(product(1).resize(size), exif=exif))
    assert isinstance(hashed, HashedPhoto)
    upright = size[::-1] if orientation == 6 else size
    assert (hashed.width_px, hashed.height_px) == upright


@pytest.mark.parametrize("algorithm", LIBRARY)
@pytest.mark.parametrize("seed", range(6))
def test_equals_the_library_on_the_same_pixels(algorithm: str, seed: int) -> None:
    image = product(seed)
    assert hex_of(hashed(encoded(image, "PNG")), algorithm) == str(LIBRARY[algorithm](image))


@pytest.mark.parametrize("algorithm", LIBRARY)
@pytest.mark.parametrize("size", [450, 900, 1600])
def test_reduced_decode_stays_within_three_bits_of_full_decode(algorithm: str, size: int) -> None:
    content = encoded(product(11, size))
    full = str(LIBRARY[algorithm](Image.open(io.BytesIO(content))))
    assert distance_bits(hex_of(hashed(content), algorithm), full) <= 3


def test_every_algorithm_and_view_raw_first() -> None:
    image = hashed(encoded(product(1)))
    assert [(h.view, h.algorithm) for h in image.hashes] == [
        (view, algorithm.name) for view in VIEWS for algorithm in ALGORITHMS
    ]
    for h in image.hashes:
        bits = next(a.length_bits for a in ALGORITHMS if a.name == h.algorithm)
        assert len(h.hash_hex) * 4 == bits


@pytest.mark.parametrize("algorithm", [a.name for a in ALGORITHMS])
def test_mirrored_view_is_the_mirror_photo(algorithm: str) -> None:
    image = product(2)
    mirrored = hashed(encoded(ImageOps.mirror(image), "PNG"))
    original = hashed(encoded(image, "PNG"))
    far = 16 if algorithm == "pdq" else 1  # an even box filter leans by half a pixel
    assert (
        distance_bits(hex_of(original, algorithm, "mirrored"), hex_of(mirrored, algorithm)) <= far
    )


@pytest.mark.parametrize("fill", ["white", "black", (180, 20, 30)])
def test_trimmed_view_sees_through_a_border(fill: str | tuple[int, int, int]) -> None:
    image = product(3)
    bordered = hashed(encoded(ImageOps.expand(image, 60, fill), "PNG"))
    plain = hashed(encoded(image, "PNG"))
    assert distance_bits(hex_of(plain, "pdq", "trimmed"), hex_of(bordered, "pdq", "trimmed")) <= 24
    assert distance_bits(hex_of(plain, "pdq"), hex_of(bordered, "pdq")) > 60


def test_orientation_alpha_and_colour_models_show_the_same_photo() -> None:
    image = product(4)
    reference = hex_of(hashed(encoded(image, "PNG")), "pdq")
    exif = Image.Exif()
    exif[0x0112] = 6  # the viewer turns it clockwise, so it is stored turned the other way
    turned = encoded(image.rotate(90, expand=True), exif=exif, quality=95)
    clear = image.convert("RGBA")
    white = np.asarray(image).min(axis=2) == 255
    pixels = np.array(clear)
    pixels[white] = (0, 0, 0, 0)
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    for content in (
        turned,
        encoded(Image.fromarray(pixels), "PNG"),
        encoded(image.convert("CMYK"), quality=95),
        encoded(deep, "PNG"),
    ):
        assert distance_bits(hex_of(hashed(content), "pdq"), reference) <= 16


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not_an_image"),
        (b"<html>no such photo</html>", "not_an_image"),
        (encoded(product(5))[:3000], "truncated"),
        (encoded(Image.new("RGB", (300, 300), "white")), "blank"),
        (encoded(Image.new("RGB", (1, 1), "red"), "GIF"), "blank"),
        (encoded(Image.new("L", (9000, 9000), 255), "PNG"), "too_large"),
    ],
)
def test_says_why_it_could_not_hash(content: bytes, reason: str) -> None:
    result = hash_photo(content)
    assert isinstance(result, MissedPhoto)
    assert result.reason == reason
    assert result.detail


def test_low_detail_has_no_pdq_but_the_small_hashes() -> None:
    door = Image.new("RGB", (400, 400), "white")
    door.paste((225, 225, 225), (100, 60, 300, 340))
    assert {h.algorithm for h in hashed(encoded(door, "PNG")).hashes} == set(LIBRARY)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_never_raises_on_any_bytes(content: bytes) -> None:
    assert isinstance(hash_photo(content), MissedPhoto | HashedPhoto)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_never_raises_on_a_damaged_photo(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "AVIF"]))
    content = bytearray(encoded(product(6, 64), form))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=12)):
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    assert isinstance(hash_photo(bytes(content[:cut])), MissedPhoto | HashedPhoto)
