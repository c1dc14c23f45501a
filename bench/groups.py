"""Groups of near-identical listings: how right they are, and what they cost beside scoring.

`python bench/groups.py [--seeds N]` makes a market of 20,000 listings of 500 sellers behind whom 60
actors and as many others stand, found by six scans at four marketplaces; about four minutes a seed.
It prints a table and ends with one line of JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: spinning threads are no work

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from infringement_dagster.domain.groups.likeness import Print
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from tests.support.actor_market import CONFIG, FULL, ActorMarket, Offered
from tests.support.grouping_trials import (
    acts_needed,
    decisions_needed,
    grouped,
    grouped_by_scan,
    prints_of,
    quality,
    scan_sizes,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One market's groups: right pairs, decisions that a reviewer needs, CPU seconds of both."""

    seed: int
    listings: int
    precision: float
    recall: float
    looks: int
    infringing: int  # decisions one by one
    decisions: int  # by group after each scan, until all infringing ones are settled
    acts: int  # the same where the proposals of groups are confirmed page by page
    decisions_at_once: int  # by group after the last scan alone
    is_same_at_once: bool
    grouping_seconds: float
    scoring_seconds: float

    @property
    def cost(self) -> float:
        """CPU of grouping as a multiple of that of scoring the same listings."""
        return self.grouping_seconds / self.scoring_seconds

    @property
    def effort(self) -> float:
        """Decisions by group after each scan as a share of those one by one."""
        return self.decisions / self.infringing

    @property
    def effort_confirmed(self) -> float:
        """Acts where proposals are confirmed as a share of decisions one by one."""
        return self.acts / self.infringing

    @property
    def effort_at_once(self) -> float:
        """The same after the last scan alone."""
        return self.decisions_at_once / self.infringing


def measured(seed: int) -> Measured:
    """Both measured in one process, prints included, as six scans do it."""
    market = ActorMarket(seed, FULL)
    start = time.process_time()
    prints = prints_of(market)
    after_scans = list(grouped_by_scan(prints, scan_sizes(market)))
    by_scan = after_scans[-1]
    grouping_seconds = time.process_time() - start
    found = quality(market, by_scan)
    return Measured(
        seed,
        len(prints),
        found.precision,
        found.recall,
        found.looks,
        sum(offered.is_infringing for offered in market.listings),
        decisions_needed(market, after_scans),
        acts_needed(market, after_scans),
        decisions_needed(market, [by_scan]),
        by_scan == _at_once(prints),
        grouping_seconds,
        _scoring_seconds(market),
    )


def _at_once(prints: Sequence[Print]) -> Sequence[object]:
    return grouped(prints, [len(prints)])


def _scoring_seconds(market: ActorMarket) -> float:
    """CPU of scoring all listings, run by run, by titles, prices, sellers and hashes alone."""
    runs: defaultdict[tuple[int, str], list[Offered]] = defaultdict(list)
    for offered in market.listings:
        runs[offered.scan, offered.listing.provider].append(offered)
    photos = (Photo(item.sha256, item.hashed) for item in market.references)
    start = time.process_time()
    scorer = Scorer(CONFIG, [Reference(photo.photo_id, photo) for photo in photos])
    for run in runs.values():
        _score(scorer, run)
    return time.process_time() - start


def _score(scorer: Scorer, run: Sequence[Offered]) -> None:
    listings = [offered.listing for offered in run]
    shown = [(item.listing, [Photo(item.photo.sha256, item.photo.hashed)]) for item in run]
    ids = {
        (listing.provider, listing.listing_id): [photo.photo_id for photo in photos]
        for listing, photos in shown
    }
    context = scan_context(scorer.reader, listings, photo_ids=ids)
    readings = context.readings_of(listings)
    looks = scorer.first_looks(shown, readings)
    for (listing, photos), look in zip(shown, looks, strict=True):
        scorer.score(listing, photos, context.of(listing), look)


def main() -> None:
    """Prints the table and the line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=3)
    heads = (
        "seed",
        "precision",
        "recall",
        "looks",
        "by scan",
        "confirmed",
        "at once",
        "grouping s",
        "scoring s",
        "cost",
    )
    print("".join(f"{head:>12}" for head in heads), flush=True)
    rows = []
    for seed in range(1, asked.parse_args().seeds + 1):
        row = measured(seed)
        told = {
            "effort": row.effort,
            "effort_confirmed": row.effort_confirmed,
            "effort_at_once": row.effort_at_once,
        }
        efforts = tuple(f"{share:.3f}" for share in told.values())
        shares = (f"{row.precision:.4f}", f"{row.recall:.4f}", str(row.looks), *efforts)
        seconds = (f"{row.grouping_seconds:.1f}", f"{row.scoring_seconds:.1f}", f"{row.cost:.2f}")
        print("".join(f"{cell:>12}" for cell in (str(seed), *shares, *seconds)), flush=True)
        rows.append(asdict(row) | told | {"cost": row.cost})
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
