"""Measures a whole scan: against a plain script, in memory as it grows, and in storing rows.

    python bench/scan.py [--quick] [--references N]

The last line is JSON: `speedup` (plain script's seconds / ours, for 1,000 listings),
`cpu_ms_per_photo` (of the steps that hash and score, against N references, else 200),
`scan_cpu_vs_decode` (all CPU of the scan / bare draft decode of its photos), `rss_growth`
(peak memory of 10,000 listings / of 1,000, less 1), `copy_ratio` (storing / a bare binary COPY).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.drawn_photos import bare_decode
from bench.installation import Installation, draw_photos, installation, run_apart
from bench.plain_scan import plain_scan
from bench.storing import copy_and_store_seconds

LATENCIES_MS = {"latency": 100, "photo_latency": 30}
QUERY = "garden hose"
MEBIBYTE = 2**20
STORE_ROUNDS = 5
SCANS_TIMED = 3
DECODE_ROUNDS = 3


def main() -> int:
    """Prints the table and the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a third of the rows, under 60 s")
    parser.add_argument("--only", choices=["speed", "memory", "storing"], help="one part")
    parser.add_argument("--references", type=int, default=200, help="of the client, for speed")
    options = parser.parse_args()
    quick = options.quick
    parts: dict[str, Callable[[], dict[str, float]]] = {
        "storing": lambda: measure_storing(quick),
        "speed": lambda: measure_speed(quick, options.references),
        "memory": lambda: measure_memory(quick),
    }
    figures: dict[str, float] = {}
    for name, measure in parts.items():
        if options.only in (None, name):
            figures |= measure()
    print(json.dumps(figures))
    return 0


def measure_speed(quick: bool, references: int) -> dict[str, float]:
    """The middle one of some clients' scans against the plain script, in one installation.

    One scan before them is not counted: it finds an empty server and modules not compiled.
    """
    listings = 300 if quick else 1000
    # For minutes after files were deleted, ext4 looks at each of their inodes before it makes a
    # new one: up to 0.8 ms a photo, which is what would be measured. Both sides write to memory.
    with installation(listings, LATENCIES_MS, listings, in_memory=True) as place:
        draw_photos(place.sandbox_url, QUERY)
        _scan(place, "warm-up", [QUERY])
        timed = 1 if quick else SCANS_TIMED  # a client's references take half a minute to draw
        scans = [_scan(place, f"speed-{n}", [QUERY], references) for n in range(timed)]
        ours = sorted(scans, key=lambda scan: scan["seconds"])[timed // 2]
        plain_seconds = plain_scan(
            place.sandbox_url, QUERY, place.urls.owner, place.state_dir / "plain"
        )
    for asset in ("raw_listings", "image_hashes", "scores", "flagged_cases"):
        stored, seconds = ours[f"{asset}_stored"], ours[f"{asset}_duration_seconds"]
        cpu_seconds = ours[f"{asset}_cpu_seconds"]
        print(f"  {asset:14} {stored:6.0f} stored {seconds:7.2f} s, {cpu_seconds:.2f} CPU s here")
    photos = ours["photos"]
    matching = ours["image_hashes_cpu_seconds"] + ours["scores_cpu_seconds"]
    print(
        f"{photos:.0f} photos, {references} references: {1e3 * matching / photos:.1f} CPU ms "
        f"each to hash and score, bare draft decode {1e3 * ours['decode_seconds'] / photos:.2f}"
    )
    speedup = plain_seconds / ours["seconds"]
    print(
        f"scan of {listings} listings: {ours['seconds']:.2f} s ({ours['cpu_seconds']:.2f} CPU s), "
        f"plain {plain_seconds:.2f} s"
    )
    return {
        "speedup": round(speedup, 2),
        "scan_seconds": round(ours["seconds"], 2),
        "plain_seconds": round(plain_seconds, 2),
        "listings": ours["raw_listings_stored"],
        "cpu_ms_per_photo": round(1e3 * matching / photos, 2),
        "scan_cpu_vs_decode": round(ours["cpu_seconds"] / ours["decode_seconds"], 2),
    }


def measure_memory(quick: bool) -> dict[str, float]:
    """The peak of a small scan and of one ten times as large, each in a fresh process."""
    rows = 300 if quick else 1000
    with installation(rows, {}) as place:
        peaks = {}
        for queries in (1, 10):
            ours = _scan(place, f"memory-{queries}", [f"{QUERY} {n}" for n in range(queries)])
            peaks[queries] = ours["peak_bytes"]
            print(
                f"{ours['raw_listings_stored']:6.0f} listings, {ours['image_hashes_stored']:6.0f} "
                f"photos: {ours['peak_bytes'] / MEBIBYTE:6.1f} MiB, {ours['seconds']:.1f} s"
            )
    return {
        "rss_growth": round(peaks[10] / peaks[1] - 1, 4),
        "peak_small_mib": round(peaks[1] / MEBIBYTE, 1),
        "peak_large_mib": round(peaks[10] / MEBIBYTE, 1),
    }


def measure_storing(quick: bool) -> dict[str, float]:
    """`put_listings` against COPY of the same rows into tables without row-level security."""
    rows = 3000 if quick else 10_000
    with installation(1, {}) as place:
        rounds = [copy_and_store_seconds(place, rows, number) for number in range(STORE_ROUNDS)]
    copied = statistics.median(copy for copy, _ in rounds)
    stored = statistics.median(store for _, store in rounds)
    print(f"storing {rows} listings: {stored:.3f} s, bare COPY {copied:.3f} s")
    return {
        "copy_ratio": round(stored / copied, 2),
        "store_seconds": round(stored, 3),
        "copy_seconds": round(copied, 3),
    }


def _scan(
    place: Installation, client_id: str, queries: list[str], references: int = 20
) -> dict[str, float]:
    place.add_client(client_id, queries, references)
    own = place.photo_files(client_id)
    scan_id = place.request_scan(client_id)
    figures = run_apart(place, "bench.scan_job", client_id, str(scan_id))
    kept = [path.read_bytes() for path in sorted(place.photo_files(client_id) - own)]
    return {**figures, "photos": len(kept), "decode_seconds": _decode_seconds(kept)}


def _decode_seconds(contents: list[bytes]) -> float:
    """CPU seconds that no scan can do without: each photo decoded at reduced scale."""
    took = []
    for _ in range(DECODE_ROUNDS):
        began = time.process_time()
        for content in contents:
            bare_decode(content)
        took.append(time.process_time() - began)
    return min(took)


if __name__ == "__main__":
    sys.exit(main())
