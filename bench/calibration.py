"""The fit on three made-up kinds of client, of which two were written to test it and nothing else.

`python bench/calibration.py [--seeds N] [--decisions N ...] [--seen WAY ...] [--wrong SHARE ...]`
prints a row for each generator, base rate, way of choosing what is decided and share of errors of
reviewers; figures are means.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from infringement_dagster.matching.signal_table import COLD_START
from tests.support.fit_trials import Generator, Measured, Seen, Trial, fitted, mean_of, measured

GENERATORS: tuple[Generator, ...] = ("sellers", "waves", "kinds")
SEEN: tuple[Seen, ...] = ("all", "review")
HEADS = ("ECE", "flagged", "chance", "later", "AUC", "precision", "recall", "outside", "AUC fell")


def figures(found: list[Measured], cold: list[Measured]) -> list[str]:
    """The means as cells, and in how many trials ranking got worse than cold."""
    cells = [
        mean_of(found, lambda item: item.error),
        mean_of(found, lambda item: item.error_flagged),
        mean_of(found, lambda item: item.error_by_chance),
        mean_of(found, lambda item: item.error_later),
        mean_of(found, lambda item: item.ranking),
        mean_of(found, lambda item: item.precision),
        mean_of(found, lambda item: item.recall),
    ]
    fell = sum(item.ranking < other.ranking - 1e-3 for item, other in zip(found, cold, strict=True))
    return [f"{cell:.3f}" for cell in cells] + [str(sum(o.outside for o in found)), str(fell)]


def main() -> None:
    """Prints the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=4)
    asked.add_argument("--decisions", type=int, nargs="*", default=[200, 1000])
    asked.add_argument("--rates", type=float, nargs="*", default=[0.05, 0.15, 0.3])
    asked.add_argument("--generators", nargs="*", default=GENERATORS, choices=GENERATORS)
    asked.add_argument("--seen", nargs="*", default=SEEN, choices=SEEN)
    asked.add_argument("--wrong", type=float, nargs="*", default=[0.0, 0.1])
    given = asked.parse_args()
    print(f"{'generator rate seen wrong decisions':44}", *(f"{head:>9}" for head in HEADS))
    for generator, rate in product(given.generators, given.rates):
        plain = [Trial(generator, seed, rate) for seed in range(given.seeds)]
        cold = [measured(trial, COLD_START) for trial in plain]
        show(f"{generator} {rate} cold", figures(cold, cold))
        for seen, wrong, decisions in product(given.seen, given.wrong, given.decisions):
            trials = [
                Trial(generator, seed, rate, decisions, wrong, seen) for seed in range(given.seeds)
            ]
            found = [measured(trial, fitted(trial)) for trial in trials]
            show(f"{generator} {rate} {seen} {wrong} {decisions}", figures(found, cold))


def show(name: str, cells: list[str]) -> None:
    """A row."""
    print(f"{name:44}", *(f"{cell:>9}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
