"""CPU of one photo through all tiers, as a scan asks them, against few and many references."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import psutil

from bench.drawn_references import BRAND, KeptReference, kept_references
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.photos.corners.cells import Centres, centres_among
from infringement_dagster.matching.photos.corners.gate import PhotoGate
from infringement_dagster.matching.photos.corners.points import CornerPoints, extract_points
from infringement_dagster.matching.photos.first_sight import hashes_and_points
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.point_cells import SORTED_FROM

_LISTING = Listing("ebay", "1", "practical item for the home", "https://marketplace.example/1")
_ROUNDS = 2  # the least counts: the first finds modules not loaded, any may have noisy neighbours
_CONFIG = ClientConfig(version=1, brands=(Brand(BRAND),), searches={})


@dataclass(frozen=True, slots=True)
class Tiers:
    """CPU milliseconds a photo, and how the references took part."""

    cpu_ms: float
    build_seconds: float  # from kept features to a scorer that can be asked
    admitted: float  # share of the photos that earned key points
    named: float = 0.0  # share of the photos for which the gate named a reference
    reference_kilobytes: float = 0.0  # memory that each reference takes


def through_all_tiers(photos: Sequence[bytes], reference_count: int) -> Tiers:
    """What photos of other products cost against so many references."""
    kept = kept_references(reference_count)
    centres, cells = _kept_cells(kept)
    Scorer(_CONFIG, [kept[0].loaded()])  # loads modules, which are no reference's time nor memory
    before_bytes = psutil.Process().memory_info().rss
    began = time.process_time()
    loaded = [item.loaded(centres, packed) for item, packed in zip(kept, cells, strict=True)]
    scorer = Scorer(_CONFIG, loaded)
    del loaded
    build_seconds = time.process_time() - began
    held_bytes = psutil.Process().memory_info().rss - before_bytes
    contents = {item.name: item.content for item in kept}
    admitted, rounds = 0, []
    for _ in range(_ROUNDS):
        began = time.process_time()
        admitted = sum(_see(scorer, str(at), photo, contents) for at, photo in enumerate(photos))
        rounds.append(time.process_time() - began)
    cpu_ms = 1e3 * min(rounds) / len(photos)
    del scorer
    return Tiers(
        cpu_ms,
        build_seconds,
        admitted / len(photos),
        _named(photos, kept),
        held_bytes / 1000 / reference_count,
    )


def _kept_cells(kept: Sequence[KeptReference]) -> tuple[Centres | None, Sequence[bytes]]:
    """The cells of the references' points, where an installation keeps them."""
    if len(kept) < SORTED_FROM:
        return None, [b""] * len(kept)
    points = [item.loaded().points for item in kept]
    descriptors = [both.descriptors for both in points if both is not None]
    centres = centres_among(np.concatenate(descriptors))
    return centres, [centres.sorted(item).packed() for item in descriptors]


def _see(scorer: Scorer, name: str, content: bytes, references: Mapping[str, bytes]) -> bool:
    hashed, points = hashes_and_points(content)
    assert isinstance(points, CornerPoints)
    photo = Photo(name, hashed, points)
    (look,) = scorer.first_looks([(_LISTING, [photo])])
    asked = {item for pair in scorer.worth_key_points(look) for item in pair}
    found = {item: extract_features(references.get(item, content)) for item in asked}
    known = {key: it for key, it in found.items() if isinstance(it, LocalFeatures)}
    scorer.score(_LISTING, [photo], look=look, key_points=known)
    return bool(asked)


def _points(content: bytes) -> CornerPoints:
    points = extract_points(content)
    assert isinstance(points, CornerPoints)
    return points


def _named(photos: Sequence[bytes], kept: Sequence[KeptReference]) -> float:
    both = [item.loaded().points for item in kept]
    gate = PhotoGate([points for points in both if points is not None])
    return sum(bool(gate.named(_points(content))) for content in photos) / len(photos)
