"""Systems that the benchmark runs by itself: what demos do, plain hashes, and this product."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from infringement_dagster.cli.benchmark.items import Item, Task
from infringement_dagster.cli.benchmark.listings import FLOOR
from infringement_dagster.cli.matching.client_files import load_config, load_references
from infringement_dagster.cli.matching.judged_rows import judge_rows
from infringement_dagster.cli.matching.listing_rows import Unsaid, listing_row
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.text.brand_text import NAMED_MIN, BrandMatcher, use_of
from infringement_dagster.matching.text.lexicon import LANGUAGES

AHASH_BITS_MAX: Final = 10
_BITS: Final = {"ahash": 64, "phash": 64, "pdq": 256}
_UNKNOWN_BRAND: Final = "Quexvolt"  # made up: no title of a copied photo holds it

Run = Callable[[Path, Sequence[Item]], dict[str, float]]


@dataclass(frozen=True, slots=True)
class System:
    """One system on one task; a score from `cut` on is its alarm."""

    name: str
    task: Task
    cut: float
    run: Run


def _by_hash(algorithm: str) -> Run:
    """Scores by the nearest reference: 1 is the same hash, 0 the opposite one."""

    def run(folder: Path, items: Sequence[Item]) -> dict[str, float]:
        references = [_hash(path, algorithm) for path in sorted((folder / "references").iterdir())]
        return {
            item.item_id: _likeness(_hash(_photo(folder, item), algorithm), references, algorithm)
            for item in items
        }

    return run


def _photo(folder: Path, item: Item) -> Path:
    return folder / (item.cells.get("photo") or item.cells["photos"])


def _hash(path: Path, algorithm: str) -> int | None:
    hashed = hash_photo(path.read_bytes())
    if not isinstance(hashed, HashedPhoto):
        return None
    found = (h for h in hashed.hashes if (h.algorithm, h.view) == (algorithm, "raw"))
    return next((int(item.hash_hex, 16) for item in found), None)


def _likeness(photo: int | None, references: Sequence[int | None], algorithm: str) -> float:
    bits = [
        (photo ^ reference).bit_count()
        for reference in references
        if photo is not None and reference is not None
    ]
    return 1 - min(bits, default=_BITS[algorithm]) / _BITS[algorithm]


def _within(algorithm: str, bits: int) -> float:
    return 1 - bits / _BITS[algorithm]


def _partial_ratio(_: Path, items: Sequence[Item]) -> dict[str, float]:
    return {item.item_id: _ratio(item.cells["brand"], item) for item in items}


def _ratio(brand: str, item: Item) -> float:
    return fuzz.partial_ratio(brand.lower(), item.cells["title"].lower()) / 100


def _ratio_of_client(folder: Path, items: Sequence[Item]) -> dict[str, float]:
    brand = load_config(folder / "config.json").brands[0].name
    return {item.item_id: _ratio(brand, item) for item in items}


def _weighted_mean(folder: Path, items: Sequence[Item]) -> dict[str, float]:
    """A hash, the brand in the title and a price below the floor, weighed as demos weigh them."""
    hashed = _by_hash("ahash")(folder, items)
    named = _ratio_of_client(folder, items)
    return {
        item.item_id: 0.5 * (hashed[item.item_id] >= _within("ahash", AHASH_BITS_MAX))
        + 0.3 * named[item.item_id]
        + 0.2 * (float(item.cells["price"]) < FLOOR)
        for item in items
    }


def _our_titles(_: Path, items: Sequence[Item]) -> dict[str, float]:
    names = sorted({item.cells["brand"] for item in items})
    matcher = BrandMatcher([Brand(name) for name in names], languages=LANGUAGES)
    found = matcher.find_many([item.cells["title"] for item in items])
    uses = [use_of(each, item.cells["brand"]) for item, each in zip(items, found, strict=True)]
    return {
        item.item_id: 0.0 if use is None else use.strength * (1 - use.nominative)
        for item, use in zip(items, uses, strict=True)
    }


def _our_photos(folder: Path, items: Sequence[Item]) -> dict[str, float]:
    """The whole scorer on listings whose title names no brand."""
    client = ClientConfig(version=1, brands=(Brand(_UNKNOWN_BRAND),), searches={})
    cells = [
        {
            "listing_id": item.item_id,
            "title": "practical everyday item, new",
            "photos": item.cells["photo"],
        }
        for item in items
    ]
    return _judged(client, folder, cells)


def _our_listings(folder: Path, items: Sequence[Item]) -> dict[str, float]:
    return _judged(load_config(folder / "config.json"), folder, [item.cells for item in items])


def _judged(
    client: ClientConfig, folder: Path, cells: Sequence[Mapping[str, str]]
) -> dict[str, float]:
    references, _ = load_references(folder / "references")
    unsaid = Unsaid("ebay", None)
    rows = [listing_row(at, row, folder, unsaid) for at, row in enumerate(cells, start=2)]
    return {
        told["listing_id"]: float(told["probability"])
        for told in judge_rows(client, references, rows)
        if told["probability"]
    }


OURS: Final = "infringement-dagster"
SYSTEMS: tuple[System, ...] = (
    System("aHash <= 10", "copied_photos", _within("ahash", AHASH_BITS_MAX), _by_hash("ahash")),
    System("pHash <= 10", "copied_photos", _within("phash", 10), _by_hash("phash")),
    System("PDQ <= 31", "copied_photos", _within("pdq", 31), _by_hash("pdq")),
    System(OURS, "copied_photos", 0.5, _our_photos),
    System("partial_ratio >= 0.9", "titles", 0.9, _partial_ratio),
    System(OURS, "titles", NAMED_MIN, _our_titles),
    System("aHash <= 10", "listings", _within("ahash", AHASH_BITS_MAX), _by_hash("ahash")),
    System("partial_ratio >= 0.9", "listings", 0.9, _ratio_of_client),
    System("weighted mean", "listings", 0.5, _weighted_mean),
    System(OURS, "listings", 0.5, _our_listings),
)
