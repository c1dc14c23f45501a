"""CPU of one photo through all tiers, as a scan asks them, against few and many references."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.drawn_photos import drawn_photo
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_points,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.scoring import Photo, Reference, Scorer

REFERENCE_PX = 500
_LISTING = Listing("ebay", "1", "practical item for the home", "https://marketplace.example/1")
_CONFIG = ClientConfig(version=1, brands=(Brand("Quexvolt"),), searches={})


@dataclass(frozen=True, slots=True)
class Tiers:
    """CPU milliseconds a photo, and how the references took part."""

    cpu_ms: float
    build_seconds: float  # of the index
    admitted: float  # share of the photos that earned key points


def through_all_tiers(photos: Sequence[bytes], reference_count: int) -> Tiers:
    """What photos of other products cost against so many references."""
    contents = {f"r{n}": drawn_photo(10_000 + n, REFERENCE_PX) for n in range(reference_count)}
    references = [_reference(name, content) for name, content in contents.items()]
    began = time.process_time()
    scorer = Scorer(_CONFIG, references)
    build_seconds = time.process_time() - began
    began, admitted = time.process_time(), 0
    for number, content in enumerate(photos):
        admitted += _see(scorer, f"q{number}", content, contents)
    cpu_ms = 1e3 * (time.process_time() - began) / len(photos)
    return Tiers(cpu_ms, build_seconds, admitted / len(photos))


def _reference(name: str, content: bytes) -> Reference:
    points = extract_both_ways(content)
    assert isinstance(points, BothWays)
    return Reference(name, Photo(name, hash_photo(content), points.upright), "Quexvolt", points)


def _see(scorer: Scorer, name: str, content: bytes, references: dict[str, bytes]) -> bool:
    points = extract_points(content)
    assert isinstance(points, CornerPoints)
    photo = Photo(name, hash_photo(content), points)
    (look,) = scorer.first_looks([(_LISTING, [photo])])
    asked = {item for pair in scorer.worth_key_points(look) for item in pair}
    found = {item: extract_features(references.get(item, content)) for item in asked}
    known = {key: it for key, it in found.items() if isinstance(it, LocalFeatures)}
    scorer.score(_LISTING, [photo], look=look, key_points=known)
    return bool(asked)
