"""`infringement demo`: two demo clients, a scan each and one of a file, and what was flagged."""

from __future__ import annotations

from infringement_dagster.cli.cases.cases import cases_table, find_cases
from infringement_dagster.cli.clients.listings import tell_import
from infringement_dagster.cli.installation import open_urls
from infringement_dagster.cli.stack.demo_access import DemoAccess, grant_demo_access
from infringement_dagster.cli.stack.demo_counts import FILES, stored_by, summarise
from infringement_dagster.cli.stack.demo_file import import_demo_file
from infringement_dagster.cli.stack.demo_intake import IMPORTING_CLIENT, take_in_demo_clients
from infringement_dagster.cli.stack.follow import follow_scan
from infringement_dagster.cli.stack.own_stack import open_stack, say_source
from infringement_dagster.cli.stack.scans import ask_for_scan, runs_table
from infringement_dagster.cli.terminal import out
from infringement_dagster.collecting.import_listings import first_faults
from infringement_dagster.local.address import StackAddress
from infringement_dagster.local.stack import SandboxOptions
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.sandbox.catalogue import SOLD_AT
from resources.settings import Settings

CASES_SHOWN = 10
_USUAL_PAGES = "http://localhost:8000"


def demo() -> None:
    """Set up two demo clients, scan for both and show what was flagged."""
    settings = Settings()
    with open_urls(settings) as urls, Database(urls) as database:
        objects = ObjectStore(settings.object_store_location)
        client_ids = take_in_demo_clients(database, objects)
        before = stored_by(database, client_ids)
        with open_stack(settings, urls, SandboxOptions()) as address:
            say_source(settings, address)
            kept = import_demo_file(database, objects, IMPORTING_CLIENT)
            tell_import(kept, IMPORTING_CLIENT, first_faults(objects, IMPORTING_CLIENT, kept, 1))
            # A scan of its own, so that what is drawn for review of the marketplaces stays theirs.
            requested = [ask_for_scan(database, IMPORTING_CLIENT, [FILES])]
            requested += [ask_for_scan(database, client_id, SOLD_AT) for client_id in client_ids]
            ended = follow_scan(database, requested, settings.log_dir)
        out.print(runs_table(ended))
        _show_best(database, client_ids)
        summarise(before, stored_by(database, client_ids))
        _show_where_to_look(address, grant_demo_access(database, client_ids[0]))


def _show_best(database: Database, client_ids: list[str]) -> None:
    found = [
        case for client_id in client_ids for case in find_cases(database, client_id, CASES_SHOWN)
    ]
    best = sorted(found, key=lambda case: -case.probability)[:CASES_SHOWN]
    out.print(f"The {len(best)} most probable cases:")
    out.print(cases_table(best))


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
