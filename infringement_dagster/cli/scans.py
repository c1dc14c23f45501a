"""`infringement scan`, `cancel`, `retry`: a scan is asked for, followed, stopped, tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from infringement_dagster.cli.follow import follow_scan
from infringement_dagster.cli.installation import open_database, open_stack, open_urls, say_source
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.domain.counts import read_counts
from infringement_dagster.local.stack import SandboxOptions
from infringement_dagster.scans.request import request_scan
from resources.postgres.database import Database
from resources.postgres.scans import intervention_store
from resources.postgres.scans.records import RunRow, ScanRow
from resources.settings import Settings

UNFINISHED_EXIT_CODE = 1

Client = Annotated[str, typer.Option(help="The client whose scan it is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

Captures = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Replay capture files of this folder."),
]
Photos = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Serve this folder's photos as photos."),
]


def scan(
    client: Annotated[str, typer.Option(help="The client to scan for.")],
    provider: Annotated[
        list[str] | None, typer.Option(help="Only this provider; repeatable.")
    ] = None,
    captures: Captures = None,
    photos: Photos = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Scan for one client and wait for the end; exit code 1 unless it succeeded or was partial."""
    settings = Settings()
    options = SandboxOptions(captures, photos)
    with open_urls(settings) as urls, Database(urls) as database:
        requested = ask_for_scan(database, client, provider or [])
        with open_stack(settings, urls, options) as address:
            say_source(settings, address)
            ended = follow_scan(database, [requested])[0]
    if as_json:
        print_json({**asdict(ended), "source": "sandbox" if settings.uses_sandbox else "vendor"})
    else:
        out.print(runs_table([ended]))
    if ended.state not in ("succeeded", "partial"):
        raise typer.Exit(UNFINISHED_EXIT_CODE)


def ask_for_scan(database: Database, client_id: str, providers: Sequence[str] = ()) -> ScanRow:
    """A newly requested scan under the client's newest config."""
    with database.client(client_id) as c:
        return request_scan(c, client_id, providers, requested_by="command line")


def runs_table(scans: Sequence[ScanRow]) -> Table:
    """One row a run, with the counts of each asset."""
    table = Table("client", "provider", "state", "listings", "photos", "cases", "credits", "note")
    for ended in scans:
        for run in ended.runs:
            table.add_row(
                ended.client_id,
                run.provider,
                run.state,
                _counts_text(run, "raw_listings"),
                _counts_text(run, "image_hashes"),
                _counts_text(run, "flagged_cases"),
                str(run.credits_charged),
                run.error or "",
            )
    return table


def _counts_text(run: RunRow, asset: str) -> str:
    counts = read_counts(run.counts).get(asset)
    if counts is None:
        return "-"
    missed = {"skipped": counts.skipped, "failed": counts.failed}
    parts = [f"{number} {what}" for what, number in missed.items() if number]
    return ", ".join([f"{counts.stored} of {counts.found}", *parts])


def cancel(
    scan_id: Annotated[UUID, typer.Argument(metavar="SCAN")],
    client: Client,
    as_json: AsJson = False,
) -> None:
    """Cancel a scan: what waits ends at once, what runs within ten seconds; results stay."""
    with open_database(Settings()) as database, database.client(client) as c:
        scan = intervention_store.cancel_scan(c, client, scan_id)
    _show(scan, as_json)


def retry(
    scan_id: Annotated[UUID, typer.Argument(metavar="SCAN")],
    client: Client,
    as_json: AsJson = False,
) -> None:
    """Try the failed and partial runs of a scan again."""
    with open_database(Settings()) as database, database.client(client) as c:
        scan = intervention_store.retry_scan(c, client, scan_id)
    _show(scan, as_json)


def _show(scan: ScanRow, as_json: bool) -> None:
    if as_json:
        print_json(asdict(scan))
    else:
        out.print(runs_table([scan]))
