"""Whose photos are worth reading: 0.3 CPU seconds each, where a look at points costs 0.01."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.client import Brand, ReadingPolicy
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.text.phrases import TextPhrases

NAMED_MIN = 0.45  # from this strength on the title itself names the brand


@dataclass(frozen=True, slots=True)
class WorthReading:
    """A photo that earned it; those of lesser rank are read first."""

    photo_id: str
    rank: tuple[bool, int]  # whether the title names the brand, position among the photos


class Earning:
    """Picks the photos worth reading; prepared once from the brands."""

    def __init__(self, brands: Iterable[Brand], when: ReadingPolicy) -> None:
        self._when = when
        kinds = (kind for brand in brands for kind in (*brand.categories, *brand.models))
        self._kinds: TextPhrases[str] = TextPhrases((kind, kind) for kind in dict.fromkeys(kinds))

    def worth_reading(
        self, title: str, named: float, photos: Sequence[Photo], admitted: Sequence[str]
    ) -> list[WorthReading]:
        """Those of a listing's photos that earned it; the gate has admitted some of them.

        Earned by a photo that resembles one of the client's, or by all where the title tells of
        a product of its kind without its name. `named` is how surely the title names the brand.
        """
        if self._when == "off":
            return []
        photo_ids = [
            photo.photo_id for photo in photos if not isinstance(photo.hashed, MissedPhoto)
        ]
        is_named = named >= NAMED_MIN
        is_like = not is_named and bool(self._kinds.find(title))
        wanted = photo_ids if self._when == "always" or is_like else admitted
        return [
            WorthReading(photo_id, (is_named, position))
            for position, photo_id in enumerate(photo_ids)
            if photo_id in wanted
        ]
