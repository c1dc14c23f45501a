from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from resources.postgres.database import Database
from resources.postgres.listings import score_store
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans import run_store
from tests.api.conftest import CONFIG, Caller
from tests.support.onboarding import save_config
from tests.support.scene import a_listing, a_score


@pytest.fixture
def configured(acme: Caller, database: Database) -> Caller:
    save_config(database, "acme", CONFIG, created_by="tests")
    return acme


def test_a_scan_is_asked_for_seen_and_listed(configured: Caller) -> None:
    answer = configured("POST", "scans", json={}, expect=202)
    scan = answer.json()
    assert configured("GET", answer.headers["location"]).json() == scan
    assert [run["provider"] for run in scan["runs"]] == ["amazon", "ebay"]
    assert {run["state"] for run in scan["runs"]} == {"queued"}
    assert (scan["trigger"], scan["requested_by"][:4]) == ("request", "key:")
    newer = configured("POST", "scans", json={"providers": ["ebay"]}, expect=202).json()
    page = configured("GET", "scans?limit=1").json()
    rest = configured("GET", f"scans?limit=5&cursor={page['next_cursor']}").json()
    assert [page["items"], rest["items"]] == [[newer], [scan]]
    assert rest["next_cursor"] is None


def test_a_scan_needs_a_config_that_searches(acme: Caller, database: Database) -> None:
    assert acme("POST", "scans", json={}, expect=404).json()["type"].endswith(":no-config")
    save_config(database, "acme", CONFIG, created_by="tests")
    refused = acme("POST", "scans", json={"providers": ["walmart"]}, expect=422).json()
    assert refused["errors"][0]["pointer"] == "/providers"


def test_fifty_equal_requests_for_each_of_twenty_keys_make_twenty_scans(
    configured: Caller,
) -> None:
    keys = [f"key-{number}" for number in range(20) for _ in range(50)]
    with ThreadPoolExecutor(50) as threads:
        answers = list(
            threads.map(
                lambda key: configured("POST", "scans", json={}, headers={"Idempotency-Key": key}),
                keys,
            )
        )
    assert {answer.status_code for answer in answers} == {202}
    made = {(key, answer.json()["scan_id"]) for key, answer in zip(keys, answers, strict=True)}
    assert len(made) == len({key for key, _ in made}) == 20
    assert len(configured("GET", "scans?limit=200").json()["items"]) == 20


def test_a_key_that_named_another_request_is_refused(configured: Caller) -> None:
    key = {"Idempotency-Key": "once"}
    configured("POST", "scans", json={"providers": ["ebay"]}, headers=key, expect=202)
    refused = configured("POST", "scans", json={}, headers=key, expect=409).json()
    assert refused["type"].endswith(":idempotency-key-reused")


def test_cancelling_ends_what_waits_and_retrying_needs_a_failure(configured: Caller) -> None:
    scan = configured("POST", "scans", json={}, expect=202).json()
    path = f"scans/{scan['scan_id']}"
    assert configured("POST", f"{path}/retry").status_code == 409
    cancelled = configured("POST", f"{path}/cancel", expect=202).json()
    assert cancelled["state"] == "cancelled"
    assert {run["state"] for run in cancelled["runs"]} == {"cancelled"}


def test_the_scores_of_a_scan_are_paged(configured: Caller, database: Database) -> None:
    scan = configured("POST", "scans", json={"providers": ["amazon"]}, expect=202).json()
    with database.client("acme") as c:
        run_store.start_run(c, "acme", scan["scan_id"], "amazon", "dagster-1")
        listings = [a_listing(f"B{number:02}") for number in range(7)]
        put_listings(c, "acme", scan["scan_id"], listings)
        scores = {listing.listing_id: a_score(n / 10) for n, listing in enumerate(listings)}
        score_store.put_scores(c, "acme", scan["scan_id"], "amazon", 1, scores)
    path = f"scans/{scan['scan_id']}/scores?limit=3&probability_min=0.2"
    first = configured("GET", path, expect=200).json()
    rest = configured("GET", f"{path}&cursor={first['next_cursor']}", expect=200).json()
    found = first["items"] + rest["items"]
    assert [item["listing_id"] for item in found] == ["B02", "B03", "B04", "B05", "B06"]
    signals = {item["name"]: item for item in found[0]["signals"]}
    assert signals["photo"]["value"] == 0.9
    assert (signals["price"]["value"], signals["price"]["unavailable"]) == (None, "no price")
