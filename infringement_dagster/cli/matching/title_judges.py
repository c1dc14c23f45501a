"""Tables of how well brands are found in titles, at fixed false rates and at the scorer's cut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rich.table import Table

from infringement_dagster.cli.matching.plots import plot_roc
from infringement_dagster.cli.matching.title_sets import TitleScores, score_mentions, score_titles
from infringement_dagster.cli.terminal import out as terminal
from infringement_dagster.matching.calibration.metrics import Floats, roc, share_above, threshold_at
from infringement_dagster.matching.text.brand_text import NAMED_MIN

TITLE_FALSE_RATE = 0.01
HARD_FALSE_RATE = 0.05
_CUT = float(np.nextafter(NAMED_MIN, 0))  # the scorer counts a title that reaches it


def show_titles(data: Path, out: Path) -> None:
    """Prints recall per spelling and mentions per language, and saves the curve."""
    scores = score_titles(data)
    every = np.concatenate(list(scores.positive.values()))
    terminal.print(_recall_table(scores, every))
    terminal.print(_cut_table(scores, every))
    terminal.print(_mention_table(score_mentions()))
    curves = {
        "negative": roc(every, scores.negative),
        "negative_hard": roc(every, scores.negative_hard),
    }
    plot_roc(out / "roc_titles.png", "Disguised brand or not", curves)


def _recall_table(scores: TitleScores, every: Floats) -> Table:
    easy = threshold_at(scores.negative, TITLE_FALSE_RATE)
    hard = threshold_at(scores.negative_hard, HARD_FALSE_RATE)
    table = Table(
        "spelling",
        "titles",
        f"at {TITLE_FALSE_RATE:.0%} of negative",
        f"at {HARD_FALSE_RATE:.0%} of negative_hard",
        f"at the scorer's cut {NAMED_MIN}",
        title="Recall of disguised brands",
    )
    for kind, found in {"all positive": every, **scores.positive, "exact": scores.exact}.items():
        cells = [f"{share_above(found, threshold):.3f}" for threshold in (easy, hard, _CUT)]
        table.add_row(kind, str(len(found)), *cells)
    left, claimed = scores.mentions_left, scores.mentions_claimed
    cells = [f"{share_above(left, threshold):.3f}" for threshold in (easy, hard)]
    table.add_row(
        "nominative still above", str(len(left)), *cells, f"{share_above(claimed, _CUT):.3f}"
    )
    table.add_row("threshold", "", f"{easy:.3f}", f"{hard:.3f}", f"{NAMED_MIN}", style="dim")
    return table


def _cut_table(scores: TitleScores, every: Floats) -> Table:
    table = Table(
        "brand", "titles", "found", "others' titles", "falsely found",
        title=f"Disguised brands at the scorer's cut {NAMED_MIN}",
    )  # fmt: skip
    pairs = {
        letters: (found, scores.negative_by_letters.get(letters, np.array([])))
        for letters, found in sorted(scores.positive_by_letters.items())
    }
    pairs["up to 3 letters, category beside"] = (
        scores.short_in_context,
        scores.negative_in_context,
    )
    pairs["all"] = (every, scores.negative)
    pairs["all, nearest word of another brand"] = (every, scores.negative_hard)
    for name, (found, others) in pairs.items():
        shares = (f"{share_above(found, _CUT):.3f}", f"{share_above(others, _CUT):.4f}")
        table.add_row(name, str(len(found)), shares[0], str(len(others)), shares[1])
    return table


def _mention_table(claimed: Mapping[str, Floats]) -> Table:
    table = Table("language", "mentions", "flagged", title="Mere mentions taken for claims")
    for language, left in claimed.items():
        table.add_row(language, str(len(left)), f"{share_above(left, _CUT):.3f}")
    return table
