"""The whole scorer on copies and on unrelated photos of a folder with known answers.

As a scan does: every photo against all references, under titles that name no brand; key points only
where the photo earns them. Copies are those that the folder lists, and those that are drawn here.
"""

from __future__ import annotations

import io
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from infringement_dagster.cli.matching.drawn_edits.scenes import stands_on_white
from infringement_dagster.cli.matching.drawn_edits.table import EDITS, ON_WHITE_ONLY, drawn
from infringement_dagster.cli.matching.evaluation_sets import listed_copies, photos_in
from infringement_dagster.cli.matching.photo_files import on_all_cores
from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
)
from infringement_dagster.matching.photos.first_sight import hashes_and_points
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.scoring import Scorer

_BRAND = "Quexvolt"  # made up: no title below holds it
_TITLE = "practical everyday item, new"
_SPLIT_SEED = 41  # of which photos are references, and which of those constants were fitted to
_OTHERS_MIN_SHARE = 1 / 12  # of the photos; collages and scenes show them beside the copy
_CONFIG = ClientConfig(version=1, brands=(Brand(_BRAND),), searches={})


@dataclass(slots=True)
class Shares:
    """The outcome of some listings."""

    listings: int = 0
    looked: int = 0  # earned key points
    flagged: int = 0  # reached the review threshold
    cpu_seconds: float = 0.0  # in the scorer, key points included

    def share_of(self, count: int) -> float:
        """The count as a share of the listings."""
        return count / self.listings if self.listings else 0.0


@dataclass(slots=True)
class EndToEnd:
    """Copies by edit, and photos of other products, each against `references` references."""

    references: int
    copies: dict[str, Shares] = field(default_factory=dict)
    unrelated: Shares = field(default_factory=Shares)


@dataclass(slots=True)
class DrawnCopies:
    """Drawn copies by edit: of originals that constants were fitted to, and of those held out."""

    references: int
    fitted: dict[str, Shares] = field(default_factory=dict)
    held_out: dict[str, Shares] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    """A photo as a scan keeps it."""

    content: bytes
    photo: Photo
    points: BothWays | None  # as a reference


def score_end_to_end(data: Path, references_max: int) -> EndToEnd:
    """Copies against references that hold their originals; each other photo against others."""
    copies = listed_copies(data)
    originals = list(dict.fromkeys(original for original, _, _ in copies))
    distinct = list(dict.fromkeys((*originals, *photos_in(data / "images"))))
    files = dict(zip(distinct, on_all_cores("Reading photos", _read, distinct), strict=True))
    count = min(references_max, len(distinct))
    result = EndToEnd(count)
    scorer = _Seeing([files[path] for path in distinct[:count]])
    edits: dict[str, Shares] = defaultdict(Shares)
    shown = (path for _, path, _ in copies)
    for (_, _, edit), file in zip(copies, map(_read, shown), strict=True):
        scorer.see(file, edits[edit])
    result.copies = dict(edits)
    for others, left_out in _folds(distinct, count):
        seeing = _Seeing([files[path] for path in others])
        for path in left_out:
            seeing.see(files[path], result.unrelated)
    return result


def score_drawn(data: Path, references_max: int, originals_max: int) -> DrawnCopies:
    """Each edit drawn on at most so many originals of each half of the references."""
    paths = photos_in(data / "images")
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(paths)).tolist()
    count = min(references_max, len(paths) - math.ceil(len(paths) * _OTHERS_MIN_SHARE))
    files = list(on_all_cores("Reading photos", _read, [paths[at] for at in order[:count]]))
    others = [_opened(paths[at].read_bytes()) for at in order[count:]]
    seeing, result = _Seeing(files), DrawnCopies(count)
    for first, shares in enumerate((result.fitted, result.held_out)):
        shares |= {edit: Shares() for edit in EDITS}
        copies = [
            _Copy(files[at].content, edit, order[at], others)
            for edit in EDITS
            for at in _originals(files, edit, first, originals_max)
        ]
        drawing = on_all_cores("Drawing edits", _drawn, copies)
        for copy, file in zip(copies, drawing, strict=True):
            seeing.see(file, shares[copy.edit])
    return result


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy to be drawn."""

    original: bytes
    edit: str
    seed: int
    others: Sequence[Image.Image]


def _originals(files: Sequence[_File], edit: str, first: int, originals_max: int) -> list[int]:
    """Every second reference that the edit can be drawn on."""
    suitable = (
        at
        for at in range(first, len(files), 2)
        if edit not in ON_WHITE_ONLY or stands_on_white(_opened(files[at].content))
    )
    return list(islice(suitable, originals_max))


def _drawn(copy: _Copy) -> _File:
    content = drawn(copy.edit, _opened(copy.original), copy.others, copy.seed)
    return _file(f"{copy.edit} {copy.seed}", content)


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def _folds(paths: Sequence[Path], count: int) -> Iterator[tuple[list[Path], list[Path]]]:
    """References and photos that are none of them, until each photo was left out once."""
    size = max(1, len(paths) - count)
    for start in range(0, len(paths), size):
        left_out = list(paths[start : start + size])
        others = [path for path in paths if path not in set(left_out)]
        yield others[:count], left_out


def _read(path: Path) -> _File:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PermanentError(f"{path} cannot be read: {error}") from error
    return _file(str(path), content)


def _file(photo_id: str, content: bytes) -> _File:
    hashed, points = hashes_and_points(content)
    both = extract_both_ways(content)
    photo = Photo(photo_id, hashed, points if isinstance(points, CornerPoints) else None)
    return _File(content, photo, both if isinstance(both, BothWays) else None)


class _Seeing:
    """A scorer of one set of references, with the key points that it asks for."""

    def __init__(self, files: Sequence[_File]) -> None:
        self._scorer = Scorer(
            _CONFIG,
            [Reference(file.photo.photo_id, file.photo, _BRAND, file.points) for file in files],
        )
        self._contents = {file.photo.photo_id: file.content for file in files}
        self._key_points: dict[str, LocalFeatures | MissedPhoto] = {}

    def see(self, file: _File, into: Shares) -> None:
        """Counts what becomes of a listing with this photo alone."""
        listing = Listing("ebay", file.photo.photo_id, _TITLE, "https://marketplace.example/")
        began = time.thread_time()
        (look,) = self._scorer.first_looks([(listing, [file.photo])])
        asked = self._scorer.worth_key_points(look)
        found = {side: self._features(side, file) for pair in asked for side in pair}
        known = {key: it for key, it in found.items() if isinstance(it, LocalFeatures)}
        score = self._scorer.score(listing, [file.photo], look=look, key_points=known)
        into.cpu_seconds += time.thread_time() - began
        into.listings += 1
        into.looked += bool(asked)
        into.flagged += should_flag(score, _CONFIG.thresholds)

    def _features(self, photo_id: str, shown: _File) -> LocalFeatures | MissedPhoto:
        if photo_id not in self._contents:
            return extract_features(shown.content)
        if photo_id not in self._key_points:
            self._key_points[photo_id] = extract_features(self._contents[photo_id])
        return self._key_points[photo_id]
