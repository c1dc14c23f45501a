"""`infringement evaluate`: how well photos and titles are matched, on data with answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from infringement_dagster.cli.matching.end_to_end import (
    DrawnCopies,
    EndToEnd,
    score_drawn,
    score_end_to_end,
)
from infringement_dagster.cli.matching.evaluation_sets import (
    PhotoScores,
    score_photos,
)
from infringement_dagster.cli.matching.judgement_table import judge_folder, judgement_table
from infringement_dagster.cli.matching.plots import plot_recall, plot_reliability, plot_roc
from infringement_dagster.cli.matching.tables import make_folder
from infringement_dagster.cli.matching.title_judges import show_titles
from infringement_dagster.cli.terminal import note
from infringement_dagster.cli.terminal import out as terminal
from infringement_dagster.domain.client import Thresholds
from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.matching.calibration.fit import fit, report
from infringement_dagster.matching.calibration.metrics import Floats, roc, share_above, threshold_at
from infringement_dagster.matching.calibration.synthetic import made_up_examples
from infringement_dagster.matching.signal_table import COLD_START

PHOTO_FALSE_RATE = 0.001
_DECISIONS, _UNSEEN = 200, 4000

DataDir = Annotated[Path, typer.Option("--data", help="Folder shaped like the evaluation data.")]
OutDir = Annotated[Path, typer.Option("--out", help="Where the plots go.")]
PairsMax = Annotated[int, typer.Option("--pairs", help="At most this many distinct pairs.")]

ReferencesMax = Annotated[
    int, typer.Option("--references", min=1, help="At most this many reference photos, end to end.")
]
OriginalsMax = Annotated[
    int, typer.Option("--originals", min=1, help="At most this many originals an edit, drawn.")
]


def evaluate(
    data: DataDir,
    out: OutDir = Path("evaluation"),
    pairs: PairsMax = 10_000,
    references: ReferencesMax = 200,
    originals: OriginalsMax = 60,
) -> None:
    """Prints recall per edit and per spelling at fixed false rates, and saves the plots."""
    make_folder(out)
    _show_photos(score_photos(data, pairs), out)
    _show_end_to_end(score_end_to_end(data, references))
    _show_drawn(score_drawn(data, references, originals))
    show_titles(data, out)
    _show_probabilities(out)
    if judged := judge_folder(data / "judgement"):
        terminal.print(judgement_table(judged))
    note(f"plots: {out}")


def _show_photos(scores: PhotoScores, out: Path) -> None:
    thresholds = {
        tier: threshold_at(negatives, PHOTO_FALSE_RATE)
        for tier, negatives in scores.distinct.items()
    }
    recall = {
        tier: {
            edit: share_above(found, thresholds[tier])
            for edit, found in scores.edited[tier].items()
        }
        for tier in thresholds
    }
    counts = {tier: len(negatives) for tier, negatives in scores.distinct.items()}
    title = f"Recall per edit at {PHOTO_FALSE_RATE:.1%} false pairs of {min(counts.values())}"
    table = Table("edit", "photos", *(f"{tier} tier" for tier in recall), title=title)
    for edit, found in next(iter(scores.edited.values()), {}).items():
        table.add_row(edit, str(len(found)), *(f"{recall[tier][edit]:.2f}" for tier in recall))
    told = (f"{threshold:.3f}" for threshold in thresholds.values())
    table.add_row("threshold", "", *told, style="dim")
    terminal.print(table)
    for problem in scores.problems:
        terminal.print(f"not read: {problem}", markup=False)
    if recall:
        plot_recall(out / "recall_per_edit.png", title, recall)
        curves = {tier: _curve(scores.edited[tier], scores.distinct[tier]) for tier in recall}
        plot_roc(out / "roc_photos.png", "Same photo or not", curves)


def _show_end_to_end(found: EndToEnd) -> None:
    """The whole scorer, as a scan uses it; the table above is of pairs alone."""
    title = f"End to end against {found.references} references, titles without the brand"
    table = Table("edit", "listings", "to review", "key points asked", "CPU ms", title=title)
    rows = {**found.copies, "photos of other products": found.unrelated}
    for name, shares in rows.items():
        cells = (shares.share_of(shares.flagged), shares.share_of(shares.looked))
        cpu_ms = 1e3 * shares.cpu_seconds / max(1, shares.listings)
        cut = (f"{share:.3f}" if name not in found.copies else f"{share:.2f}" for share in cells)
        table.add_row(name, str(shares.listings), *cut, f"{cpu_ms:.1f}")
    terminal.print(table)


def _show_drawn(found: DrawnCopies) -> None:
    """Edits drawn on the folder's photos; constants were fitted to the originals of one half."""
    title = f"Drawn edits end to end against {found.references} references"
    columns = ("edit", "to review", "key points asked", "held out: to review", "key points asked")
    table = Table(*columns, title=title)
    for edit, fitted in found.fitted.items():
        halves = (fitted, found.held_out[edit])
        cut = (
            f"{half.share_of(count):.2f} of {half.listings}"
            for half in halves
            for count in (half.flagged, half.looked)
        )
        table.add_row(edit, *cut)
    terminal.print(table)


def _curve(edited: Mapping[str, Floats], distinct: Floats) -> tuple[Floats, Floats]:
    return roc(np.concatenate(list(edited.values())), distinct)


def _show_probabilities(out: Path) -> None:
    """How honest probabilities are on a made-up client, as there are no decisions in the data."""
    unseen = made_up_examples(seed=99, count=_UNSEEN)
    fitted = combination_of(fit(made_up_examples(seed=10, count=_DECISIONS)))
    reports = {
        f"fitted to {_DECISIONS} decisions": report(fitted, unseen, Thresholds().review),
        "uncalibrated": report(COLD_START, unseen, Thresholds().review),
    }
    title = f"Honesty of probabilities on {_UNSEEN} listings of a made-up client"
    table = Table("combination", "ECE", "Brier", "precision", "recall", title=title)
    for name, found in reports.items():
        figures = (found.calibration_error, found.brier, found.precision, found.recall)
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    terminal.print(table)
    bins = {name: found.bins for name, found in reports.items()}
    plot_reliability(out / "reliability.png", "Probability said and share infringing", bins)
