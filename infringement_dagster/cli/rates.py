"""`infringement rates`: the exchange rates by which prices of other currencies are compared."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.named_files import read_bytes
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.matching.currencies import STALE_AFTER_DAYS, ExchangeRates
from infringement_dagster.scoring.exchange_rates import (
    CENTRAL_BANK,
    import_rates,
    rates_in_use,
)
from resources.providers.marketplaces import CURRENCIES
from resources.settings import Settings

app = typer.Typer(
    help="Exchange rates: import the central bank's or your own, show them.",
    no_args_is_help=True,
)

RatesFile = Annotated[
    Path,
    typer.Argument(
        help="eurofxref file of the European Central Bank, XML or CSV; or a CSV like it, such as "
        "'Date,RUB,AED' over '2026-03-31,92.1,4.31': what one euro was worth."
    ),
]
SourceName = Annotated[
    str, typer.Option("--source", help="Who published the rates, where it is another.")
]


@app.command("import")
def import_file(file: RatesFile, source: SourceName = CENTRAL_BANK) -> None:
    """Use the rates of the file's newest day from the next run on; earlier runs keep theirs.

    Tables of several sources stand beside each other: the newest that quotes a currency counts.
    """
    content = read_bytes(file)
    with open_database(Settings()) as database:
        rates = import_rates(database, content, source)
        used = rates_in_use(database)
    told = f"rates of {rates.day} for {len(rates.per_euro)} currencies: {rates.source}"
    out.print(told, markup=False)
    newer = next((item for item in used.tables if item.source == rates.source), rates)
    if newer.day > rates.day:
        note(f"the table of {newer.day} stays in use: it is newer than this one of {rates.day}")
    _warn(used)


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
                "per_euro": {code: rate for code, rate, _ in _quotes(rates)},
                "tables": [_document(table) for table in rates.tables],
            }
        )
    else:
        table = Table("currency", "1 EUR is", "day", "source")
        for code, rate, quoting in _quotes(rates):
            table.add_row(code, f"{rate:f}", f"{quoting.day}", escape(quoting.source))
        out.print(table)
    _warn(rates)


def _quotes(rates: ExchangeRates) -> list[tuple[str, Decimal, ExchangeRates]]:
    """Each currency with its rate and the table that it comes from."""
    codes = sorted({code for table in rates.tables for code in table.per_euro})
    asked = ((code, rates.table_of(code)) for code in codes)
    return [(code, table.per_euro[code], table) for code, table in asked if table is not None]


def _document(table: ExchangeRates) -> dict[str, object]:
    return {
        "day": table.day,
        "source": table.source,
        "age_days": table.age_days,
        "is_stale": table.is_stale,
        "currencies": sorted(table.per_euro),
    }


def _warn(rates: ExchangeRates) -> None:
    if rates.is_built_in:
        note("no table was imported: this one came with the software; `infringement rates import`")
    for table in rates.tables:
        if table.is_stale:
            told = f"the table of {table.source} is {table.age_days} days old"
            note(f"{told}, over {STALE_AFTER_DAYS}: import a newer one")
    lacking = sorted(code for code in CURRENCIES - {"EUR"} if rates.table_of(code) is None)
    if lacking:
        note(
            f"no table quotes {', '.join(lacking)}, in which marketplaces sell: such prices are "
            "compared with no floor in another currency; import a table of your own, with --source"
        )
