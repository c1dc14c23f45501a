"""How surely two photos are the same one, by every tier that has looked at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.matching.photos.corners.match import as_sighting, match_points
from infringement_dagster.matching.photos.corners.points import BothWays, CornerPoints
from infringement_dagster.matching.photos.corners.sightings import by_likeliest
from infringement_dagster.matching.photos.hashes.hash_match import (
    OWN_NAMES,
    QUERY_VIEWS,
    HashMatch,
    similarity_of,
)
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.photos.local_match import LocalMatch, match_exactly

Tier = Literal["hash", "local"]

RECOLOURED_MAX = 0.4  # another colour of the same product is reported, not accused
_POINTS_TELLING = 60  # with so many key points on both sides, no geometry at all is a hint
_DOUBT = 0.75
_WHOLE_SHARE_MIN = 0.97  # of the photo; a border of less is none that people see
_BEYOND_DOUBT = 0.9  # pdq within 54 bits; thumbnails that near may keep no key points


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """The verdict of all tiers on one pair of photos."""

    similarity: float  # 0 to 1: how surely it is the same photo
    tier: Tier  # that the similarity comes from
    distance_bits: Mapping[str, int]  # by algorithm, the nearest of all views
    reason: str
    sighting: LocalMatch | None = None


def hash_distances_bits(reference: HashedPhoto, candidate: HashedPhoto) -> dict[str, int]:
    """For each of our algorithms in common the least distance between any two views."""
    ours: dict[tuple[str, int], list[int]] = {}
    for h in (h for h in reference.hashes if h.algorithm in OWN_NAMES):
        ours.setdefault((h.algorithm, h.algorithm_version), []).append(int(h.hash_hex, 16))
    distances: dict[str, int] = {}
    for h in candidate.hashes:
        others = ours.get((h.algorithm, h.algorithm_version))
        if others and h.view in QUERY_VIEWS:
            own = int(h.hash_hex, 16)
            nearest = min((own ^ other).bit_count() for other in others)
            distances[h.algorithm] = min(nearest, distances.get(h.algorithm, nearest))
    return distances


def by_hashes(reference: HashedPhoto, candidate: HashedPhoto) -> PhotoMatch:
    """The verdict of the hash tier alone."""
    distances = hash_distances_bits(reference, candidate)
    nearest = ", ".join(f"{name} {bits} bits" for name, bits in distances.items())
    return PhotoMatch(similarity_of(distances), "hash", distances, f"apart by {nearest}")


def with_key_points(
    hashed: PhotoMatch, reference: LocalFeatures, candidate: LocalFeatures
) -> PhotoMatch:
    """The verdict of both tiers: the surer one, less where key points contradict."""
    return joined(
        hashed,
        match_exactly(reference, candidate),
        min(len(reference.positions), len(candidate.positions)),
    )


def with_corner_points(
    match: PhotoMatch, nearest: HashMatch | None, reference: BothWays, candidate: CornerPoints
) -> PhotoMatch:
    """The verdict where corner points have looked too: theirs where it is surer.

    `nearest` is the candidate's match among the reference alone.
    """
    ways = ((reference.upright, False), (reference.mirrored, True))
    seen = [
        as_sighting(way, candidate, found, is_mirrored=is_mirrored)
        for way, is_mirrored in ways
        if (found := match_points(way, candidate)) is not None
    ]
    if nearest is not None:
        seen += [sighting for _, sighting in by_likeliest(candidate, nearest, lambda _: reference)]
    best = max(seen, key=lambda item: item.similarity, default=None)
    if best is not None and best.is_other_colour:
        surest = max(match.similarity, best.similarity)
        held = surest * RECOLOURED_MAX
        return PhotoMatch(held, "local", match.distance_bits, described(best), best)
    if best is None or best.similarity <= match.similarity:
        return match
    return PhotoMatch(best.similarity, "local", match.distance_bits, described(best), best)


def joined(hashed: PhotoMatch, sighting: LocalMatch | None, points: int) -> PhotoMatch:
    """The verdict from what each tier found; `points` is the lesser count of key points."""
    bits = hashed.distance_bits
    if sighting is None:
        if points < _POINTS_TELLING or hashed.similarity >= _BEYOND_DOUBT:
            return hashed
        reason = f"{hashed.reason}; no key points agree"
        return PhotoMatch(hashed.similarity * _DOUBT, "hash", bits, reason)
    if sighting.is_other_colour:
        surest = max(hashed.similarity, sighting.similarity)
        reason = f"same shapes in other colours: {described(sighting)}"
        return PhotoMatch(surest * RECOLOURED_MAX, "local", bits, reason, sighting)
    if sighting.similarity < hashed.similarity:
        return PhotoMatch(hashed.similarity, "hash", bits, hashed.reason, sighting)
    return PhotoMatch(sighting.similarity, "local", bits, described(sighting), sighting)


def described(sighting: LocalMatch) -> str:
    """The sighting in words, for people."""
    box = sighting.region
    turn = sighting.agreement.hue_turn_degrees
    points = sighting.inlier_count
    parts = ["same_product_line: much in common, another photo"] if sighting.is_same_line else []
    if sighting.overlay is not None and sighting.overlay.is_other_tone:
        parts = ["same_product_line: the same shapes in other tones"]
    laid = "laid on the whole photo"
    if sighting.overlap_share < _WHOLE_SHARE_MIN:
        laid = "laid on what is within the photo's border"
    parts += [f"{points} key points on one map" if points else laid]
    parts += [f"edges agree to {sighting.agreement.gradient:.2f}"]
    if sighting.overlay is not None:
        parts += [f"{sighting.overlay.agreeing_share:.0%} of its detail is there"]
    parts += [
        f"at {box.left:.0%}-{box.right:.0%} across and {box.top:.0%}-{box.bottom:.0%} down",
        f"covering {sighting.overlap_share:.0%}",
    ]
    parts += ["mirrored"] if sighting.is_mirrored else []
    parts += ["as a negative"] if sighting.is_negative else []
    parts += [f"hue turned by {turn:.0f} degrees"] if sighting.agreement.is_recoloured else []
    return ", ".join(parts)
