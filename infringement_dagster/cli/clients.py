"""`infringement clients`: adding and showing clients; erasing them is in `erase.py`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli import erase
from infringement_dagster.cli.installation import open_database, open_objects
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.clients.onboarding import add_client, save_config
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.photos.references import PhotoFile, add_references
from resources.decoding.blocking import BlockingDecoder
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.settings import Settings

app = typer.Typer(help="Add, show and erase clients.", no_args_is_help=True)
app.command("erase")(erase.erase)
app.command("retention")(erase.retention)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class UnreadableFile(PermanentError):
    """A file named on the command line cannot be read as what it should be."""


@app.command("add")
def add(
    client_id: Annotated[str, typer.Argument(help="Short lower-case name, as in URLs.")],
    config: Annotated[Path, typer.Option(help="The config document, a JSON file.")],
    name: Annotated[str | None, typer.Option(help="Name shown to people.")] = None,
    reference: Annotated[
        list[Path] | None,
        typer.Option(help="A product photo the client owns, or a folder of them; repeatable."),
    ] = None,
) -> None:
    """Add a client, or a new version of its config and more reference photos."""
    settings = Settings()
    document = _read_document(config)
    photos = [photo for path in reference or [] for photo in _read_photos(path)]
    with open_database(settings) as database, BlockingDecoder() as decoder:
        add_client(database, client_id, name or client_id)
        version = save_config(database, client_id, document, created_by="command line")
        kept = add_references(database, open_objects(settings), decoder, client_id, photos)
    note(f"client {client_id!r}: config version {version}, {kept} reference photos")


@app.command("list")
def list_clients(as_json: AsJson = False) -> None:
    """List all clients."""
    with open_database(Settings()) as database, database.admission() as connection:
        rows = client_store.list_clients(connection)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table("client", "name", "state", "added")
    for row in rows:
        table.add_row(row.client_id, row.display_name, row.state, f"{row.created_at:%Y-%m-%d}")
    out.print(table)


@app.command("show")
def show(client_id: str, as_json: AsJson = False) -> None:
    """Show one client: its newest config, reference photos and what is stored for it."""
    with open_database(Settings()) as database:
        shown = _shown(database, client_id)
    if as_json:
        print_json(shown)
        return
    table = Table(show_header=False)
    for name, value in shown.items():
        text = value if isinstance(value, str) else json.dumps(value, default=str, indent=2)
        table.add_row(name, text)
    out.print(table)


def _shown(database: Database, client_id: str) -> dict[str, object]:
    with database.client(client_id) as connection:
        client = client_store.get_client(connection, client_id)
        config = client_store.load_config(connection, client_id)
        references = client_store.reference_photos(connection, client_id)
        listings = listing_store.count_listings(connection, client_id)
    return {
        **asdict(client),
        "listings": listings,
        "config_version": config.version,
        "config": config.document,
        "references": [row.file_name for row in references],
    }


def _read_document(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{path} cannot be read as a JSON document: {error}") from error
    if not isinstance(document, dict):
        raise UnreadableFile(f"{path} must hold a JSON object with the client's config")
    return document


def _read_photos(path: Path) -> list[PhotoFile]:
    files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
    try:
        return [PhotoFile(file.name, file.read_bytes()) for file in files]
    except OSError as error:
        raise UnreadableFile(f"the photo {path} cannot be read: {error}") from error
