"""Scores of a folder's photos with known answers, by tier and edit.

`images/*.jpg` are distinct products; `images_attacked_sample/attacks.csv` names edited copies
(file, original, attack).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np

from infringement_dagster.cli.matching.photo_files import Photos, on_all_cores
from infringement_dagster.cli.matching.tables import UnreadableTableError, read_table
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.calibration.metrics import Floats
from infringement_dagster.matching.photos.hashes.hash_match import similarity_of

_SEED = 20  # of the choice among pairs, when there are more than asked for
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})

Pair = tuple[Path, Path]


@dataclass(frozen=True, slots=True)
class PhotoScores:
    """Similarities by tier: of distinct pairs, and of copies by edit."""

    distinct: dict[str, Floats] = field(default_factory=dict)
    edited: dict[str, dict[str, Floats]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def score_photos(data: Path, pairs_max: int) -> PhotoScores:
    """Similarities of all edited copies with their originals, and of distinct pairs."""
    originals = photos_in(data / "images")
    listed = listed_copies(data)
    copies = [(original, copy) for original, copy, _ in listed]
    distinct = list(combinations(originals, 2))
    if len(distinct) > pairs_max:
        chosen = np.random.default_rng(_SEED).choice(len(distinct), pairs_max, replace=False)
        distinct = [distinct[position] for position in chosen]
    photos = Photos([*originals, *(path for pair in copies for path in pair)], "full")
    found = _tiers(photos, "Distinct pairs", distinct), _tiers(photos, "Copies", copies)
    edits = [edit for _, _, edit in listed]
    problems = (photos.problem(path) for path in dict.fromkeys(p for c in copies for p in c))
    return PhotoScores(
        found[0],
        {tier: grouped(edits, scores) for tier, scores in found[1].items()},
        tuple(f"{problem.reason}: {problem.detail}" for problem in problems if problem),
    )


def listed_copies(data: Path) -> list[tuple[Path, Path, str]]:
    """Original, edited copy and edit of each row of `attacks.csv`."""
    attacks = data / "images_attacked_sample"
    listed = read_table(attacks / "attacks.csv", ("file", "original", "attack"))
    return [
        (data / "images" / row["original"], attacks / row["file"], row["attack"]) for row in listed
    ]


def photos_in(folder: Path) -> list[Path]:
    """The photos of a folder, in order of their names."""
    try:
        return sorted(p for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES)
    except OSError as error:
        raise UnreadableTableError(f"{folder} cannot be listed: {error}") from error


def _tiers(photos: Photos, label: str, pairs: list[Pair]) -> dict[str, Floats]:
    """Similarities by tier; a pair that cannot be read counts as not found."""

    def both(pair: Pair) -> tuple[float, float]:
        match = photos.compare(*pair)
        if isinstance(match, MissedPhoto):
            return 0.0, 0.0
        return similarity_of(match.distance_bits), match.similarity

    scores = np.array(list(on_all_cores(label, both, pairs)), dtype=np.float64).reshape(-1, 2)
    return {"hash": scores[:, 0], "full": scores[:, 1]}


def grouped(keys: list[str], scores: Floats) -> dict[str, Floats]:
    """The scores of each key, in order."""
    groups: dict[str, list[float]] = defaultdict(list)
    for key, score in zip(keys, scores.tolist(), strict=True):
        groups[key].append(score)
    return {key: np.array(group, dtype=np.float64) for key, group in groups.items()}
