"""Two clients with cases and photos, and an API over them in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.permissions import PERMISSIONS_OF
from resources.identity.credentials import new_api_key
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases import case_store
from resources.postgres.clients import access_store
from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings import photo_store, score_store
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.records import PhotoRow
from resources.postgres.scans import run_store
from tests.evidence.frozen import freeze
from tests.support.api_process import api_process
from tests.support.noisy.hostile import Target, a_config
from tests.support.noisy.neighbour import Neighbour
from tests.support.photos import encoded, product
from tests.support.planner_statistics import gather_statistics
from tests.support.scene import a_listing, a_score, ask_for_scan

HOSTILE, NEIGHBOUR = "hostile", "neighbour"
PHOTOS = 40
BUNDLED = 3
READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Noisy:
    """The scene, ready to be measured."""

    pid: int
    port: int
    target: Target
    neighbour: Neighbour


@contextmanager
def noisy(urls: DatabaseUrls, directory: Path, cases: int) -> Iterator[Noisy]:
    """Two clients with so many cases each, and an API that both use."""
    location = str(directory / "objects")
    settings = {"INFRINGEMENT_API_REQUESTS_PER_MINUTE": "1000000"}  # a key's; a client's stay
    with (
        Database(urls) as database,
        api_process(urls, directory, location, settings) as (process, port),
    ):
        objects = ObjectStore(location)
        settled = {item: _settle(database, objects, item, cases) for item in (HOSTILE, NEIGHBOUR)}
        gather_statistics(urls)
        theirs, ours = settled[HOSTILE], settled[NEIGHBOUR]
        keys = [make_admin_key(database, HOSTILE) for _ in range(10)]
        bundled = theirs.case_ids[:BUNDLED]
        for case_id in bundled:
            freeze(database, objects, HOSTILE, UUID(case_id), UUID(theirs.scan_id))
        target = Target(
            port, HOSTILE, keys, theirs.case_ids, bundled, theirs.sha256s, theirs.scan_id, NEIGHBOUR
        )
        own_key = make_admin_key(database, NEIGHBOUR)
        neighbour = Neighbour(port, own_key, NEIGHBOUR, ours.case_ids, ours.sha256s[0], database)
        try:
            yield Noisy(process.pid, port, target, neighbour)
        finally:
            neighbour.close()


def make_admin_key(database: Database, client_id: str) -> str:
    """A new key of the client that may do everything in it."""
    key = new_api_key()
    with database.client(client_id) as c:
        access_store.add_key(
            c, client_id, key, name="noisy", scopes=sorted(PERMISSIONS_OF["admin"]), owner=None
        )
    return key.text


@dataclass(frozen=True, slots=True)
class _Settled:
    scan_id: str
    case_ids: list[str]
    sha256s: list[str]


def _settle(database: Database, objects: ObjectStore, client_id: str, cases: int) -> _Settled:
    with database.client(client_id) as c:
        add_client(c, client_id, client_id)
        save_config(c, client_id, a_config(1), "tests")
        scan_id = ask_for_scan(c, client_id, "amazon")
        run_store.start_run(c, client_id, scan_id, "amazon", f"dagster-{scan_id}")
    case_ids: list[str] = []
    for first in range(0, cases, 500):
        names = [f"B{number:06}" for number in range(first, min(first + 500, cases))]
        with database.client(client_id) as c:
            put_listings(
                c, client_id, scan_id, [a_listing(name, title=f"Bottle {name}") for name in names]
            )
            scores = dict.fromkeys(names, a_score(0.8))
            score_store.put_scores(c, client_id, scan_id, "amazon", 1, scores)
            flags = [CaseFlag(name, 0.8, "stolen_photo") for name in names]
            flagged = case_store.flag_cases(c, client_id, scan_id, "amazon", 1, flags)
        case_ids.extend(str(item.case_id) for item in flagged)
    sha256s = [_kept_photo(database, objects, client_id, number) for number in range(PHOTOS)]
    return _Settled(str(scan_id), case_ids, sha256s)


def _kept_photo(database: Database, objects: ObjectStore, client_id: str, number: int) -> str:
    content = encoded(product(number, 900))
    sha256 = sha256_hex(content)
    key = photo_key(client_id, sha256)
    objects.put_once(key, content)
    row = PhotoRow(sha256, "image/jpeg", 900, 900, len(content), key, datetime.now(UTC))
    with database.client(client_id) as c:
        photo_store.put_photo(c, client_id, row, [])
    return sha256
