from __future__ import annotations

import pytest

from infringement_dagster.domain.client import Brand
from infringement_dagster.domain.score import Region, Unavailable
from infringement_dagster.matching.photo_text.brand_in_photo import BrandInPhoto, brand_in_photos
from infringement_dagster.matching.photo_text.lines import (
    PhotoText,
    PixelBox,
    TextLine,
    text_document,
    text_from,
)
from infringement_dagster.matching.text.brand_text import BrandMatcher

MATCHER = BrandMatcher(
    [Brand("Veldoran", models=("Glacier",)), Brand("Louise Valden", categories=("bag",))]
)
BOX = PixelBox(100, 200, 300, 250)


def text_of(*lines: str) -> PhotoText:
    boxes = (PixelBox(100, 200 + 60 * at, 300, 250 + 60 * at) for at in range(len(lines)))
    told = tuple(TextLine(line, 0.95, box) for line, box in zip(lines, boxes, strict=True))
    return PhotoText(1000, 500, told, "file")


def found(*lines: str) -> BrandInPhoto | Unavailable | None:
    return brand_in_photos(MATCHER, "earned", {"p1": text_of(*lines)})


@pytest.mark.parametrize("line", ["VELDORAN", "Veldoran est. 1904", "VELD0RAN", "#veldoran"])
def test_the_brand_is_found_in_a_line_with_its_place(line: str) -> None:
    brand = found("250 ml", line)
    assert isinstance(brand, BrandInPhoto)
    assert brand.strength >= 0.45
    assert (brand.seen.brand, brand.seen.text, brand.seen.photo_id) == ("Veldoran", line, "p1")
    assert brand.seen.region == Region(0.1, 0.52, 0.3, 0.62)
    assert (brand.seen.confidence, brand.seen.read_sha256) == (0.95, "file")


def test_a_name_of_two_lines_is_read_across_them_and_boxed_as_a_whole() -> None:
    brand = found("since 1904", "LOUISE", "VALDEN", "Paris")
    assert isinstance(brand, BrandInPhoto)
    assert (brand.seen.brand, brand.seen.text) == ("Louise Valden", "LOUISE VALDEN")
    assert brand.seen.region == Region(0.1, 0.52, 0.3, 0.74)


@pytest.mark.parametrize("line", ["Maplewood", "Glacier", "250 ml", "organic cotton"])
def test_other_words_and_models_alone_name_nobody(line: str) -> None:
    assert found(line) is None


def test_what_was_not_read_says_why() -> None:
    off = brand_in_photos(MATCHER, "off", {"p1": text_of("VELDORAN")})
    assert isinstance(off, Unavailable)
    assert "text_in_photos" in off.reason
    spent = brand_in_photos(MATCHER, "earned", {"p1": Unavailable("spent")})
    assert spent == Unavailable("spent")
    assert isinstance(brand_in_photos(MATCHER, "earned", {}), Unavailable)


def test_a_text_is_kept_whole_and_an_older_version_is_read_again() -> None:
    text = text_of("VELDORAN", "250 ml")
    document = text_document(text)
    assert text_from(document) == text
    assert text_from({**document, "version": 0}) is None


def test_boxes_follow_the_photo_to_another_size() -> None:
    smaller = text_of("VELDORAN").at_size(500, 250)
    assert smaller.lines[0].box == PixelBox(50, 100, 150, 125)
    assert smaller.region(smaller.lines[0].box) == Region(0.1, 0.4, 0.3, 0.5)


@pytest.mark.parametrize(
    ("text", "confidence", "is_telling"),
    [("Zuvo", 0.8, True), ("Zuvo", 0.79, False), ("AB 12", 0.99, False), ("無印良品", 0.9, True)],
)
def test_only_sure_lines_of_three_letters_and_more_count(
    text: str, confidence: float, is_telling: bool
) -> None:
    assert TextLine(text, confidence, BOX).is_telling is is_telling
