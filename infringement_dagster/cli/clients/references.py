"""`infringement references`: the product photos and logos that a client owns."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table

from infringement_dagster.cli.arguments import ClientArgument
from infringement_dagster.cli.clients.photo_files import read_photo_files
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.domain.photo import ReferenceKind
from infringement_dagster.photos.intake import Intake
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import descriptor_access
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store, config_store
from resources.settings import Settings

app = typer.Typer(help="Product photos and logos that clients own.", no_args_is_help=True)


@app.command("add")
def add(
    client: ClientArgument,
    photos: Annotated[list[Path], typer.Argument(help="Photos, or folders of them.")],
    brand: Annotated[str | None, typer.Option(help="The brand that they show.")] = None,
    kind: Annotated[
        ReferenceKind,
        typer.Option(help="Logos are sought inside photos; one of simple shapes is refused."),
    ] = "photo",
) -> None:
    """Add photos or logos; the same bytes again only take the new name, brand and kind.

    JPEG, PNG, WebP or GIF; a logo may also be SVG.
    """
    settings = Settings()
    with open_database(settings) as database, BlockingDecoder() as decoder:
        with database.client(client) as c:
            client_store.get_client(c, client)
        read = read_photo_files(decoder, client, photos, brand, kind)
        objects = ObjectStore(settings.object_store_location)
        Intake(database, objects, decoder, descriptor_access(settings)).keep(client, read)
    note(f"client {client!r}: {len(read)} reference {kind}s kept")


@app.command("list")
def list_references(
    client: ClientArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the photos and logos in use, oldest first."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        rows = client_store.reference_photos(c, client)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table(Column("reference", min_width=36), "file", "kind", "brand", "added")
    for row in rows:
        cells = (row.file_name, row.kind, row.brand or "-", f"{row.added_at:%Y-%m-%d}")
        table.add_row(str(row.reference_id), *cells)
    out.print(table)


@app.command("remove")
def remove(
    client: ClientArgument,
    reference: Annotated[UUID, typer.Argument(help="The photo's id, as `list` shows it.")],
) -> None:
    """Compare with the photo no longer; what it has flagged stays."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        config_store.remove_reference(c, client, reference)
    note(f"client {client!r}: reference photo {reference} is compared with no longer")
