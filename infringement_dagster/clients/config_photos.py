"""The parts of a config document that say which photos are fetched and read, and how many."""

from __future__ import annotations

from pydantic import Field

from infringement_dagster.clients.config_part import Part
from infringement_dagster.domain.client import ListingPhotos, ReadingPolicy, TextInPhotos


class TextInPhotosDocument(Part):
    """Reading of words in photos, such as `{"when": "earned", "photos_at_most": 100}`.

    It needs the extra `ocr`; where that is not installed nothing is read, and scores say so.
    """

    when: ReadingPolicy = "off"
    """Whose photos are read for words. Score: a brand that only a photo names counts."""
    photos_at_most: int = Field(50, ge=1, le=5000)
    """New photos read in a scan, a third of a second each. Score: unread ones add nothing."""

    def to_text_in_photos(self) -> TextInPhotos:
        """The same in the domain's words."""
        return TextInPhotos(self.when, self.photos_at_most)


class ListingPhotosDocument(Part):
    """How listings' photos are fetched, such as `{"size_px": 800, "megabytes_at_most": 300}`."""

    size_px: int = Field(640, ge=100, le=1600)
    """The longer side, where a marketplace offers sizes. Score: small photos show less."""
    a_listing_at_most: int = Field(12, ge=1, le=24)
    """Photos compared of each listing, the main one first. Score: further ones may be copies."""
    megabytes_at_most: int = Field(1000, ge=1, le=1_000_000)
    """Megabytes of photos in a scan; main photos come first. Score: none of those left out."""

    def to_listing_photos(self) -> ListingPhotos:
        """The same in the domain's words."""
        return ListingPhotos(self.size_px, self.a_listing_at_most, self.megabytes_at_most)
