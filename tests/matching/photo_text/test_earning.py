from __future__ import annotations

from infringement_dagster.domain.client import Brand, ReadingPolicy
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photo_text.earning import Earning
from infringement_dagster.matching.photos.compared import Photo

BRAND = Brand("Veldoran", categories=("bottle",), models=("Trail Jug",))
GOOD = HashedPhoto(500, 500, "image/jpeg", ())
PHOTOS = [Photo("a", GOOD), Photo("b", MissedPhoto("not_found")), Photo("c", GOOD)]


def worth(when: ReadingPolicy, title: str, named: float = 0.0, admitted: str = "") -> list[str]:
    earning = Earning([BRAND], when)
    return [item.photo_id for item in earning.worth_reading(title, named, PHOTOS, [*admitted])]


def test_like_products_without_the_name_and_photos_that_resemble_earn_it() -> None:
    assert worth("earned", "steel bottle 32 oz") == ["a", "c"]
    assert worth("earned", "the trail jug, new") == ["a", "c"]
    assert worth("earned", "garden hose") == []
    assert worth("earned", "garden hose", admitted="c") == ["c"]
    assert worth("earned", "Veldoran bottle", named=0.9) == []
    assert worth("earned", "Veldoran bottle", named=0.9, admitted="a") == ["a"]


def test_always_is_all_and_off_is_none() -> None:
    assert worth("always", "garden hose") == ["a", "c"]
    assert worth("off", "steel bottle", admitted="a") == []


def test_unnamed_listings_come_first() -> None:
    earning = Earning([BRAND], "always")
    (named, *_) = earning.worth_reading("Veldoran bottle", 0.9, PHOTOS, [])
    *_, unnamed = earning.worth_reading("bottle", 0.0, PHOTOS, [])
    assert unnamed.rank < named.rank
