"""A client with cases, written through the stores, for tests of the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Seller
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases import case_store, evidence_store
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.clients.client_store import save_config
from resources.postgres.database import Database
from resources.postgres.listings import score_store
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans import run_store
from tests.evidence.frozen import freeze
from tests.support.scene import NOON, a_listing, a_score, ask_for_scan

PAGE = b'{"asin": "B000"}'


@dataclass(frozen=True, slots=True)
class CaseScene:
    """A running scan of Amazon and its cases in order of listing id."""

    scan_id: UUID
    case_ids: list[UUID]


def flag_cases(
    database: Database, client_id: str, count: int, objects: ObjectStore | None = None
) -> CaseScene:
    """`count` cases, case n of probability 0.5 + n / (2 * count) and title `Bottle n`."""
    with database.client(client_id) as c:
        save_config(c, client_id, {"brands": []}, "tests")
        scan_id = ask_for_scan(c, client_id, "amazon")
        run_store.start_run(c, client_id, scan_id, "amazon", f"dagster-{scan_id}")
    case_ids = [
        case_id
        for first in range(0, count, 500)
        for case_id in flag_more(
            database, client_id, scan_id, range(first, min(first + 500, count)), count
        )
    ]
    if objects is not None:
        objects.put_once(f"{client_id}/page", PAGE)
        copy = EvidenceRow(
            case_ids[0],
            "provider_page",
            f"{client_id}/page",
            sha256_hex(PAGE),
            len(PAGE),
            "application/json",
            scan_id,
            NOON,
        )
        with database.client(client_id) as c:
            evidence_store.put_evidence(c, client_id, [copy])
        freeze(database, objects, client_id, case_ids[0], scan_id)
    return CaseScene(scan_id, case_ids)


def flag_more(
    database: Database, client_id: str, scan_id: UUID, numbers: Sequence[int], count: int
) -> list[UUID]:
    """The ids of the cases with these numbers."""
    listings = [
        replace(
            a_listing(f"B{number:05}", title=f"Bottle {number}"),
            seller=Seller("Cheap & Co" if number % 2 else "=Sly", None),
        )
        for number in numbers
    ]
    probabilities = {
        listing.listing_id: min(1.0, 0.5 + number / (2 * count))
        for listing, number in zip(listings, numbers, strict=True)
    }
    with database.client(client_id) as c:
        put_listings(c, client_id, scan_id, listings)
        scores = {key: a_score(value) for key, value in probabilities.items()}
        score_store.put_scores(c, client_id, scan_id, "amazon", 1, scores)
        flags = [CaseFlag(key, value, "stolen_photo") for key, value in probabilities.items()]
        flagged = case_store.flag_cases(c, client_id, scan_id, "amazon", 1, flags)
    return [item.case_id for item in flagged]
