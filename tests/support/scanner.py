"""Scans of one client's listings at a sandbox, without Dagster around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.collecting.collect import ListingCollection
from infringement_dagster.domain.listing import FoundListing
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scoring.score_listings import probability_without_photos
from infringement_dagster.snapshots.listings import found_listings_of
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.scans import run_store, scan_store
from resources.providers.account import VendorAccount
from resources.providers.plug_in import SCRAPERAPI
from resources.providers.registry import installed
from tests.support.stored import credits_of_scan

CLIENT = "acme"
BRANDS = [{"name": "Kelvarra", "price_floor": {"amount": "29", "currency": "USD"}}]


@dataclass(frozen=True, slots=True)
class Scanner:
    """Scans of one client at one sandbox."""

    database: Database
    objects: ObjectStore
    url: str

    def scan(self, provider: str, **search: object) -> ListingCollection:
        """The collection of a new scan, done; its frame is in `found`."""
        searches = {provider: {"queries": ["kelvarra"], "pages_max": 1, **search}}
        config = read_client_config(CLIENT, 1, {"brands": BRANDS, "searches": searches})
        with self.database.client(CLIENT) as c:
            scan = scan_store.queue_scan(
                c, CLIENT, [provider], trigger="request", requested_by="tests", config_version=1
            )
            run = run_store.start_run(c, CLIENT, scan.scan_id, provider, f"run-{scan.scan_id}")
        held = ScanRun(CLIENT, provider, scan.scan_id, run.epoch, config, "request")
        return ListingCollection(
            held,
            self.database,
            self.objects,
            installed().plug_in(provider),
            VendorAccount("sandbox", SCRAPERAPI, self.url, SecretStr("key"), 4),
            probability_without_photos(config),
        )

    def again(self, collection: ListingCollection) -> ListingCollection:
        """Another attempt at the same run, whose first was killed before its search was kept."""
        return ListingCollection(
            collection.run,
            self.database,
            self.objects,
            collection.provider,
            collection.account,
            collection.probability,
        )

    def found(self, collection: ListingCollection) -> dict[str, FoundListing]:
        return {
            found.listing.listing_id: found
            for found in found_listings_of(collection.collect().collect())
        }

    def charged(self, scan_id: UUID, provider: str) -> int:
        with self.database.client(CLIENT) as c:
            return credits_of_scan(c, CLIENT, scan_id).get(provider, 0)


@pytest.fixture
def scanner(database: Database, tmp_path: Path) -> Callable[[str], Scanner]:
    with database.client(CLIENT) as c:
        client_store.add_client(c, CLIENT, "Acme")
        client_store.save_config(c, CLIENT, {}, "tests")
    objects = ObjectStore(str(tmp_path / "objects"))
    return lambda url: Scanner(database, objects, url)
