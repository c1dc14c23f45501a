"""`infringement match listings`: a CSV of listings judged as a scan would judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from infringement_dagster.cli.matching.client_files import load_config, load_references, looks_of
from infringement_dagster.cli.matching.judged_rows import (
    COLUMNS,
    PROBLEMS_SHOWN_MAX,
    judge_rows,
    tell_problems,
)
from infringement_dagster.cli.matching.listing_rows import Unsaid, listing_row
from infringement_dagster.cli.matching.tables import read_table, write_table
from infringement_dagster.cli.named_files import read_bytes
from infringement_dagster.cli.terminal import note
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.scoring.exchange_rates import rates_of_files

ListingsFile = Annotated[
    Path,
    typer.Argument(
        help="CSV of listings, or a client's folder with listings.csv, config.json, references/."
    ),
]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="The client's config, JSON.")]
References = Annotated[Path | None, typer.Option("--references", help="Folder of its photos.")]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write the CSV.")]
Rates = Annotated[
    list[Path] | None,
    typer.Option(
        "--rates",
        help="Exchange rates, a file as `infringement rates import` reads; may be given again: "
        "the newest that quotes a currency counts. Without any, rounded built-in rates.",
    ),
]


def match_listings(
    listings: ListingsFile,
    out: OutFile,
    config: ConfigFile = None,
    references: References = None,
    rates: Rates = None,
) -> None:
    """Judges listings of a CSV as a scan would: probability, type and what was found, per row."""
    known_rates = rates_of_files({path.name: read_bytes(path) for path in rates or ()})
    table, config_path, folder = _places(listings, config, references)
    client = load_config(config_path)
    looks = looks_of(client)
    known, unreadable = load_references(folder, looks)
    cells = read_table(table, ())
    unsaid = unsaid_in(client)
    rows = [listing_row(at, row, table.parent, unsaid) for at, row in enumerate(cells, start=2)]
    told = judge_rows(client, known, rows, looks, known_rates)
    write_table(out, _columns(cells), told)
    tell_problems([*unreadable, *(problem for row in rows for problem in row.problems)])
    _summarise(told, out)


def _places(
    listings: Path, config: Path | None, references: Path | None
) -> tuple[Path, Path, Path]:
    if listings.is_dir():
        return (
            listings / "listings.csv",
            config or listings / "config.json",
            references or listings / "references",
        )
    if config is None or references is None:
        raise typer.BadParameter("a CSV needs --config CONFIG.json and --references DIR beside it")
    return listings, config, references


def unsaid_in(client: ClientConfig) -> Unsaid:
    """The client's first provider, and the currency of its floors where all agree."""
    currencies = {
        brand.price_floor.currency for brand in client.brands if brand.price_floor is not None
    }
    return Unsaid(next(iter(client.searches)), currencies.pop() if len(currencies) == 1 else None)


def _columns(rows: Sequence[Mapping[str, str]]) -> list[str]:
    own = [name for name in (rows[0] if rows else ()) if name not in COLUMNS]
    return [*own, *COLUMNS]


def _summarise(told: Sequence[Mapping[str, str]], out: Path) -> None:
    unscored = [row for row in told if not row["probability"]]
    for row in unscored[:PROBLEMS_SHOWN_MAX]:
        note(f"listing {row.get('listing_id', '')} was not scored: {row['signals']}")
    flagged = sum(row["flagged"] == "true" for row in told)
    note(f"{len(told)} listings judged, {flagged} flagged, {len(unscored)} not scored: {out}")
