"""`infringement clients`: taken in, shown, suspended; erasing them is in `erase.py`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from infringement_dagster.accounts.new_clients import make_client
from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.clients import erase
from infringement_dagster.cli.clients.photo_files import read_photo_files
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.named_files import read_document
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.photos.intake import Intake, NewClient, check_new_client
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import descriptor_access
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store, operator_store
from resources.postgres.clients.audit import COMMAND_LINE, record
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.settings import Settings


class ConfigMissing(PermanentError):
    """A config is needed as well for this."""


app = typer.Typer(help="Add, show, suspend and erase clients.", no_args_is_help=True)
app.command("erase")(erase.erase)
app.command("retention")(erase.retention)


@app.command("add")
def add(
    client_id: Annotated[str, typer.Argument(help="Short lower-case name, as in URLs.")],
    config: Annotated[
        Path | None,
        typer.Option(
            help="The config document, a JSON file; without it, first steps on the pages."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name shown to people.")] = None,
    reference: Annotated[
        list[Path] | None,
        typer.Option(help="A product photo the client owns, or a folder of them; repeatable."),
    ] = None,
) -> None:
    """Add a client, or a new version of its config and more reference photos; all or nothing."""
    settings = Settings()
    if config is None:
        _add_without_config(settings, client_id, name or client_id, reference or [])
        return
    document = read_document(config)
    check_new_client(client_id, document)
    with BlockingDecoder() as decoder:
        photos = read_photo_files(decoder, client_id, reference or [])
        client = NewClient(client_id, name or client_id, document, photos)
        with open_database(settings) as database:
            objects = ObjectStore(settings.object_store_location)
            intake = Intake(database, objects, decoder, descriptor_access(settings))
            version = intake.take_in(client, "command line")
    note(f"client {client_id!r}: config version {version}, {len(photos)} reference photos")


def _add_without_config(
    settings: Settings, client_id: str, name: str, references: list[Path]
) -> None:
    if references:
        raise ConfigMissing(
            f"client {client_id!r}: photos come with a config: give --config, or add them "
            f"afterwards by `{Settings.COMMAND} references add {client_id} PHOTOS`"
        )
    with open_database(settings) as database, database.client(client_id) as c:
        make_client(c, client_id, name, COMMAND_LINE)
    note(
        f"client {client_id!r} is there, without a config: first steps are on the pages; a log-in: "
        f"{Settings.COMMAND} users create ADDRESS --client {client_id} --role admin --link"
    )


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


@app.command("suspend")
def suspend(client_id: str) -> None:
    """Shut a client out at once: no key or person of it gets in, no scan of it starts."""
    _set_state(client_id, "suspended")


@app.command("resume")
def resume(client_id: str) -> None:
    """Let a suspended client in again."""
    _set_state(client_id, "active")


def _set_state(client_id: str, state: Literal["active", "suspended"]) -> None:
    with open_database(Settings()) as database, database.identity() as c:
        operator_store.set_client_state(c, client_id, state)
        record(c, client_id, COMMAND_LINE, f"client.{state}")
    note(f"client {client_id!r} is {state}")


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
