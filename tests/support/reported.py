"""A client with scans, decisions and notices at moments of one's choice, for tests of reports."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import polars as pl

from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.listing import FoundListing, Listing, Seller
from infringement_dagster.domain.score import PriceCompared, Score, Signal
from infringement_dagster.snapshots.listings import listings_frame
from infringement_dagster.snapshots.scores import scores_frame
from resources.objects.keys import snapshot_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans.records import SnapshotRow, UsageRow
from resources.postgres.scans.run_store import start_run
from resources.postgres.scans.snapshot_store import put_snapshot
from resources.postgres.scans.usage_store import put_usage
from tests.support.scene import a_listing, ask_for_scan

WEEK = date(2026, 3, 2)
AFTER = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    """The hour of a day of the week, 0 being its Monday; negative days are before it."""
    return datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=day)


def offer(listing_id: str, reviews: int | None = 10, seller: str = "S-1") -> Listing:
    """A listing of Amazon."""
    return replace(a_listing(listing_id), review_count=reviews, seller=Seller(seller, seller))


def priced(share: float) -> Score:
    """A score whose price was held against a floor, of which it is this share."""
    floor = PriceFloor(Decimal("29.00"), "EUR")
    compared = PriceCompared(Decimal("29.00"), "EUR", "floor", share, floor=floor)
    return Score(0.9, False, "model 1", (Signal("price_below_floor", 0.5, "low", 1.0, compared),))


@dataclass(slots=True)
class ReportedClient:
    """The client, written through the stores where they let one choose the moment."""

    database: Database
    objects: ObjectStore
    client_id: str = "acme"
    cases: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.database.client(self.client_id) as c:
            add_client(c, self.client_id, self.client_id.title())
            save_config(c, self.client_id, {"brands": []}, "tests")

    def scan(
        self, when: datetime, listings: Sequence[Listing], scores: Mapping[str, Score] | None = None
    ) -> UUID:
        """The id of a scan of Amazon that found these and left its snapshots at that moment."""
        with self.database.client(self.client_id) as c:
            scan_id = ask_for_scan(c, self.client_id, "amazon")
            start_run(c, self.client_id, scan_id, "amazon", f"dagster-{scan_id}")
            put_listings(c, self.client_id, scan_id, listings)
        found = [FoundListing(listing, "page") for listing in listings]
        self._snapshot(scan_id, "raw_listings", listings_frame(found), when)
        if scores:
            self._snapshot(scan_id, "scores", scores_frame(scores, 1), when)
        return scan_id

    def charge(self, scan_id: UUID, credits: int, when: datetime) -> None:
        """One request of the scan that cost so much."""
        row = UsageRow(uuid4(), "amazon", "scraperapi", "amazon/search", 200, credits, when)
        with self.database.client(self.client_id) as c:
            put_usage(c, self.client_id, scan_id, [row])

    def flag(
        self,
        scan_id: UUID,
        listing_id: str,
        when: datetime,
        sampled_chance: float | None = None,
        flagged_by: str | None = None,
    ) -> UUID:
        """The case of the listing, of probability 0.95, or 0.2 where it was sampled."""
        probability = 0.2 if sampled_chance else 0.95
        self.cases[listing_id] = uuid4()
        with self.database.client(self.client_id) as c:
            c.execute(
                "INSERT INTO cases (client_id, case_id, provider, listing_id, probability, scan_id,"
                " config_version, first_flagged_at, sampled_chance, flagged_by)"
                " VALUES (%s, %s, 'amazon', %s, %s, %s, 1, %s, %s, %s)",
                (
                    *(self.client_id, self.cases[listing_id], listing_id, probability, scan_id),
                    *(when, sampled_chance, flagged_by),
                ),
            )
        return self.cases[listing_id]

    def decide(self, listing_id: str, decision: str, when: datetime, number: int = 1) -> None:
        """A decision on the listing's case."""
        case_id = self.cases[listing_id]
        decided = None if decision == "unsure" else decision
        with self.database.client(self.client_id) as c:
            c.execute(
                "INSERT INTO decisions (client_id, case_id, decision_no, decision, reason,"
                " decided_by, decided_at) VALUES (%s, %s, %s, %s, '', 'user:ann', %s)",
                (self.client_id, case_id, number, decision, when),
            )
            c.execute(
                "UPDATE cases SET state = %s, decision = %s WHERE client_id = %s AND case_id = %s",
                ("decided" if decided else "open", decided, self.client_id, case_id),
            )

    def notice(self, listing_id: str, channel: str, states: Mapping[str, datetime]) -> None:
        """A notice about the listing's case with the moments of its states, the oldest first."""
        notice_id = uuid4()
        with self.database.client(self.client_id) as c:
            c.execute(
                "INSERT INTO notices (client_id, notice_id, case_id, channel, state, fields, holds,"
                " config_version, created_at) VALUES (%s, %s, %s, %s, %s, '{}', '[]', 1, %s)",
                (
                    *(self.client_id, notice_id, self.cases[listing_id], channel),
                    *([*states][-1], min(states.values())),
                ),
            )
            for number, (state, when) in enumerate(states.items(), start=1):
                c.execute(
                    "INSERT INTO notice_changes VALUES (%s, %s, %s, %s, '', 'user:ann', %s)",
                    (self.client_id, notice_id, number, state, when),
                )

    def fate(
        self, listing_id: str, presence: str, scan_id: UUID, when: datetime, number: int = 1
    ) -> None:
        """The listing is noticed gone or listed again."""
        with self.database.client(self.client_id) as c:
            c.execute(
                "INSERT INTO case_presences VALUES (%s, %s, %s, %s, %s, %s)",
                (self.client_id, self.cases[listing_id], number, presence, scan_id, when),
            )

    def _snapshot(self, scan_id: UUID, asset: str, frame: pl.DataFrame, when: datetime) -> None:
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        content = buffer.getvalue()
        sha256 = sha256_hex(content)
        key = snapshot_key(self.client_id, asset, "amazon", str(scan_id), sha256)
        self.objects.put_once(key, content)
        row = SnapshotRow(
            snapshot_id=uuid4(),
            scan_id=scan_id,
            provider="amazon",
            asset=asset,
            dagster_run_id=str(scan_id),
            object_key=key,
            sha256=sha256,
            row_count=frame.height,
            size_bytes=len(content),
            created_at=when,
        )
        with self.database.client(self.client_id) as c:
            put_snapshot(c, self.client_id, row)


def told_client(
    database: Database, objects: ObjectStore, client_id: str = "acme"
) -> ReportedClient:
    """A client of whose week every measure can be told.

    Five listings were seen in it, two of them infringing at its end; one that was infringing the
    week before is gone.
    """
    client = ReportedClient(database, objects, client_id)
    before = client.scan(at(-5), [offer("A"), offer("B", seller="S-2")])
    for listing_id in ("A", "B"):
        client.flag(before, listing_id, at(-5))
        client.decide(listing_id, "infringing", at(-5, 15))
    client.charge(before, 30, at(-5))
    shares = {"A": priced(0.4), "C": priced(0.5), "D": priced(1.2), "E": priced(0.9)}
    listings = [offer("A", 100), offer("C", 20), offer("D", None), offer("E", 5), offer("F", 5)]
    scan_id = client.scan(at(1), listings, shares)
    client.scan(at(3), listings[:2])
    client.charge(scan_id, 50, at(1))
    for listing_id in ("C", "D", "E"):
        client.flag(scan_id, listing_id, at(1))
    client.flag(scan_id, "F", at(1), sampled_chance=0.1)
    client.decide("C", "infringing", at(2))
    client.decide("D", "not_infringing", at(2))
    client.decide("F", "not_infringing", at(2))
    client.notice("A", "dmca", {"drafted": at(-4), "sent": at(-4), "rejected": at(0)})
    client.notice("B", "dmca", {"drafted": at(-4), "sent": at(-4), "accepted": at(0)})
    client.fate("B", "gone", scan_id, at(1))
    client.decide("C", "not_infringing", at(9), number=2)  # after the week: it tells nothing of it
    return client
