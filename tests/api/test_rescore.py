from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from resources.postgres.database import Database
from resources.postgres.listings.history_query import looks_at
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.rescore_store import queue_rescore
from resources.postgres.scans.scan_store import queue_scan, scan_page
from resources.postgres.scans.snapshot_store import put_snapshot, scanned_snapshot
from resources.providers.registry import installed
from tests.api.case_scene import flag_cases
from tests.api.conftest import CONFIG, Caller
from tests.support.onboarding import save_config


@pytest.fixture
def scanned(acme: Caller, database: Database) -> Caller:
    """An admin of a client that was scanned at Amazon."""
    save_config(database, "acme", CONFIG, created_by="tests")
    leave(database, "raw_listings", "image_hashes")
    return acme


def leave(database: Database, *assets: str) -> str:
    """The id of a scan that has left these snapshots."""
    with database.client("acme") as c:
        scan = queue_scan(
            c, "acme", ["amazon"], trigger="request", requested_by="tests", config_version=1
        )
        for asset in assets:
            now, key = datetime.now(UTC), f"{scan.scan_id}/{asset}"
            row = SnapshotRow(
                uuid4(), scan.scan_id, "amazon", asset, "run", key, "0" * 64, 1, 1, now
            )
            put_snapshot(c, "acme", row)
    return str(scan.scan_id)


def test_a_saved_config_is_applied_by_a_scan_that_costs_nothing(scanned: Caller) -> None:
    saved = scanned(
        "PUT",
        "config?apply=true",
        json=CONFIG | {"fraud_terms": ["replica"]},
        headers={"If-Match": '"1"'},
        expect=200,
    ).json()
    scan = scanned("GET", f"scans/{saved['rescore_scan_id']}", expect=200).json()
    assert (scan["trigger"], scan["config_version"]) == ("rescore", 2)
    assert [run["provider"] for run in scan["runs"]] == ["amazon"]


def test_a_config_is_applied_once_for_each_key(scanned: Caller) -> None:
    key = {"Idempotency-Key": "once"}
    first = scanned("POST", "config/apply", headers=key, expect=202)
    again = scanned("POST", "config/apply", headers=key, expect=202)
    assert first.json() == again.json()
    assert scanned("GET", first.headers["location"]).json() == first.json()
    scanned("POST", "scans", json={"providers": ["amazon"]}, headers=key, expect=409)
    scanned("POST", "scans", json={"providers": ["amazon"]}, headers={"Idempotency-Key": "a"})
    scanned("POST", "config/apply", headers={"Idempotency-Key": "a"}, expect=409)


def test_a_listing_is_not_gone_because_a_config_was_applied(
    scanned: Caller, database: Database
) -> None:
    flag_cases(database, "acme", 1)
    with database.client("acme") as c:
        asked = queue_rescore(c, "acme", 1, "tests", installed().names)
        for scan_id in (row.scan_id for row in scan_page(c, "acme", 9)):
            c.execute(
                "UPDATE runs SET state = 'succeeded', finished_at = now() WHERE scan_id = %s",
                (scan_id,),
            )
        looks = looks_at(c, "acme", "amazon", "B00000")
    assert asked.scan_id not in {look.scan_id for look in looks}
    assert any(look.seen for look in looks)


def test_a_config_is_applied_to_nothing_where_nothing_is_stored(acme: Caller) -> None:
    saved = acme("PUT", "config?apply=true", json=CONFIG, headers={"If-Match": '"0"'}, expect=200)
    assert saved.json()["rescore_scan_id"] is None
    refused = acme("POST", "config/apply", expect=409).json()
    assert refused["type"].endswith(":nothing-stored")


def test_listings_and_photos_are_read_of_one_scan(scanned: Caller, database: Database) -> None:
    """A scan that has left its listings and still fetches their photos does not count."""
    with database.client("acme") as c:
        before = scanned_snapshot(c, "acme", "amazon", "raw_listings")
    unfinished = leave(database, "raw_listings")
    with database.client("acme") as c:
        after = scanned_snapshot(c, "acme", "amazon", "raw_listings")
    assert before is not None
    assert before == after
    assert str(before.scan_id) != unfinished
