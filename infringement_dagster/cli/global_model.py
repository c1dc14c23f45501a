"""`infringement fit-global`: the model that all clients start from, fitted to labelled listings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.matching.judgement_table import JudgedListing, judge_folder
from infringement_dagster.cli.named_files import written
from infringement_dagster.cli.terminal import note, out
from infringement_dagster.matching.calibration.fit import Example
from infringement_dagster.matching.calibration.global_fit import (
    Agreement,
    HeldOut,
    fitted_globally,
    held_out,
    is_better_for_others,
)

Judgement = Annotated[
    Path,
    typer.Option(
        "--judgement",
        help="Folder with one of each client: config.json, references/, listings.csv, labels.csv.",
    ),
]
OutFile = Annotated[Path, typer.Option("--out", help="Where the coefficients go, as JSON.")]


def fit_global(judgement: Judgement, out_file: OutFile = Path("global_model.json")) -> None:
    """Fits the model that all clients start from to labelled listings, for engineers.

    Nothing is written where clients held out show that the coefficients do not carry over.
    """
    labelled = labelled_in(judge_folder(judgement))
    judged = held_out(labelled)
    out.print(_table(judged))
    if not is_better_for_others(judged):
        note("nothing was written: the fit tells the clients that it has not seen no better")
        raise typer.Exit(1)
    model = fitted_globally(labelled)
    with written(out_file) as file:
        file.write(model.document().encode())
    note(f"fitted on {model.labelled_listings} listings of {len(judged)} clients: {out_file}")


def labelled_in(judged: Sequence[JudgedListing]) -> dict[str, list[Example]]:
    """The listings whose label is clear, by client."""
    labelled: defaultdict[str, list[Example]] = defaultdict(list)
    for row in judged:
        if row.label != "unclear":
            labelled[row.client].append(Example(row.values, row.label == "infringing"))
    return dict(labelled)


def _table(judged: Sequence[HeldOut]) -> Table:
    table = Table(
        "client held out",
        "model",
        "log loss",
        "ECE",
        "AUC",
        "lawful flagged",
        "infringing flagged",
        "precision for notices",
        "recall for notices",
        title="Each client by a fit to the others, beside the signals' strengths alone",
    )
    for item in judged:
        table.add_row(item.client, "alone", *_cells(item.alone))
        table.add_row("", "fitted", *_cells(item.fitted))
    return table


def _cells(found: Agreement) -> list[str]:
    figures = (
        found.log_loss,
        found.calibration_error,
        found.ranking,
        found.lawful_flagged,
        found.infringing_flagged,
        found.notice_precision,
        found.notice_recall,
    )
    return [f"{figure:.3f}" for figure in figures]
