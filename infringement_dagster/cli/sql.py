"""`infringement sql`: an analyst's queries over one client's Parquet, and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.snapshots.client_views import VIEWS, analyst_session
from resources.analytics.session import Answer, Bounds
from resources.objects.store import ObjectStore
from resources.settings import Settings

Client = Annotated[str, typer.Option(help="The client whose tables are asked.")]
Query = Annotated[str, typer.Argument(help=f"One SELECT over {', '.join(VIEWS)}.")]
RowsMax = Annotated[int, typer.Option("--rows", min=1, max=100_000, help="Show at most so many.")]
Seconds = Annotated[float, typer.Option(min=0.1, max=3600, help="End the query after so many.")]
MemoryMb = Annotated[int, typer.Option("--memory-mb", min=64, help="The most memory it may take.")]


def sql(
    query: Query,
    client: Client,
    rows_max: RowsMax = 1000,
    seconds: Seconds = 60.0,
    memory_mb: MemoryMb = 1024,
    as_json: AsJson = False,
) -> None:
    """Ask a client's snapshots and exported tables by SQL; reads nothing else.

    One SELECT, answered by DuckDB; `SHOW TABLES` and `DESCRIBE listings` say what there is.
    """
    settings = Settings()
    bounds = Bounds(memory_mb=memory_mb, seconds=seconds)
    objects = ObjectStore(settings.object_store_location)
    with (
        open_database(settings) as database,
        analyst_session(database, objects, client, bounds) as session,
    ):
        answer = session.answer(query, rows_max)
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    else:
        _print(answer)
    if answer.is_cut:
        note(f"these are the first {rows_max:,} rows: ask for more by --rows")


def _print(answer: Answer) -> None:
    table = Table(*answer.columns)
    for row in answer.rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table, markup=False)
