"""Words that photos show: whose photos are worth reading, and which brand was read in them."""

from infringement_dagster.matching.photo_text.brand_in_photo import (
    BrandInPhoto,
    ReadPhotos,
    brand_in_photos,
)
from infringement_dagster.matching.photo_text.earning import Earning, WorthReading
from infringement_dagster.matching.photo_text.lines import PhotoText

__all__ = [
    "BrandInPhoto",
    "Earning",
    "PhotoText",
    "ReadPhotos",
    "WorthReading",
    "brand_in_photos",
]
