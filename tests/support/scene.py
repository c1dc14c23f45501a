"""A client with a running scan and listings, written through the stores, for their tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

from psycopg import Connection

from infringement_dagster.domain.admission import AdmissionPlan, QueuedRun
from infringement_dagster.domain.listing import Listing, Price, Provider, Seller
from infringement_dagster.domain.score import OtherType, Region, Score, Shown, Signal, Unavailable
from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.records import PhotoRow
from resources.postgres.scans.admission_store import carry_out
from resources.postgres.scans.records import RunRow
from resources.postgres.scans.run_store import start_run
from resources.postgres.scans.scan_store import queue_scan

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scene:
    """A client whose scan is running at Amazon and queued at eBay, and what Amazon showed."""

    client_id: str
    scan_id: UUID
    run: RunRow
    listings: tuple[Listing, ...]


def begin(c: Connection, client_id: str) -> Scene:
    """The scene of a client that does not exist yet."""
    add_client(c, client_id, client_id.title())
    save_config(c, client_id, {"brands": []}, "tests")
    scan_id = ask_for_scan(c, client_id)
    run = start_run(c, client_id, scan_id, "amazon", f"dagster-{uuid4()}")
    listings = (a_listing("B01"), a_listing("B02"), a_listing("B03"))
    put_listings(c, client_id, scan_id, listings)
    return Scene(client_id, scan_id, run, listings)


def ask_for_scan(c: Connection, client_id: str, *providers: Provider) -> UUID:
    """The id of a queued scan; of Amazon and eBay unless told."""
    scan = queue_scan(
        c,
        client_id,
        providers or ("amazon", "ebay"),
        trigger="request",
        requested_by="tests",
        config_version=1,
    )
    return scan.scan_id


def a_listing(listing_id: str, *, title: str = "Bottle", low: str = "9.90") -> Listing:
    """A listing of Amazon that fills every field."""
    return Listing(
        provider="amazon",
        listing_id=listing_id,
        title=title,
        url=f"https://shop.example/{listing_id}",
        image_urls=(f"https://shop.example/{listing_id}.jpg", "https://shop.example/second.jpg"),
        price=Price(Decimal(low), Decimal("12.50"), "EUR"),
        seller=Seller("Cheap & Co", "S-1"),
        brand="Acme",
        condition="new",
        category="Bottles",
        rating=4.5,
        review_count=12,
    )


def a_photo(name: str) -> PhotoRow:
    """The row of a photo that is told from others by its name."""
    digest = sha256(name.encode()).hexdigest()
    return PhotoRow(digest, "image/jpeg", 640, 480, 1234, f"images/{digest}", NOON)


def a_score(probability: float) -> Score:
    """A score with signals that were computed, and one that was not."""
    return Score(
        probability=probability,
        calibrated=False,
        model="noisy-or 1",
        signals=(
            Signal("photo", 0.9, "distance 2 of 64 bits", 1.5, Shown("a", "b", None)),
            Signal("part", 0.4, "seen", 0.5, Shown("a", "c", Region(0.1, 0.2, 0.5, 1.0))),
            Signal("price", Unavailable("no price"), "the listing names no price"),
        ),
        violation_type="stolen_photo",
        other_types=(OtherType("accessory", "it were an accessory"),),
    )


def admit(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> bool:
    """True when the run was queued and is admitted; in an admission transaction."""
    chosen = QueuedRun(client_id, scan_id, provider)
    return bool(carry_out(c, AdmissionPlan((chosen,), {}, {})))
