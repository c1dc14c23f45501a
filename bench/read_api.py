"""What row-level security and HTTP add to reading cases.

`python bench/read_api.py [--quick]`: the same queries as the owner of all rows without policies, as
the application's role under row-level security, and through the API over HTTP. The last line is
JSON; `p95_ratio` is the query under row-level security over the bare one.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
from psycopg import Connection

sys.path.insert(0, str(Path(__file__).parents[1]))

from api.app import create_app
from api.server import ApiServer
from api.settings import ApiSettings
from bench.throwaway_database import throwaway_database
from resources.identity.credentials import new_api_key
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_lists
from resources.postgres.cases.case_lists import CaseFilter, CasePosition
from resources.postgres.clients import operator_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings import listing_store
from resources.postgres.listings.listing_store import ListingFilter
from resources.postgres.server.roles import database_of, with_database

Ask = Callable[[Connection, str], object]

_FILL = """
INSERT INTO clients (client_id, display_name)
    SELECT 'client-' || n, 'Client ' || n FROM generate_series(1, {clients}) n;
INSERT INTO config_versions (client_id, version, document, created_by)
    SELECT client_id, 1, '{{}}', 'bench' FROM clients;
INSERT INTO scans (client_id, scan_id, trigger, config_version, requested_by)
    SELECT client_id, gen_random_uuid(), 'request', 1, 'bench' FROM clients;
INSERT INTO runs (client_id, scan_id, provider)
    SELECT client_id, scan_id, 'amazon' FROM scans;
INSERT INTO listings (client_id, provider, listing_id, title, url, price_low, price_high, currency,
        seller_name, image_urls, first_seen_at, last_seen_at, first_scan_id, last_scan_id)
    SELECT client_id, 'amazon', 'B' || lpad(n::text, 8, '0'), 'Steel bottle model ' || n,
        'https://shop.example/' || n, 5 + n % 9973 / 100.0, 5 + n % 9973 / 100.0, 'USD',
        'Seller ' || n % 50,
        ARRAY['https://shop.example/' || n || '.jpg'], now(), now(), scan_id, scan_id
    FROM scans, generate_series(1, {listings}) n;
INSERT INTO cases (client_id, provider, listing_id, probability, violation_type, scan_id,
        config_version, first_flagged_at)
    SELECT client_id, provider, listing_id, random(), 'stolen_photo', last_scan_id, 1,
        now() - random() * interval '90 days'
    FROM listings WHERE substr(listing_id, 2)::int <= {cases};
UPDATE cases SET state = 'decided', decision = 'infringing' WHERE random() < 0.3;
INSERT INTO scores (client_id, scan_id, provider, listing_id, probability, calibrated, model,
        config_version, signals)
    SELECT client_id, scan_id, provider, listing_id, probability, false, 'bench', 1, '[]'
    FROM cases;
"""


@dataclass(frozen=True)
class Query:
    """One question to the store, and the API's path that asks it."""

    ask: Ask
    path: Callable[[str, UUID], str]


QUERIES = {
    "newest": Query(
        lambda c, client: case_lists.case_page(c, client, CaseFilter(), "newest", 50),
        lambda client, _: f"/v1/clients/{client}/cases",
    ),
    "open_most_probable": Query(
        lambda c, client: case_lists.case_page(
            c, client, CaseFilter(state="open"), "most_probable", 50
        ),
        lambda client, _: f"/v1/clients/{client}/cases?state=open&sort=most_probable",
    ),
    "deep_page": Query(
        lambda c, client: case_lists.case_page(c, client, CaseFilter(), "newest", 50, deep()),
        lambda client, _: f"/v1/clients/{client}/cases",
    ),
    "seller_and_text": Query(
        lambda c, client: case_lists.case_page(
            c, client, CaseFilter(seller="seller 7", text="model 1"), "newest", 50
        ),
        lambda client, _: f"/v1/clients/{client}/cases?seller=seller 7&text=model 1",
    ),
    "listings": Query(
        lambda c, client: listing_store.listing_page(c, client, ListingFilter(), 50),
        lambda client, _: f"/v1/clients/{client}/listings",
    ),
    "detail": Query(
        lambda c, client: case_lists.get_case(c, client, CASE_OF[client]),
        lambda client, case_id: f"/v1/clients/{client}/cases/{case_id}",
    ),
}
CASE_OF: dict[str, UUID] = {}


def deep() -> CasePosition:
    return CasePosition(datetime.now(UTC) - timedelta(days=45), 0.5, UUID(int=0))


def p95_ms(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fill(admin: Connection, clients: int, listings: int, cases: int) -> list[str]:
    """The clients, with so many listings and cases each."""
    script = _FILL.format(clients=clients, listings=listings, cases=cases)
    for statement in script.split(";\n"):
        if statement.strip():
            admin.execute(statement.encode())
    admin.execute("VACUUM ANALYZE")
    rows = admin.execute("SELECT DISTINCT ON (client_id) client_id, case_id FROM cases").fetchall()
    CASE_OF.update({str(client): case_id for client, case_id in rows})
    return sorted(CASE_OF)


@contextmanager
def serving(urls: DatabaseUrls, directory: Path) -> Iterator[httpx.Client]:
    settings = ApiSettings(
        port=0, requests_per_minute=1_000_000, client_requests_per_minute=10_000_000
    )
    key = new_api_key()
    with Database(urls) as database, database.identity() as c:
        operator_store.add_operator_key(c, key, name="bench")
    server = ApiServer(
        create_app(urls, ObjectStore(str(directory / "objects")), settings), settings
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"Authorization": f"Bearer {key.text}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        yield client
    server.should_exit = True
    thread.join()


def measure(
    name: str,
    clients: list[str],
    rounds: int,
    admin: Connection,
    app: Connection,
    http: httpx.Client,
) -> tuple[float, float, float]:
    """p95 in ms: bare, under row-level security, over HTTP; the three take turns."""
    query = QUERIES[name]
    bare, secured, served = [], [], []
    for _ in range(rounds):
        client = random.choice(clients)
        query.ask(admin, client)  # so that neither of the two pays for cold pages
        with admin.transaction():
            admin.execute("SELECT set_config('app.client_id', %s, true)", (client,))
            bare.append(timed(partial(query.ask, admin, client)))
        with app.transaction():
            app.execute("SELECT set_config('app.client_id', %s, true)", (client,))
            secured.append(timed(partial(query.ask, app, client)))
        path = query.path(client, CASE_OF[client])
        served.append(timed(partial(http.get, path)))
    return p95_ms(bare), p95_ms(secured), p95_ms(served)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    sizes = (30, 1000, 100) if quick else (300, 6667, 667)
    result: dict[str, dict[str, float]] = {"p95_ratio": {}, "bare_p95_ms": {}, "http_p95_ms": {}}
    with (
        throwaway_database() as (urls, directory),
        psycopg.connect(
            with_database(urls.admin, database_of(urls.owner)), autocommit=True
        ) as admin,
        psycopg.connect(urls.app, autocommit=True) as app,
    ):
        clients = fill(admin, *sizes)
        print(
            f"{len(clients)} clients, {sizes[0] * sizes[1]} listings, "
            f"{sizes[0] * sizes[2]} cases; p95 in ms"
        )
        print(f"{'query':20}{'bare SQL':>10}{'with RLS':>10}{'ratio':>8}{'HTTP':>8}")
        with serving(urls, directory) as http:
            for name in QUERIES:
                measure(name, clients, 20, admin, app, http)  # warm
                rounds = 100 if quick else 400
                bare, secured, served = measure(name, clients, rounds, admin, app, http)
                ratio = round(secured / bare, 2)
                result["p95_ratio"][name] = ratio
                result["bare_p95_ms"][name] = round(bare, 2)
                result["http_p95_ms"][name] = round(served, 2)
                print(f"{name:20}{bare:>10.2f}{secured:>10.2f}{ratio:>8}{served:>8.1f}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
