"""Whether one hostile client can be noticed by another on one API process.

`python bench/noisy.py [--quick] [--only NAME ...] [--rounds N] [--seconds S]`: the neighbour works
alone, beside an honest busy client, and while the same client does twenty-two hostile things at
once, in turns; each round begins five seconds after the attack before it has ended. The last line
is JSON; `ratio` is attacked over alone, and means something on a machine with nothing else to do:
where there is, `ratio_to_honest` does, as it leaves out what any busy neighbour costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.throwaway_database import throwaway_database
from tests.support.noisy.neighbour import ALL, KINDS, POLITE, Seconds, attacked, peak_memory
from tests.support.noisy.scene import Noisy, noisy

RECOVERY_SECONDS = 5.0
BEGIN_SECONDS = 3.0


def measure(scene: Noisy, rounds: int, seconds: float, wanted: list[str]) -> dict[str, object]:
    """What the neighbour saw, alone and attacked."""
    alone, beside, hit = Seconds(), Seconds(), Seconds()
    neighbour = scene.neighbour
    with peak_memory(scene.pid) as peak, neighbour.following():
        neighbour.work(2)  # warm
        for _ in range(rounds):
            add(alone, neighbour.work(seconds))
            with attacked(scene.target, POLITE):
                time.sleep(BEGIN_SECONDS)
                add(beside, neighbour.work(seconds))
            with attacked(scene.target, wanted) as told:
                time.sleep(BEGIN_SECONDS)
                add(hit, neighbour.work(seconds))
                did = told()
            time.sleep(RECOVERY_SECONDS)
            print(f"p95 in ms: alone {alone.p95_ms()}, beside an honest client {beside.p95_ms()},")
            print(f"  attacked {hit.p95_ms()}; {peak.mb:.0f} MB")
            print(f"  {did}", flush=True)
        after = neighbour.work(seconds)
        lost = neighbour.lost()
    quiet, busy, loud, later = (item.p95_ms() for item in (alone, beside, hit, after))
    return {
        "ratio": {kind: round(loud[kind] / quiet[kind], 2) for kind in KINDS},
        "ratio_to_honest": {kind: round(loud[kind] / busy[kind], 2) for kind in KINDS},
        "ratio_5s_after": {kind: round(later[kind] / quiet[kind], 2) for kind in KINDS},
        "alone_p95_ms": quiet,
        "beside_honest_p95_ms": busy,
        "attacked_p95_ms": loud,
        "waited_for_a_place_p99_ms": sorted(neighbour.waited_ms)[
            int(len(neighbour.waited_ms) * 0.99)
        ],
        "peak_mb": round(peak.mb),
        "peak_parts_mb": {name: round(mb) for name, mb in peak.parts_mb.items()},
        "lost": lost,
        "errors": neighbour.errors[:5],
    }


def add(to: Seconds, more: Seconds) -> None:
    for kind in KINDS:
        to.of[kind].extend(more.of[kind])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(ALL))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    given = parser.parse_args()
    rounds = given.rounds or (2 if given.quick else 6)
    seconds = given.seconds or (6 if given.quick else 20)
    with (
        throwaway_database() as (urls, folder),
        noisy(urls, folder, 2000 if given.quick else 20_000) as scene,
    ):
        print(json.dumps(measure(scene, rounds, seconds, given.only)))


if __name__ == "__main__":
    main()
