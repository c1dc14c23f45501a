"""Photos from files, hashed and described on all cores.

Threads, not processes: decoding, key points and geometry leave the interpreter's lock alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import cv2
from rich.progress import Progress

from infringement_dagster.cli.terminal import notes
from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_points,
)
from infringement_dagster.matching.photos.hashes.further import hash_with_further
from infringement_dagster.matching.photos.hashes.further_match import distance_between
from infringement_dagster.matching.photos.hashes.hash_match import ReferenceHashes
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.photos.pair_match import (
    PhotoMatch,
    by_hashes,
    with_corner_points,
    with_key_points,
)

TierChoice = Literal["hash", "full"]
Input = TypeVar("Input")
Output = TypeVar("Output")

_BATCH = 256  # pairs in flight; bounds what waits in memory


def on_all_cores(
    label: str, work: Callable[[Input], Output], inputs: Sequence[Input]
) -> Iterator[Output]:
    """The outcomes in the order of the inputs, with a progress bar on standard error."""
    cv2.setNumThreads(1)  # the pool already uses every core
    with (
        ThreadPoolExecutor(os.cpu_count() or 1) as pool,
        Progress(console=notes, transient=True) as progress,
    ):
        task = progress.add_task(label, total=len(inputs))
        for start in range(0, len(inputs), _BATCH):
            for outcome in pool.map(work, inputs[start : start + _BATCH]):
                progress.advance(task)
                yield outcome


@dataclass(frozen=True, slots=True)
class _Read:
    """The parts of a photo that the chosen tier looks at."""

    hashed: HashedPhoto
    features: LocalFeatures | None = None
    points: BothWays | None = None  # as a reference
    shown: CornerPoints | None = None  # as a listing's photo


class Photos:
    """Photo files with their hashes and key points, each file read once."""

    def __init__(
        self, paths: Iterable[Path], tier: TierChoice, further: Sequence[FurtherHash] = ()
    ) -> None:
        self._tier = tier
        self._further = further
        distinct = list(dict.fromkeys(paths))
        self._read = dict(
            zip(distinct, on_all_cores("Reading photos", self._load, distinct), strict=True)
        )

    def _load(self, path: Path) -> _Read | MissedPhoto:
        try:
            content = path.read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            return MissedPhoto("not_an_image", f"cannot be read: {error}")
        hashed = hash_with_further(content, self._further)
        if isinstance(hashed, MissedPhoto):
            return hashed
        if self._tier == "hash":
            return _Read(hashed)
        features, points = extract_features(content), extract_both_ways(content)
        shown = extract_points(content)
        return _Read(
            hashed,
            None if isinstance(features, MissedPhoto) else features,
            None if isinstance(points, MissedPhoto) else points,
            None if isinstance(shown, MissedPhoto) else shown,
        )

    def problem(self, path: Path) -> MissedPhoto | None:
        """Why the file has no hashes; None when it has."""
        read = self._read[path]
        return read if isinstance(read, MissedPhoto) else None

    def compare(self, reference: Path, candidate: Path) -> PhotoMatch | MissedPhoto:
        """The chosen tier's verdict on two files, or why there is none."""
        ours, theirs = self._read[reference], self._read[candidate]
        if isinstance(ours, MissedPhoto):
            return MissedPhoto(ours.reason, f"reference {reference.name}: {ours.detail}")
        if isinstance(theirs, MissedPhoto):
            return MissedPhoto(theirs.reason, f"candidate {candidate.name}: {theirs.detail}")
        match = by_hashes(ours.hashed, theirs.hashed)
        if ours.features is not None and theirs.features is not None:
            match = with_key_points(match, ours.features, theirs.features)
        if ours.points is not None and theirs.shown is not None:
            nearest = ReferenceHashes([ours.hashed]).nearest(theirs.hashed)
            match = with_corner_points(match, nearest, ours.points, theirs.shown)
        return match

    def further_distances(self, reference: Path, candidate: Path) -> dict[str, float]:
        """The distance of two files, 0 to 1, by each further hash that both have."""
        ours, theirs = self._read[reference], self._read[candidate]
        if isinstance(ours, MissedPhoto) or isinstance(theirs, MissedPhoto):
            return {}
        found = {
            item.name: distance_between(item, ours.hashed, theirs.hashed) for item in self._further
        }
        return {name: distance for name, distance in found.items() if distance is not None}
