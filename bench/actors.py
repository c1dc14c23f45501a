"""Actors behind sellers: how right they are, and what they cost beside scoring.

`python bench/actors.py [--seeds N] [--first SEED]` makes a market of 20,000 listings of 500 sellers
behind whom 60 actors and 200 others stand, found by six scans at four marketplaces; about three
minutes a seed. It prints a table and ends with one line of JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: spinning threads are no work

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from infringement_dagster.matching.actors.network import Network, network_of
from infringement_dagster.matching.actors.profiles import profiles_of
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from tests.support.actor_market import CONFIG
from tests.support.actor_trials import quality, scan_ends, traces_of
from tests.support.seller_networks import FULL, Offer, SellerMarket


@dataclass(frozen=True, slots=True)
class Measured:
    """One market: links and actors against the truth, CPU seconds of both.

    Precision and recall of links are those of single links, of actors those of pairs in one actor.
    """

    seed: int
    listings: int
    link_precision: float
    link_recall: float
    actor_precision: float
    actor_recall: float
    actors: int
    last_scan_seconds: float
    linking_seconds: float  # of all scans, each from what is known by then
    scoring_seconds: float


def measured(seed: int) -> Measured:
    """Both measured in one process, as six scans do it."""
    market = SellerMarket(seed, FULL)
    traces = traces_of(market)
    network = Network([], [])
    spent, last = 0.0, 0.0
    for known in scan_ends(market):
        start = time.process_time()
        network = network_of(profiles_of(traces[:known]))
        last = time.process_time() - start
        spent += last
    found = quality(market, network)
    return Measured(
        seed,
        len(traces),
        found.link_precision,
        found.link_recall,
        found.actor_precision,
        found.actor_recall,
        found.actors,
        last,
        spent,
        _scoring_seconds(market),
    )


def _scoring_seconds(market: SellerMarket) -> float:
    """CPU of scoring all listings, run by run, by titles, prices, sellers and hashes alone."""
    runs: defaultdict[tuple[int, str], list[Offer]] = defaultdict(list)
    for offer in market.offers:
        runs[offer.scan, offer.listing.provider].append(offer)
    start = time.process_time()
    references = [Photo(sha, hashed) for sha, hashed in market.references]
    scorer = Scorer(CONFIG, [Reference(photo.photo_id, photo) for photo in references])
    for run in runs.values():
        shown = [(item.listing, [Photo(item.photo_sha256, item.hashed)]) for item in run]
        ids = {
            (listing.provider, listing.listing_id): [photo.photo_id for photo in photos]
            for listing, photos in shown
        }
        context = scan_context(scorer.reader, [item.listing for item in run], photo_ids=ids)
        readings = context.readings_of([item.listing for item in run])
        looks = scorer.first_looks(shown, readings)
        for (listing, photos), look in zip(shown, looks, strict=True):
            scorer.score(listing, photos, context.of(listing), look)
    return time.process_time() - start


def main() -> None:
    """Prints the table and the line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--first", type=int, default=11, help="1 to 4 are those it was tuned on")
    given = asked.parse_args()
    heads = ("seed", "links right", "links found", "pairs right", "pairs found", "actors")
    print(
        "".join(f"{head:>13}" for head in (*heads, "last s", "linking s", "scoring s")), flush=True
    )
    rows = []
    for seed in range(given.first, given.first + given.seeds):
        row = measured(seed)
        shares = (row.link_precision, row.link_recall, row.actor_precision, row.actor_recall)
        seconds = (row.last_scan_seconds, row.linking_seconds, row.scoring_seconds)
        cells = (str(seed), *(f"{share:.4f}" for share in shares), str(row.actors))
        print(
            "".join(f"{cell:>13}" for cell in (*cells, *(f"{s:.1f}" for s in seconds))), flush=True
        )
        rows.append(asdict(row))
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
