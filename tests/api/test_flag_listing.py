"""Flagging a listing by hand through the API."""

from __future__ import annotations

from infringement_dagster.domain.listing import FoundListing
from infringement_dagster.snapshots.listings import listings_frame
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import listing_store, score_store
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller, CallerOf
from tests.support.scene import a_listing, a_score
from tests.support.snapshots import keep_table

ADDRESS = "listings/amazon/B01/flag"


def seen_below(database: Database, objects: ObjectStore) -> None:
    """Guarantees that the last scan of acme has seen B01 and scored it below the threshold."""
    scan_id, listing = flag_cases(database, "acme", 1, objects).scan_id, a_listing("B01")
    with database.client("acme") as c:
        listing_store.put_listings(c, "acme", scan_id, [listing])
        scores = {"B01": a_score(0.2)}
        score_store.put_scores(c, "acme", scan_id, "amazon", 1, scores)
    found = listings_frame([FoundListing(listing, "acme/page")])
    keep_table(database, objects, "acme", scan_id, "raw_listings", found)


def test_a_reviewer_flags_a_listing_once(
    acme: Caller, caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    seen_below(database, objects)
    opened = caller_of("acme", "reviewer")("POST", ADDRESS, expect=201).json()
    assert (opened["origin"], opened["state"], opened["listing_id"]) == ("by_hand", "open", "B01")
    assert acme("POST", ADDRESS, expect=200).json() == opened
    listed = acme("GET", "cases", params={"origin": "by_hand"}, expect=200).json()
    assert [case["case_id"] for case in listed["items"]] == [opened["case_id"]]
    evidence = acme("GET", f"cases/{opened['case_id']}", expect=200).json()["evidence"]
    assert {"provider_page", "listing_payload", "manifest"} <= {copy["kind"] for copy in evidence}
    events = acme("GET", "events/poll", params={"after": 0}, expect=200).json()["events"]
    (told,) = (event for event in events if event["type"] == "case.flagged_by_hand")
    assert told["body"]["case_id"] == opened["case_id"]
    trail = acme("GET", "audit", expect=200).json()["items"]
    (entry,) = (entry for entry in trail if entry["action"] == "case.flagged_by_hand")
    assert entry["subject"] == opened["case_id"]


def test_a_viewer_flags_nothing_and_a_strange_listing_is_not_there(
    acme: Caller, caller_of: CallerOf
) -> None:
    assert caller_of("acme", "viewer")("POST", ADDRESS).status_code == 403
    problem = acme("POST", ADDRESS, expect=404).json()
    assert problem["type"].endswith(":unknown-listing")
