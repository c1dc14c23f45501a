"""Signals of photos: whose photos a listing shows, and under which name."""

from __future__ import annotations

from infringement_dagster.domain.score import MATCH_MIN, Unavailable
from infringement_dagster.matching.photos.pair_match import RECOLOURED_MAX, described
from infringement_dagster.matching.signals.comparison import Comparison, Found

_SERVICE_FACTOR = 0.6  # who repairs the product may show it


def image_hash(c: Comparison) -> Found:
    """How surely a photo is one of the client's, by perceptual hashes over several views."""
    if isinstance(c.hash_match, Unavailable):
        return c.hash_match
    bits = ", ".join(
        f"{name} {count} bits" for name, count in sorted(c.hash_match.distance_bits.items())
    )
    part = "" if c.hash_match.photo_view == "raw" else ", to what is within the photo's border"
    doubt = "; corner points agree on nothing" if c.hash_match.is_contradicted else ""
    told = f"nearest reference: {bits} ({c.hash_match.view} view{part}){doubt}"
    return c.hash_match.similarity, told


def image_local(c: Comparison) -> Found:
    """How surely one of the client's photos is seen inside a photo, by key points and edges.

    Finds crops, insets and collages, and says where. The same shapes in other colours count less.
    """
    if isinstance(c.sighting, Unavailable):
        return c.sighting
    if c.sighting is None:
        return 0.0, "no reference was found in any photo"
    value = c.sighting.similarity * (RECOLOURED_MAX if c.sighting.is_other_colour else 1.0)
    told = described(c.sighting)
    return value, told if value >= MATCH_MIN else f"no match, the nearest is: {told}"


def stolen_photo(c: Comparison) -> Found:
    """How surely the client's photo sells something that does not bear its name."""
    if not c.has_photo:
        return Unavailable("no photo to compare")
    is_service = c.reading is not None and "service" in c.reading.title_words
    value = c.photo_shown * (1 - c.strength) * (_SERVICE_FACTOR if is_service else 1.0)
    if value < MATCH_MIN:
        return value, "the client's photo under another name was not clearly found"
    if is_service:
        return value, "the client's photo advertises a service"
    return value, "the client's photo without the client's brand in the title"


def photo_of_accessory(c: Comparison) -> Found:
    """How surely an accessory that lawfully names the brand shows the client's own photo."""
    if not c.has_photo:
        return Unavailable("no photo to compare")
    if (value := c.photo_shown * c.strength * c.reference) < MATCH_MIN:
        return value, "the client's photo on an accessory was not clearly found"
    return value, "the client's photo sells an accessory"


def shared_photo(c: Comparison) -> Found:
    """How surely one photo goes round among several sellers of what claims to be the client's.

    The client's own goes round among its dealers, which says nothing.
    """
    others = c.other_sellers_with_photo
    if not others:
        return 0.0, "no other seller with the same photo was found"
    told = "1 other seller shows" if others == 1 else f"{others} other sellers show"
    return c.identity * (1 - c.photo_shown) * others / (others + 2), f"{told} the same photo"
