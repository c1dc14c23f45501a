"""`infringement rates`: the exchange rates by which prices of other currencies are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.named_files import read_bytes
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.matching.currencies import STALE_AFTER_DAYS, ExchangeRates
from infringement_dagster.scoring.exchange_rates import import_rates, rates_in_use
from resources.settings import Settings

app = typer.Typer(
    help="Exchange rates: import the central bank's, show them.", no_args_is_help=True
)

RatesFile = Annotated[
    Path, typer.Argument(help="eurofxref file of the European Central Bank, XML or CSV.")
]


@app.command("import")
def import_file(file: RatesFile) -> None:
    """Use the rates of the file's newest day from the next run on; earlier runs keep theirs."""
    content = read_bytes(file)
    with open_database(Settings()) as database:
        rates = import_rates(database, content)
        newest = rates_in_use(database)
    out.print(f"rates of {rates.day} for {len(rates.per_euro)} currencies: {rates.source}")
    if newest.day > rates.day:
        note(f"the table of {newest.day} stays in use: it is newer than this one of {rates.day}")
    _warn(newest)


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """The rates that the next run will use, their day and source."""
    with open_database(Settings()) as database:
        rates = rates_in_use(database)
    if as_json:
        print_json(
            {
                "day": rates.day,
                "source": rates.source,
                "is_built_in": rates.is_built_in,
                "age_days": rates.age_days,
                "is_stale": rates.is_stale,
                "per_euro": dict(rates.per_euro),
            }
        )
    else:
        table = Table("currency", "1 EUR is", title=f"{rates.day}: {rates.source}")
        for code, rate in sorted(rates.per_euro.items()):
            table.add_row(code, f"{rate:f}")
        out.print(table)
    _warn(rates)


def _warn(rates: ExchangeRates) -> None:
    if rates.is_built_in:
        note("no table was imported: this one came with the software; `infringement rates import`")
    if rates.is_stale:
        note(f"the table is {rates.age_days} days old, over {STALE_AFTER_DAYS}: import a newer one")
