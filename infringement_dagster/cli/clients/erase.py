"""`infringement clients erase` and `retention`: what is kept of a client, and that nothing is."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.installation import open_urls
from infringement_dagster.cli.terminal import note, notes, out, print_json
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import COMMAND_LINE, record
from resources.postgres.database import Database
from resources.postgres.retention import retention_store
from resources.settings import Settings

if TYPE_CHECKING:
    from resources.postgres.retention.erasure_store import Erasure

Days = Annotated[int | None, typer.Option(min=1, max=36_500, help="Days; unchanged when left out.")]


def erase(
    client_id: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a client with all its rows, objects and Dagster runs; only a receipt stays.

    Interrupted in the middle, it is finished by the same command or by the nightly housekeeping.
    """
    # Importing Dagster takes 2 s, for which other commands need not wait.
    from infringement_dagster.engine.instance import open_instance  # noqa: PLC0415
    from infringement_dagster.retention.erase import ClientEraser  # noqa: PLC0415

    if not yes:
        typer.confirm(f"erase everything of client {client_id!r} for good?", abort=True)
    settings = Settings()
    with (
        open_urls(settings) as urls,
        Database(urls) as database,
        open_instance(settings, urls) as instance,
        notes.status("erasing") as status,
    ):
        eraser = ClientEraser(
            database, ObjectStore(settings.object_store_location), instance, status.update
        )
        receipt = eraser.erase(client_id)
    _show(receipt, as_json)
    note(f"client {client_id!r} is erased; receipt {receipt.erasure_id}")


def retention(
    client_id: str,
    events: Days = None,
    scan_details: Days = None,
    usage: Days = None,
    snapshots: Days = None,
    dagster_runs: Days = None,
    as_json: AsJson = False,
) -> None:
    """Show, or set, for how many days a client's things are kept."""
    given = {
        "events_days": events,
        "scan_details_days": scan_details,
        "usage_days": usage,
        "snapshots_days": snapshots,
        "dagster_runs_days": dagster_runs,
    }
    asked = {name: days for name, days in given.items() if days is not None}
    with open_urls(Settings()) as urls, Database(urls) as database:
        with database.client(client_id) as c:
            client_store.get_client(c, client_id)
        with database.admission() as c:
            kept = replace(retention_store.retention_of_clients(c)[client_id], **asked)
            if asked:
                retention_store.set_retention(c, client_id, kept)
                record(c, client_id, COMMAND_LINE, "retention.changed", None, **asked)
    days = asdict(kept)
    if as_json:
        print_json(days)
        return
    table = Table("kept", "days")
    for name, number in days.items():
        table.add_row(name.removesuffix("_days").replace("_", " "), str(number))
    out.print(table)


def _show(receipt: Erasure, as_json: bool) -> None:
    if as_json:
        print_json(asdict(receipt))
        return
    table = Table("erased", "number")
    for name, number in sorted(receipt.counts.items()):
        table.add_row(name, str(number))
    out.print(table)
