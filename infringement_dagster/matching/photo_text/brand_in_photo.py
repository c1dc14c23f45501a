"""The client's brand among the words that were read in a listing's photos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.client import ReadingPolicy
from infringement_dagster.domain.score import PhotoRead, Unavailable
from infringement_dagster.matching.photo_text.lines import PhotoText, PixelBox, TextLine
from infringement_dagster.matching.text.brand_patterns import Kind
from infringement_dagster.matching.text.brand_text import BrandMatcher, BrandUse
from infringement_dagster.matching.text.normal_text import span_as_written

ReadPhotos = Mapping[str, PhotoText | Unavailable]  # by photo id, of those that were asked for

NOT_READ = Unavailable("photos are not read: `text_in_photos` of the config is off")

_NEVER: frozenset[Kind] = frozenset({"model", "sounds_like"})  # name no brand by themselves
_ACROSS_LINES: frozenset[Kind] = frozenset({"exact", "alias"})  # "LOUIS" above "VUITTON"


@dataclass(frozen=True, slots=True)
class BrandInPhoto:
    """A brand read in a photo, and how surely the words mean it."""

    strength: float  # 0 to 1
    seen: PhotoRead


def brand_in_photos(
    matcher: BrandMatcher, when: ReadingPolicy, read: ReadPhotos
) -> BrandInPhoto | Unavailable | None:
    """The surest brand in the photos that were read; None where they show none."""
    if when == "off":
        return NOT_READ
    texts = {key: text for key, text in read.items() if isinstance(text, PhotoText)}
    if not texts:
        missed = (text for text in read.values() if isinstance(text, Unavailable))
        return next(missed, Unavailable("nothing made its photos worth reading"))
    found = [brand for key, text in texts.items() for brand in _brands(matcher, key, text)]
    return max(found, key=lambda brand: brand.strength, default=None)


def _brands(matcher: BrandMatcher, photo_id: str, text: PhotoText) -> Iterator[BrandInPhoto]:
    joined = " ".join(line.text for line in text.lines)
    *alone, across = matcher.find_many([*(line.text for line in text.lines), joined])
    for line, uses in zip(text.lines, alone, strict=True):
        for use in uses:
            if use.kind not in _NEVER:
                yield _brand(photo_id, text, [line], use)
    for use in across:
        if use.kind in _ACROSS_LINES:
            yield _brand(photo_id, text, _lines_of(text.lines, joined, use), use)


def _lines_of(lines: Sequence[TextLine], joined: str, use: BrandUse) -> list[TextLine]:
    """The lines over which the use stretches."""
    start, end = span_as_written(joined, use.matched_text, use.start)
    held: list[TextLine] = []
    at = 0
    for line in lines:
        if at < end and start < at + len(line.text):
            held.append(line)
        at += len(line.text) + 1
    return held or list(lines)


def _brand(
    photo_id: str, text: PhotoText, lines: Sequence[TextLine], use: BrandUse
) -> BrandInPhoto:
    box = PixelBox(
        min(line.box.left_px for line in lines),
        min(line.box.top_px for line in lines),
        max(line.box.right_px for line in lines),
        max(line.box.bottom_px for line in lines),
    )
    words = " ".join(line.text for line in lines)
    sure = min(line.confidence for line in lines)
    seen = PhotoRead(use.brand, use.kind, words, sure, photo_id, text.region(box), text.read_sha256)
    return BrandInPhoto(use.strength, seen)
