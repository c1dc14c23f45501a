"""How the score agrees with labelled listings: `infringement evaluate` on a folder `judgement/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from infringement_dagster.cli.matching.client_files import load_config, load_references, looks_of
from infringement_dagster.cli.matching.judged_rows import judge_rows
from infringement_dagster.cli.matching.listing_rows import listing_row
from infringement_dagster.cli.matching.listings import unsaid_in
from infringement_dagster.cli.matching.tables import read_table
from infringement_dagster.matching.calibration.metrics import (
    Floats,
    area_under_roc,
    share_above,
    threshold_at,
)

_LAWFUL_FLAGGED = 0.05


@dataclass(frozen=True, slots=True)
class JudgedListing:
    """A lawyer's label of a listing beside the scorer's."""

    client: str
    label: str  # "infringing", "lawful" or "unclear"
    violation_type: str
    probability: float
    flagged: bool
    told_type: str
    values: Mapping[str, float | None]  # of the signals


def judge_folder(data: Path) -> list[JudgedListing]:
    """Every labelled listing of every client's folder; none where the folder is missing."""
    folders = sorted(path.parent for path in data.glob("*/labels.csv"))
    return [row for folder in folders for row in _judge_client(folder)]


def _judge_client(folder: Path) -> list[JudgedListing]:
    client = load_config(folder / "config.json")
    looks = looks_of(client)
    references, _ = load_references(folder / "references", looks)
    cells = read_table(folder / "listings.csv", ("listing_id",))
    unsaid = unsaid_in(client)
    rows = [listing_row(at, row, folder, unsaid) for at, row in enumerate(cells, start=2)]
    labels = {row["listing_id"]: row for row in read_table(folder / "labels.csv", ("label",))}
    return [
        JudgedListing(
            folder.name,
            labels[told["listing_id"]]["label"],
            labels[told["listing_id"]]["violation_type"],
            float(told["probability"] or 0),
            told["flagged"] == "true",
            told["violation_type"],
            _values(told["signals"]),
        )
        for told in judge_rows(client, references, rows, looks)
    ]


def _values(signals: str) -> dict[str, float | None]:
    """Of the signals as `match listings` writes them; none where the row was not scored."""
    told = json.loads(signals)
    return {} if isinstance(told, dict) else {entry["name"]: entry["value"] for entry in told}


def judgement_table(judged: Sequence[JudgedListing]) -> Table:
    """The figures of each client and of all: ranking, recall at few lawful flagged, types."""
    table = Table(
        "client",
        "listings",
        "AUC",
        f"recall at {_LAWFUL_FLAGGED:.0%} lawful flagged",
        "types right",
        "lawful flagged",
        "infringing flagged",
        title="Agreement with a brand lawyer (the one type of the label counts)",
    )
    for client in sorted({row.client for row in judged}):
        table.add_row(client, *_figures([row for row in judged if row.client == client]))
    table.add_row("all", *_figures(judged), style="bold")
    return table


def _figures(judged: Sequence[JudgedListing]) -> list[str]:
    bad = [row for row in judged if row.label == "infringing"]
    good = [row for row in judged if row.label == "lawful"]
    found, fair = _probabilities(bad), _probabilities(good)
    right = np.mean([row.told_type == row.violation_type for row in bad]) if bad else np.nan
    return [
        str(len(judged)),
        f"{area_under_roc(found, fair):.3f}",
        f"{share_above(found, threshold_at(fair, _LAWFUL_FLAGGED)):.3f}",
        f"{right:.3f}",
        f"{np.mean([row.flagged for row in good]) if good else np.nan:.3f}",
        f"{np.mean([row.flagged for row in bad]) if bad else np.nan:.3f}",
    ]


def _probabilities(judged: Sequence[JudgedListing]) -> Floats:
    return np.array([row.probability for row in judged])
