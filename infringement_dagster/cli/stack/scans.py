"""`infringement scans`: a scan is started and followed, shown, stopped, tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from psycopg import Connection
from rich.table import Column, Table
from rich.text import Text

from infringement_dagster.cli.arguments import AsJson, ClientArgument
from infringement_dagster.cli.installation import open_database, open_urls
from infringement_dagster.cli.stack.follow import follow_scan
from infringement_dagster.cli.stack.own_stack import open_stack, say_source
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.domain.counts import (
    ItemsMissed,
    missed_items,
    read_counts,
    skipped_because,
)
from infringement_dagster.local.stack import SandboxOptions
from infringement_dagster.scans.request import request_scan
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.scans import intervention_store, outcome_store, scan_store
from resources.postgres.scans.records import RunRow, ScanRow
from resources.settings import Settings

UNFINISHED_EXIT_CODE = 1

app = typer.Typer(help="Start, list, show, cancel and retry scans.", no_args_is_help=True)

ScanArgument = Annotated[UUID, typer.Argument(help="The scan's id, as `list` shows it.")]
Captures = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Replay capture files of this folder."),
]
Photos = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Serve this folder's files as the captures' photos.",
    ),
]


@app.command("start")
def start(
    client: ClientArgument,
    provider: Annotated[
        list[str] | None, typer.Option(help="Only this provider; repeatable.")
    ] = None,
    captures: Captures = None,
    photos: Photos = None,
    as_json: AsJson = False,
) -> None:
    """Scan for one client and wait for the end; exit code 1 unless it succeeded or was partial."""
    settings = Settings()
    options = SandboxOptions(captures, photos)
    with open_urls(settings) as urls, Database(urls) as database:
        requested = ask_for_scan(database, client, provider or [])
        with open_stack(settings, urls, options) as address:
            say_source(settings, address)
            ended = follow_scan(database, [requested], settings.log_dir)[0]
        source = "sandbox" if settings.uses_sandbox else "vendor"
        _show(database, ended, as_json, {"source": source})
    if ended.state not in ("succeeded", "partial"):
        raise typer.Exit(UNFINISHED_EXIT_CODE)


def ask_for_scan(database: Database, client_id: str, providers: Sequence[str] = ()) -> ScanRow:
    """A newly requested scan under the client's newest config."""
    with database.client(client_id) as c:
        return request_scan(c, client_id, providers, requested_by="command line")


@app.command("list")
def list_scans(
    client: ClientArgument,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the client's scans, newest first."""
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        scans = scan_store.scan_page(c, client, limit)
    if as_json:
        print_json([asdict(scan) for scan in scans])
        return
    table = Table(Column("scan", min_width=36), "asked for (UTC)", "by", "state", "providers")
    for scan in scans:
        providers = ", ".join(f"{run.provider} {run.state}" for run in scan.runs)
        asked = f"{scan.requested_at:%Y-%m-%d %H:%M}"
        table.add_row(str(scan.scan_id), asked, scan.trigger, scan.state, providers)
    out.print(table)


@app.command("show")
def show(client: ClientArgument, scan: ScanArgument, as_json: AsJson = False) -> None:
    """Show a scan: what each provider gave, and why what is missing is missing."""
    _show_after(scan_store.get_scan, client, scan, as_json)


@app.command("cancel")
def cancel(client: ClientArgument, scan: ScanArgument, as_json: AsJson = False) -> None:
    """Cancel a scan: what waits ends at once, what runs within ten seconds; results stay."""
    _show_after(intervention_store.cancel_scan, client, scan, as_json)


@app.command("retry")
def retry(client: ClientArgument, scan: ScanArgument, as_json: AsJson = False) -> None:
    """Try the failed and partial runs of a scan again."""
    _show_after(intervention_store.retry_scan, client, scan, as_json)


def _show_after(
    act: Callable[[Connection, str, UUID], ScanRow], client: str, scan: UUID, as_json: bool
) -> None:
    with open_database(Settings()) as database:
        with database.client(client) as c:
            row = act(c, client, scan)
        _show(database, row, as_json)


def _show(
    database: Database, scan: ScanRow, as_json: bool, beside: Mapping[str, object] | None = None
) -> None:
    with database.client(scan.client_id) as c:
        samples = outcome_store.samples_of_failures(c, scan.client_id, scan.scan_id)
    if as_json:
        print_json({**scan_document(scan, samples), **(beside or {})})
        return
    out.print(f"scan {scan.scan_id} of client {scan.client_id}: {scan.state}", soft_wrap=True)
    out.print(runs_table([scan]))
    for run in scan.runs:
        for line in run_reasons(run, samples):
            out.print(f"{run.provider}: {line}", markup=False, soft_wrap=True)


def scan_document(
    scan: ScanRow, samples: Sequence[outcome_store.FailureSample] = ()
) -> dict[str, Any]:
    """A scan as programs read it: each run with the reasons of what it did not store."""
    document = asdict(scan)
    for run, told in zip(scan.runs, document["runs"], strict=True):
        told["reasons"] = run_reasons(run, samples)
    return document


def run_reasons(run: RunRow, samples: Sequence[outcome_store.FailureSample] = ()) -> list[str]:
    """Why the run failed, or what failed in it, in words; nothing for one that succeeded."""
    failures = [
        _in_words(missed, run, samples)
        for missed in missed_items(run.counts)
        if missed.outcome == "failed"
    ]
    why = run.error or skipped_because(run.counts)
    return [why, *failures] if why else failures


def _in_words(
    missed: ItemsMissed, run: RunRow, samples: Sequence[outcome_store.FailureSample]
) -> str:
    said = next(
        (
            sample.detail
            for sample in samples
            if (sample.provider, sample.asset, sample.reason)
            == (run.provider, missed.asset, missed.reason)
        ),
        "",
    )
    return f"{missed.in_words}{f' ({said})' if said else ''}"


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
                Text("; ".join(run_reasons(run)[:1])),
            )
    return table


def _counts_text(run: RunRow, asset: str) -> str:
    counts = read_counts(run.counts).get(asset)
    if counts is None:
        return "-"
    missed = {"skipped": counts.skipped, "failed": counts.failed}
    parts = [f"{number} {what}" for what, number in missed.items() if number]
    return ", ".join([f"{counts.stored} of {counts.found}", *parts])
