"""A draft config tried on every stored listing of a client, beside the quick preview of it.

Run as `python -m bench.history [--listings 50000] [--seed 1] [--drafts weights all]`.
Each preview is made in a process of its own, as jobs are; its CPU and peak memory are that
process's, imports included.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.stored_history import CLIENT, CONFIG, fill
from bench.throwaway_database import throwaway_database
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.scoring.preview import preview_draft
from infringement_dagster.scoring.preview_history import preview_history
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls

LISTINGS: Final = 50_000
_BRAND: Final[Mapping[str, Any]] = CONFIG["brands"][0]
DRAFTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "threshold": {"thresholds": {"review": 0.8, "notice_ready": 0.95}},
    "weights": {"weights": {"low_price": 2, "fraud_terms": 0.5}},
    "words": {"allowed_sellers": ["seller 3", "seller 77"], "fraud_terms": ["replica", "1:1"]},
    "rare_term": {"fraud_terms": ["replica", "no. 77"]},
    "common_term": {"fraud_terms": ["replica", "vacuum"]},
    "misspelling": {"brands": [{**_BRAND, "misspellings": ["Kelvara", "Brastat"]}]},
    "brand": {"brands": [_BRAND, {"name": "Brastad", "categories": ["mug"]}]},
    "floor": {"brands": [{**_BRAND, "price_floor": {"amount": "20", "currency": "USD"}}]},
    "all": {"key_points": "never"},
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One preview: what it looked at and what it cost."""

    listings: int
    scored_anew: int | None  # the quick one does not tell
    changed: int
    seconds: float
    cpu_seconds: float
    begun_mb: float  # once everything was imported
    peak_mb: float


def _draft(name: str) -> ClientConfig:
    return read_client_config(CLIENT, 2, {**CONFIG, **DRAFTS[name]})


def _peak_mb() -> float:
    """Of this process alone: `ru_maxrss` begins at what its parent had."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in told.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _cpu_seconds() -> float:
    """Of this process and of the decoder's, once that has ended."""
    times = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in times)


def _quick(urls: DatabaseUrls, folder: str, name: str) -> Measured:
    begun, cpu, at = _peak_mb(), _cpu_seconds(), time.perf_counter()
    with Database(urls) as database, BlockingDecoder() as decoder:
        found = preview_draft(database, ObjectStore(folder), decoder, CLIENT, _draft(name))
    changed = sum(len(one.newly_flagged) + len(one.dropped) for one in found)
    listings = sum(one.listings for one in found)
    seconds = time.perf_counter() - at
    return Measured(listings, None, changed, seconds, _cpu_seconds() - cpu, begun, _peak_mb())


def _history(urls: DatabaseUrls, folder: str, name: str) -> Measured:
    begun, cpu, at = _peak_mb(), _cpu_seconds(), time.perf_counter()
    with Database(urls) as database, BlockingDecoder() as decoder:
        found = preview_history(
            database, ObjectStore(folder), decoder, CLIENT, _draft(name), None, lambda *_: None
        )
    for one in found:
        lost = sum(item.listings for item in one.not_compared)
        assert one.stored == one.newly_flagged + one.dropped + one.unchanged + lost
    return Measured(
        sum(one.stored for one in found),
        sum(one.scored_anew for one in found),
        sum(one.newly_flagged + one.dropped for one in found),
        time.perf_counter() - at,
        _cpu_seconds() - cpu,
        begun,
        _peak_mb(),
    )


def measure(
    urls: DatabaseUrls, folder: str, drafts: list[str]
) -> Iterator[tuple[str, str, Measured]]:
    """Each draft by the quick preview and over all stored history, each in a fresh process."""
    context = multiprocessing.get_context("spawn")
    for name in drafts:
        for way, work in (("quick", _quick), ("history", _history)):
            with context.Pool(1) as pool:
                yield name, way, pool.apply(work, (urls, folder, name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=LISTINGS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drafts", nargs="+", choices=sorted(DRAFTS), default=list(DRAFTS))
    given = parser.parse_args()
    result: dict[str, object] = {"listings": given.listings, "seed": given.seed}
    with throwaway_database() as (urls, directory):
        folder = str(directory / "objects")
        filled = fill(urls, ObjectStore(folder), given.listings, given.seed)
        print(f"{given.listings:,} listings in {filled.scans} scans, {filled.rows:,} rows of scans")
        print(
            f"{'':10}{'':9}{'listings':>9}{'anew':>8}{'changed':>8}{'s':>8}{'CPU s':>8}{'MB':>12}"
        )
        for name, way, one in measure(urls, folder, given.drafts):
            anew = "" if one.scored_anew is None else f"{one.scored_anew:,}"
            print(
                f"{name:10}{way:9}{one.listings:>9,}{anew:>8}{one.changed:>8,}{one.seconds:>8.1f}"
                f"{one.cpu_seconds:>8.1f}{one.begun_mb:>6.0f}-{one.peak_mb:.0f}",
                flush=True,
            )
            result[f"{name}_{way}_cpu_seconds"] = round(one.cpu_seconds, 2)
            result[f"{name}_{way}_peak_mb"] = round(one.peak_mb)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
