"""`infringement demo`: two demo clients, one scan each, and what was flagged."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.cli.cases import cases_table, find_cases
from infringement_dagster.cli.follow import follow_scan
from infringement_dagster.cli.installation import (
    open_objects,
    open_stack,
    open_urls,
    say_source,
)
from infringement_dagster.cli.scans import ask_for_scan, runs_table
from infringement_dagster.cli.terminal import notes, out
from infringement_dagster.clients.onboarding import add_client, save_config
from infringement_dagster.local.stack import SandboxOptions
from infringement_dagster.photos.references import PhotoFile, add_references
from resources.decoding.blocking import BlockingDecoder
from resources.postgres.cases import case_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.providers.sandbox.demo import demo_clients
from resources.settings import Settings

CASES_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """How many listings and cases the demo clients have."""

    listings: int
    cases: int


def demo() -> None:
    """Set up two demo clients, scan for both through Dagster and show the flagged cases."""
    settings = Settings()
    with open_urls(settings) as urls, Database(urls) as database:
        client_ids = _add_demo_clients(settings, database)
        before = _stored(database, client_ids)
        with open_stack(settings, urls, SandboxOptions()) as address:
            say_source(settings, address)
            requested = [ask_for_scan(database, client_id) for client_id in client_ids]
            ended = follow_scan(database, requested)
        out.print(runs_table(ended))
        for client_id in client_ids:
            out.print(cases_table(find_cases(database, client_id, CASES_SHOWN)))
        _summarise(before, _stored(database, client_ids))


def _add_demo_clients(settings: Settings, database: Database) -> list[str]:
    objects = open_objects(settings)
    clients = demo_clients()
    for client in clients:
        add_client(database, client.client_id, client.display_name)
        save_config(database, client.client_id, client.config, created_by="demo")
        photos = [PhotoFile(name, content) for name, content in client.reference_photos.items()]
        with BlockingDecoder() as decoder:
            add_references(database, objects, decoder, client.client_id, photos)
    return [client.client_id for client in clients]


def _stored(database: Database, client_ids: list[str]) -> Stored:
    listings = cases = 0
    for client_id in client_ids:
        with database.client(client_id) as connection:
            listings += listing_store.count_listings(connection, client_id)
            cases += case_store.count_cases(connection, client_id)
    return Stored(listings, cases)


def _summarise(before: Stored, after: Stored) -> None:
    if before.listings == 0:
        out.print(f"{after.listings} listings stored, {after.cases} cases flagged.")
    else:
        out.print(
            f"{after.listings} listings and {after.cases} cases; new since the last demo: "
            f"{after.listings - before.listings} listings, {after.cases - before.cases} cases. "
            "A rescan updates what it knows and adds no duplicate."
        )
    notes.print("Where to look next:", style="bold")
    notes.print("  make up                                  Dagster's UI with these runs")
    notes.print("  .venv/bin/infringement cases --json      the cases with all signals")
    notes.print("  .venv/bin/infringement clients show CLIENT")
