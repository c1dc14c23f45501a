"""A client whose scans find listings that are flagged and grouped, for tests of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Listing, Provider, Seller
from infringement_dagster.domain.photo import PerceptualHash
from infringement_dagster.flagging.group_cases import Grouped, group_cases
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.cases import case_store, group_lists
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store, photo_store, score_store
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto
from resources.postgres.scans import run_store, scan_store
from tests.support.scene import NOON, a_photo, a_score

CONFIG: dict[str, object] = {
    "brands": [{"name": "Acme"}],
    "searches": {"ebay": {"queries": ["acme"]}},
}
TEMPLATE = "Acme insulated steel bottle with straw"


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that a scan finds; `photo` names its main photo, None shows none."""

    listing_id: str
    title: str = TEMPLATE
    seller: str | None = "Sly"
    photo: str | None = "copied"
    provider: Provider = "ebay"
    probability: float = 0.9


@dataclass(frozen=True, slots=True)
class GroupScene:
    """A client of one name in one database."""

    database: Database
    client_id: str = "acme"

    def scan(self, *found: Found) -> Grouped:
        """A scan at each provider flags the listings; the last one's run groups them."""
        runs = [
            self.flag(provider, [item for item in found if item.provider == provider])
            for provider in sorted({item.provider for item in found})
        ]
        return group_cases(self.database, runs[-1])

    def flag(self, provider: Provider, found: Sequence[Found]) -> ScanRun:
        """The run of a scan that has flagged the listings and not grouped them."""
        client_id = self.client_id
        with self.database.client(client_id) as c:
            version = client_store.save_config(c, client_id, CONFIG, "tests")
            scan = scan_store.queue_scan(
                c,
                client_id,
                [provider],
                trigger="request",
                requested_by="tests",
                config_version=version,
            )
            run = run_store.start_run(c, client_id, scan.scan_id, provider, f"run-{scan.scan_id}")
            listing_store.put_listings(c, client_id, scan.scan_id, list(map(_listing, found)))
            for item in found:
                self._show(c, scan.scan_id, item)
            scores = {item.listing_id: a_score(item.probability) for item in found}
            score_store.put_scores(c, client_id, scan.scan_id, provider, version, scores)
            flags = [CaseFlag(item.listing_id, item.probability, "stolen_photo") for item in found]
            case_store.flag_cases(c, client_id, scan.scan_id, provider, version, flags)
        config = read_client_config(client_id, version, CONFIG)
        return ScanRun(client_id, provider, scan.scan_id, run.epoch, config, "request")

    def case(self, listing_id: str) -> UUID:
        """The case of the listing."""
        with self.database.client(self.client_id) as c:
            row = c.execute("SELECT case_id FROM cases WHERE listing_id = %s", (listing_id,))
            (case_id,) = row.fetchone() or (None,)
        assert isinstance(case_id, UUID)
        return case_id

    def groups(self) -> set[frozenset[str]]:
        """The listings of each group."""
        with self.database.client(self.client_id) as c:
            rows = c.execute(
                "SELECT array_agg(listing_id) FROM grouped_cases JOIN cases"
                " USING (client_id, case_id) GROUP BY group_id"
            ).fetchall()
        return {frozenset(listings) for (listings,) in rows}

    def group_of(self, listing_id: str) -> UUID:
        """The group of the listing's case."""
        with self.database.client(self.client_id) as c:
            found = group_lists.group_of_case(c, self.client_id, self.case(listing_id))
        assert found is not None
        return found

    def _show(self, c: Connection, scan_id: UUID, item: Found) -> None:
        if item.photo is None:
            return
        photo = a_photo(item.photo)
        photo_store.put_photo(c, self.client_id, photo, [hash_of(item.photo)])
        kept = StoredPhoto(photo.sha256)
        place = ListingPhotoRow(item.provider, item.listing_id, item.photo, 0, kept, scan_id, NOON)
        photo_store.put_listing_photos(c, self.client_id, [place])


def hash_of(photo: str) -> PerceptualHash:
    """The PDQ hash of the photo of this name; `photo+n` differs from `photo` in n bits."""
    name, _, bits = photo.partition("+")
    value = int(sha256(name.encode()).hexdigest(), 16) ^ ((1 << int(bits or 0)) - 1)
    return PerceptualHash("pdq", 2, "raw", f"{value:064x}")


def begin(database: Database, client_id: str = "acme") -> GroupScene:
    """The scene of a client that does not exist yet."""
    with database.client(client_id) as c:
        client_store.add_client(c, client_id, client_id.title())
    return GroupScene(database, client_id)


def _listing(found: Found) -> Listing:
    seller = None if found.seller is None else Seller(found.seller)
    url = f"https://shop.example/{found.listing_id}"
    return Listing(found.provider, found.listing_id, found.title, url, seller=seller)
