"""`infringement listings`: files of listings that clients bring, and single listings shown."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.clients.whole_listing import (
    find_listing,
    listing_document,
    listing_table,
)
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.named_files import written
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.collecting.import_listings import (
    GivenFile,
    ListingImport,
    first_faults,
    is_searched,
)
from resources.objects.keys import imported_faults_key
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.listings import import_store
from resources.postgres.listings.import_store import ImportRow
from resources.providers.files.columns import Fault
from resources.providers.files.provider import DESCRIPTION
from resources.settings import Settings

app = typer.Typer(
    help="Import and list files of listings of your own; show a listing.", no_args_is_help=True
)
FAULTS_SHOWN = 10
_LISTED = 100


@app.command("import")
def import_file(
    client: ClientArgument,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines or Parquet.")
    ],
    name: Annotated[
        str | None,
        typer.Option(help="What searches call it; a later file of the name replaces it there."),
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="Write all faults here, as JSON Lines.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a file of listings, row by row; each bad row is named with its line and the reason.

    The name is that of the file without its ending, unless told. The same file again changes
    nothing.
    """
    settings = Settings()
    objects = ObjectStore(settings.object_store_location)
    with open_database(settings) as database:
        given = GivenFile.named(file, file.name, name)
        kept = ListingImport(database, objects, client, given, COMMAND_LINE).run()
        with database.client(client) as c:
            searched = is_searched(c, client, kept.name)
    shown = first_faults(objects, client, kept, FAULTS_SHOWN)
    if faults is not None:
        _write_faults(objects, client, kept, faults)
    if as_json:
        print_json(asdict(kept) | {"faults": [asdict(fault) for fault in shown]})
    else:
        tell_import(kept, client, shown)
    if not searched:
        search = f'"{DESCRIPTION.name}": {{"queries": ["{kept.name}"]}}'
        note(f"the config of client {client!r} does not search it: add {search} to its searches")


@app.command("list")
def list_imports(client: ClientArgument, as_json: AsJson = False) -> None:
    """List the newest 100 imports of a client, the newest first."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        rows = import_store.list_imports(c, client, _LISTED)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    numbers = ("rows", "stored", "bad", "repeated")
    table = Table("name", "file", *(Column(name, justify="right") for name in numbers), "imported")
    for row in rows:
        counts = (row.row_count, row.stored, row.failed, row.skipped)
        cells = (f"{count:,}" for count in counts)
        table.add_row(row.name, row.file_name, *cells, f"{row.imported_at:%Y-%m-%d %H:%M}")
    out.print(table)


@app.command("show")
def show(
    client: ClientArgument,
    provider: Annotated[str, typer.Argument(help="`file` for one of an imported file.")],
    listing: Annotated[str, typer.Argument(help="The provider's own id.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is known of a listing, each fact with where it was read."""
    with open_database(Settings()) as database:
        found = find_listing(database, client, provider, listing)
    if as_json:
        print_json(listing_document(*found))
    else:
        out.print(listing_table(*found))


def tell_import(kept: ImportRow, client: str, shown: list[Fault]) -> None:
    """Says what became of the file's rows, and why the first bad ones are bad."""
    told = (
        f"client {client!r}: {kept.stored:,} of {kept.row_count:,} rows of {kept.file_name} "
        f"imported as {kept.name!r}; {kept.failed:,} bad, {kept.skipped:,} repeated"
    )
    out.print(told, markup=False, soft_wrap=True)
    for fault in shown:
        out.print(f"  line {fault.line}: {fault.detail}", markup=False, soft_wrap=True)
    left = kept.failed + kept.skipped - len(shown)
    if left:
        out.print(f"  and {left:,} more; --faults FILE writes all of them", markup=False)
    if kept.unread_columns:
        note(f"nothing is read of the columns {', '.join(kept.unread_columns)}")


def _write_faults(objects: ObjectStore, client: str, kept: ImportRow, path: Path) -> None:
    key = imported_faults_key(client, kept.sha256, kept.reading)
    with written(path) as file:
        file.writelines(objects.pieces(key))
