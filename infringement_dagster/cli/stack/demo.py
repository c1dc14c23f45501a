"""`infringement demo`: two demo clients, one scan each, and what was flagged."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.cli.cases.cases import cases_table, find_cases
from infringement_dagster.cli.installation import open_urls
from infringement_dagster.cli.stack.demo_access import DemoAccess, grant_demo_access
from infringement_dagster.cli.stack.demo_intake import take_in_demo_clients
from infringement_dagster.cli.stack.follow import follow_scan
from infringement_dagster.cli.stack.own_stack import open_stack, say_source
from infringement_dagster.cli.stack.scans import ask_for_scan, runs_table
from infringement_dagster.cli.terminal import out
from infringement_dagster.local.address import StackAddress
from infringement_dagster.local.stack import SandboxOptions
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.settings import Settings

CASES_SHOWN = 10
_USUAL_PAGES = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class Stored:
    """How many listings and cases the demo clients have, flagged or drawn below the threshold."""

    listings: int
    flagged: int
    sampled: int


def demo() -> None:
    """Set up two demo clients, scan for both and show what was flagged."""
    settings = Settings()
    with open_urls(settings) as urls, Database(urls) as database:
        client_ids = take_in_demo_clients(database, ObjectStore(settings.object_store_location))
        before = _stored(database, client_ids)
        with open_stack(settings, urls, SandboxOptions()) as address:
            say_source(settings, address)
            requested = [ask_for_scan(database, client_id) for client_id in client_ids]
            ended = follow_scan(database, requested, settings.log_dir)
        out.print(runs_table(ended))
        _show_best(database, client_ids)
        _summarise(before, _stored(database, client_ids))
        _show_where_to_look(address, grant_demo_access(database, client_ids[0]))


def _stored(database: Database, client_ids: list[str]) -> Stored:
    listings = flagged = sampled = 0
    for client_id in client_ids:
        with database.client(client_id) as connection:
            listings += listing_store.count_listings(connection, client_id)
            flagged += case_store.count_cases(connection, client_id, origin="flagged")
            sampled += case_store.count_cases(connection, client_id, origin="sampled")
    return Stored(listings, flagged, sampled)


def _show_best(database: Database, client_ids: list[str]) -> None:
    found = [
        case for client_id in client_ids for case in find_cases(database, client_id, CASES_SHOWN)
    ]
    best = sorted(found, key=lambda case: -case.probability)[:CASES_SHOWN]
    out.print(f"The {len(best)} most probable cases:")
    out.print(cases_table(best))


def _summarise(before: Stored, after: Stored) -> None:
    if before.listings == 0:
        out.print(
            f"{after.listings} listings stored, {after.flagged} cases flagged; {after.sampled} "
            "more, below the threshold, were drawn for review to see what is missed."
        )
    else:
        out.print(
            f"{after.listings} listings and {after.flagged} cases; new since the last demo: "
            f"{after.listings - before.listings} listings, {after.flagged - before.flagged} cases. "
            "A rescan updates what it knows and adds no duplicate."
        )


def _show_where_to_look(address: StackAddress, access: DemoAccess) -> None:
    pages = address.pages_url or _USUAL_PAGES
    start = "" if address.pages_url else f"{Settings.UP_COMMAND:<15}starts the pages; then\n"
    people = "\n".join(
        f"  {person.role:<9} {person.address:<28} {person.client_id or 'all clients'}"
        for person in access.people
    )
    out.print(
        f"\nLook at them:\n{start}{pages}   log in with the password  {access.password}\n{people}\n"
        "These log-ins are the demo's own: each demo makes the password anew, nothing else makes "
        "them.\nChoose Queue and click on the first case: photos stand side by side, i or n "
        "decides, j goes on.\n"
        f"\nThe API, as {access.key_client_id}'s admin:\n"
        f"  curl {pages}/v1/clients/{access.key_client_id}/cases -H 'Authorization: Bearer "
        f"{access.key}'",
        markup=False,
        soft_wrap=True,
    )
