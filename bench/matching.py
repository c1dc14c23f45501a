"""Matching beside its peers, as ratios of CPU time measured in one run.

`python bench/matching.py [--quick] [--only PART] [--photos N] [--references N ...]` prints a table
and ends with one line of JSON; `--beside COMMIT` adds what an older commit spends. Photos and
titles are made up from a seed, so that a clone alone can run it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: spinning threads are no work

import argparse
import io
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import duckdb
import imagehash
import numpy as np
from PIL import Image
from rapidfuzz.fuzz import partial_ratio

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.drawn_photos import bare_decode, drawn_photo
from bench.drawn_references import kept_references, scanned_photos
from bench.older_commit import through_older_tiers
from bench.photo_tiers import Tiers, through_all_tiers
from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.photos.hashes.hash_index import HashIndex
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.text.brand_text import BrandMatcher
from infringement_dagster.matching.text.lexicon import words_of_language

Work = Callable[[], object]
BESIDE_REFERENCES = 200
BEFORE_CORNER_POINTS = "2e312fd"


def cpu_seconds(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """The least CPU time of each, taken in turns so that a noisy neighbour hits all alike."""
    least = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - start)
    return least


def library_hashes(content: bytes) -> object:
    """The four hashes of the imagehash library at full decode."""
    image = Image.open(io.BytesIO(content))
    library = (imagehash.average_hash, imagehash.dhash, imagehash.phash, imagehash.whash)
    return [compute(image) for compute in library]


def hashing(rounds: int) -> dict[str, float]:
    photos = [drawn_photo(seed) for seed in range(8)]
    works: dict[str, Work] = {
        "ours, 4 algorithms x 4 views": lambda: [hash_photo(content) for content in photos],
        "bare draft decode": lambda: [bare_decode(content) for content in photos],
        "imagehash, 4 hashes, 1 view": lambda: [library_hashes(content) for content in photos],
    }
    for work in works.values():
        work()
    took = {name: seconds / len(photos) for name, seconds in cpu_seconds(works, rounds).items()}
    ours, bare, library = took.values()
    show("Hash tier, CPU ms per 1 Mpx JPEG", {n: f"{1e3 * s:.2f}" for n, s in took.items()})
    return {"hash_vs_decode": ours / bare, "hash_vs_imagehash": ours / library}


def tiers(counts: Sequence[int], photo_count: int, beside: str | None) -> dict[str, float]:
    """A photo from its bytes to its score: the key points of those that earn them are in it."""
    photos = scanned_photos(photo_count)
    (bare,) = cpu_seconds({"bare": lambda: [bare_decode(photo) for photo in photos]}, 3).values()
    figures = {"decode_ms_per_photo": 1e3 * bare / len(photos)}
    shown = {"bare draft decode": f"{figures['decode_ms_per_photo']:.2f}"}
    for count in counts:
        found = through_all_tiers(photos, count)
        figures |= {
            f"cpu_ms_per_photo_{count}": found.cpu_ms,
            f"admitted_{count}": found.admitted,
            f"named_{count}": found.named,
            f"index_seconds_{count}": found.build_seconds,
            f"kilobytes_per_reference_{count}": found.reference_kilobytes,
        }
        shown |= _told(f"{count:,} references", found)
    if beside is not None:
        contents = [reference.content for reference in kept_references(BESIDE_REFERENCES)]
        older = through_older_tiers(beside, photos, contents)
        figures["beside_cpu_ms_per_photo_200"] = older.cpu_ms
        figures["times_cheaper_200"] = older.cpu_ms / figures["cpu_ms_per_photo_200"]
        shown[f"{BESIDE_REFERENCES} references, commit {beside}"] = f"{older.cpu_ms:.2f}"
    show(f"All tiers, CPU ms per 1 Mpx JPEG of {photo_count} distinct ones", shown)
    return figures


def _told(label: str, found: Tiers) -> dict[str, str]:
    return {
        label: f"{found.cpu_ms:.2f}",
        f"  {label}: share with any named": f"{found.named:.3f}",
        f"  {label}: share that earns key points": f"{found.admitted:.3f}",
        f"  {label}: CPU s to be ready, once a run": f"{found.build_seconds:.2f}",
        f"  {label}: kB of memory each": f"{found.reference_kilobytes:.0f}",
    }


def index(rounds: int, size: int) -> dict[str, float]:
    rng = np.random.default_rng(1)
    values = rng.integers(0, 2**64, size, dtype=np.uint64)
    queries = rng.integers(0, 2**64, 8, dtype=np.uint64)
    own = HashIndex([f"{int(value):016x}" for value in values])
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("CREATE TABLE hashes (value UBIGINT)")
    connection.execute("INSERT INTO hashes SELECT unnest(?)", [values])
    nearest = "SELECT min(bit_count(xor(value, ?::UBIGINT)::BIT)) FROM hashes"
    works: dict[str, Work] = {
        "ours": lambda: [int(own.distances_bits(f"{int(q):016x}").min()) for q in queries],
        "DuckDB": lambda: [connection.execute(nearest, [int(q)]).fetchall() for q in queries],
    }
    took = cpu_seconds(works, rounds)
    speed = {name: size * len(queries) / seconds / 1e6 for name, seconds in took.items()}
    title = f"Match index, million 64-bit comparisons a CPU second over {size:,}"
    show(title, {name: f"{value:.0f}" for name, value in speed.items()})
    return {
        "index_mcmp_per_cpu_second": speed["ours"],
        "index_vs_duckdb": took["ours"] / took["DuckDB"],
    }


def made_titles(brand_count: int, title_count: int) -> tuple[list[str], list[str]]:
    """Brands and titles of made-up words; every third title names a brand, one in ten misspelt."""
    draw = random.Random(7)
    starts = [a + b for a in "bcdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ou", "ar")]
    ends = ("", "n", "s", "rt", "ck", "ll", "x", "nd", "ph", "st")

    def word(syllables: int) -> str:
        return "".join(draw.choices(starts, k=syllables)) + draw.choice(ends)

    words = [word(draw.choice((2, 3, 3, 4))) for _ in range(20_000)]
    brands = [word(3) for _ in range(brand_count)]
    titles = []
    for number in range(title_count):
        title = draw.choices(words, k=draw.randint(6, 14))
        if number % 3 == 0:
            brand = draw.choice(brands)
            title[0] = brand[:2] + brand[3:] if number % 10 == 0 else brand
        titles.append(" ".join(title))
    return brands, titles


def text(rounds: int, brand_count: int, title_count: int) -> float:
    brands, titles = made_titles(brand_count, title_count)
    words_of_language("en")  # once per process, 0.3 s

    def ours() -> object:
        return BrandMatcher([Brand(name) for name in brands]).find_many(titles)

    def loop() -> None:
        for title in titles:
            for brand in brands:
                partial_ratio(brand, title)

    took = cpu_seconds({"ours": ours, "rapidfuzz partial_ratio loop": loop}, rounds)
    own, peer = took.values()
    label = f"Text, CPU s for {title_count:,} titles x {brand_count} brands"
    show(label, {name: f"{seconds:.2f}" for name, seconds in took.items()})
    return peer / own


def show(title: str, figures: dict[str, str]) -> None:
    print(f"\n{title}")
    for name, figure in figures.items():
        print(f"  {name:<44}{figure:>10}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes")
    parser.add_argument("--only", choices=["hashes", "tiers", "index", "text"], help="one part")
    parser.add_argument(
        "--beside",
        metavar="COMMIT",
        nargs="?",
        const=BEFORE_CORNER_POINTS,
        help=f"also this commit's tiers; {BEFORE_CORNER_POINTS} is the last without corner points",
    )
    parser.add_argument("--photos", type=int, help="so many through all tiers")
    parser.add_argument("--references", type=int, nargs="*", help="against so many, each in turn")
    options = parser.parse_args()
    quick = options.quick
    cv2.setNumThreads(1)
    rounds, titles = (2, 4_000) if quick else (4, 10_000)
    parts: dict[str, Callable[[], dict[str, float]]] = {
        "hashes": lambda: hashing(rounds=12 if quick else 60),
        "tiers": lambda: tiers(
            options.references or ((10, 200) if quick else (10, 200, 2000, 5000)),
            options.photos or (24 if quick else 60),
            options.beside,
        ),
        "index": lambda: index(rounds=3 if quick else 10, size=300_000 if quick else 1_000_000),
        "text": lambda: {
            "text_vs_loop_of_100_brands": text(rounds, 100, titles),
            "text_vs_loop": text(rounds, 600, titles),  # the brands of a few hundred clients
        },
    }
    figures: dict[str, float] = {}
    for name, part in parts.items():
        if options.only in (None, name):
            figures |= part()
    print()
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
