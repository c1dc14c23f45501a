"""Photos of plain cases, as the tiers would tell of them."""

from __future__ import annotations

from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.domain.score import Region, Unavailable
from infringement_dagster.matching.photo_text.brand_in_photo import BrandInPhoto, brand_in_photos
from infringement_dagster.matching.photo_text.lines import PhotoText, PixelBox, TextLine
from infringement_dagster.matching.photos import local_match
from infringement_dagster.matching.photos.alignment import Agreement
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.hashes.hash_match import HashMatch, similarity_of
from infringement_dagster.matching.photos.local_match import LocalMatch
from infringement_dagster.matching.photos.logos import NO_LOGO, LogoSeen
from infringement_dagster.matching.text.brand_text import BrandMatcher

NO_PHOTO = Unavailable("the listing has no photo")
_SAME_PHOTO_BITS, _OTHER_PHOTO_BITS = 6, 120  # of pdq


def nearest(*, is_the_client_s: bool) -> HashMatch:
    """The nearest reference by hashes."""
    bits = {"pdq": _SAME_PHOTO_BITS if is_the_client_s else _OTHER_PHOTO_BITS}
    return HashMatch(0, similarity_of(bits), bits, "raw")


def sighting() -> LocalMatch:
    """The client's photo, seen as a whole."""
    agreement = Agreement(0.95, 0.95, 2.0)
    sure = local_match.similarity_of(200, agreement.gradient)
    return LocalMatch(sure, 200, agreement, Region(0, 0, 1, 1), 1.0, False)


def read_in_photo(matcher: BrandMatcher, words: str | None) -> BrandInPhoto | Unavailable | None:
    """The brand in a photo with these words; without any, photos are not read."""
    if words is None:
        return brand_in_photos(matcher, "off", {})
    line = TextLine(words, 0.97, PixelBox(300, 400, 500, 450))
    text = PhotoText(1000, 1000, (line,), "p1")
    return brand_in_photos(matcher, "earned", {"p1": text})


def logo_in_photo(*, is_shown: bool) -> LogoSeen | Unavailable:
    """The client's logo on a chest, or that it has none."""
    if not is_shown:
        return NO_LOGO
    match = LocalMatch(
        0.95, 30, Agreement(0.95, 0.95, 2.0), Region(0.4, 0.4, 0.7, 0.7), 0.1, False, "p1"
    )
    logo = Photo("logo", HashedPhoto(512, 512, "image/png", ()))
    return LogoSeen(Reference("r1", logo, "Veldoran", kind="logo"), match)
