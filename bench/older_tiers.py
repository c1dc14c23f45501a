"""Run by `older_commit` over an older commit's modules: one photo after the other, all tiers.

Arguments: the folder of photos and the folder of references. Prints `bench.photo_tiers.Tiers` as
JSON. A commit that measures its tiers itself is asked to; one from before corner points has its
key points looked for where it says that a photo earns them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import cv2

_MATCHING = "infringement_dagster.matching"
# By layout, newest first: hashes, key points, the client's words, listings.
_DOMAIN = "infringement_dagster.domain"
_LAYOUTS = (
    (
        f"{_MATCHING}.pictures.hashing",
        f"{_MATCHING}.pictures.local_features",
        f"{_DOMAIN}.client",
        f"{_DOMAIN}.listing",
    ),
    tuple(f"{_MATCHING}.{name}" for name in ("hashing", "local_features", "client", "listing")),
)


def main(photos: Path, references: Path) -> None:
    """Prints what the modules on the path spend."""
    cv2.setNumThreads(1)
    _without_word_lists()
    contents = [_contents(folder) for folder in (photos, references)]
    try:
        tiers = import_module("bench.photo_tiers")
    except ModuleNotFoundError:
        print(json.dumps(_by_key_points(*contents)))
    else:
        print(json.dumps(asdict(tiers.through_all_tiers(contents[0], len(contents[1])))))


def _without_word_lists() -> None:
    """Stands in for the word lists that older commits imported, and that no photo asks for."""
    lists = ModuleType("spellchecker")
    words = SimpleNamespace(dictionary={})
    lists.SpellChecker = lambda **_: SimpleNamespace(word_frequency=words)  # type: ignore[attr-defined]
    sys.modules.setdefault(lists.__name__, lists)


def _by_key_points(photos: Sequence[bytes], references: Sequence[bytes]) -> dict[str, float]:
    """As `score_listings` of these commits asks: hashes of all, key points of those that earn."""
    scoring = import_module(f"{_MATCHING}.scoring")
    hashing, features, client, listings = _modules()
    brand = client.Brand("Quexvolt")
    config = client.ClientConfig(version=1, brands=(brand,), searches={})
    listing = listings.Listing("ebay", "1", "practical item for the home", "https://m.example/1")

    def hashed(name: str, content: bytes) -> Any:
        return scoring.Photo(name, hashing.hash_image(content))

    def described(name: str, content: bytes) -> Any:
        photo = hashed(name, content)
        return scoring.Photo(name, photo.hashed, features.extract_features(content))

    known = [
        scoring.Reference(f"r{at}", described(f"r{at}", content), brand.name)
        for at, content in enumerate(references)
    ]
    scorer, build_seconds = _timed(lambda: scoring.Scorer(config, known))

    def see(name: str, content: bytes) -> bool:
        photo = hashed(name, content)
        (look,) = scorer.first_looks([(listing, [photo])])
        earns = bool(scorer.earns_key_points(look))
        if earns:
            photo = described(name, content)
        scorer.score(listing, [photo], look=look)
        return earns

    admitted, seconds = _timed(lambda: sum(see(str(at), photo) for at, photo in enumerate(photos)))
    return {
        "cpu_ms": 1e3 * seconds / len(photos),
        "build_seconds": build_seconds,
        "admitted": admitted / len(photos),
    }


def _modules() -> list[Any]:
    for layout in _LAYOUTS:
        try:
            return [import_module(name) for name in layout]
        except ModuleNotFoundError:
            continue
    raise SystemExit("its modules are in no layout that is known here")


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def _contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
