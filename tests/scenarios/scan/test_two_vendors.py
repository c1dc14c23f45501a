"""eBay read by two vendors in turn: the same rows, each vendor's own books, and photos as words."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

import pytest

from infringement_dagster.collecting.page_requests import page_request_document
from infringement_dagster.domain.counts import end_state, read_counts
from infringement_dagster.domain.listing import Rank
from resources.postgres.cases import case_store
from resources.postgres.clients import client_store
from resources.postgres.listings import history_query, listing_store
from resources.postgres.scans import intervention_store, outcome_store, run_store, scan_store
from resources.postgres.scans.records import RunRow, ScanRow
from resources.providers.authorization.client_credentials import forget_tokens
from resources.providers.sandbox.catalogue import Catalogue
from tests.scenarios.scan.conftest import CLIENT, Install
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.sandbox_processes import StartSandbox
from tests.support.stored import listings_of_scan, unsettled_credits

PROVIDER = "ebay"
OTHER_THINGS = "garden hose"  # words that no listing of the brand answers to
PHOTOS = len(demo_client(CLIENT).reference_photos)
FAULTS = (
    *("--fault-401-rate", "0.06", "--fault-429-rate", "0.04", "--fault-500-rate", "0.06"),
    *("--fault-timeout-rate", "0.04", "--fault-empty-rate", "0.06"),
    *("--fault-truncated-rate", "0.04", "--odd-value-rate", "0.1", "--seed", "5"),
    *("--slow-seconds", "0.01", "--timeout-seconds", "0.05", "--filler-rows", "130"),
)


@pytest.fixture(autouse=True)
def no_tokens() -> None:
    forget_tokens()


def searching(installed: Installation, **search: object) -> None:
    wanted = {"queries": ["kelvarra"], "pages_max": 1, "details_max": 0, **search}
    config = {**demo_client(CLIENT).config, "searches": {PROVIDER: wanted}}
    save_config(installed.database, CLIENT, config, created_by="test")


def scanned(
    installed: Installation, scan: ScanRow | None = None, *, whole: bool = False
) -> ScanRow:
    scan = scan or installed.request(CLIENT, PROVIDER)
    assets = None if whole else ["raw_listings"]
    assert installed.execute(scan, PROVIDER, assets).success
    return scan


def ids_of(installed: Installation, scan: ScanRow) -> list[str]:
    with installed.database.client(CLIENT) as c:
        found = listings_of_scan(c, CLIENT, scan.scan_id, PROVIDER)
    return [listing.listing_id for listing in found]


def usage_of(installed: Installation, scan: ScanRow) -> dict[str, tuple[int, int]]:
    """By endpoint the calls and credits in the books of the scan."""
    with installed.database.client(CLIENT) as c:
        rows = c.execute(
            "SELECT endpoint, count(*), sum(credits)::int FROM provider_usage "
            "WHERE client_id = %s AND scan_id = %s GROUP BY 1",
            (CLIENT, scan.scan_id),
        ).fetchall()
    return {endpoint: (calls, credits) for endpoint, calls, credits in rows}


def run_of(installed: Installation, scan: ScanRow) -> RunRow:
    with installed.database.client(CLIENT) as c:
        return scan_store.get_scan(c, CLIENT, scan.scan_id).runs[0]


def told(url: str, path: str) -> dict[str, Any]:
    with urlopen(f"{url}{path}") as answer:
        read: dict[str, Any] = json.load(answer)
    return read


def test_the_same_listings_are_the_same_rows_whoever_reads_them(
    kelvarra: Installation, sandbox_url: str
) -> None:
    searching(kelvarra)
    scraped = scanned(kelvarra)
    searching(kelvarra, vendor="ebay_browse")
    before = told(sandbox_url, "/sandbox/ledger")["sandbox"]
    browsed = scanned(kelvarra)
    books = told(sandbox_url, "/sandbox/ledger")["sandbox"]
    searching(kelvarra, vendor="scraperapi")
    back = scanned(kelvarra)
    first = ids_of(kelvarra, scraped)
    assert len(first) > 50
    assert first == ids_of(kelvarra, browsed) == ids_of(kelvarra, back)
    with kelvarra.database.client(CLIENT) as c:
        assert listing_store.count_listings(c, CLIENT) == len(first)
        row = listing_store.get_listing(c, CLIENT, PROVIDER, first[0])
        assert (row.first_scan_id, row.last_scan_id) == (scraped.scan_id, back.scan_id)
        looks = history_query.looks_at(c, CLIENT, PROVIDER, first[0])
        assert unsettled_credits(c, CLIENT, browsed.scan_id) == 0
    assert usage_of(kelvarra, scraped) == {"ebay/search/v2": (1, 1)}
    assert usage_of(kelvarra, browsed) == {"item_summary/search": (1, 0)}
    assert books["requests"] == before["requests"] + 1
    assert books["credits"] == before["credits"]
    assert run_of(kelvarra, browsed).credits_charged == 0
    assert looks is not None


def test_switching_vendors_opens_no_case_twice_and_both_flag_what_is_planted(
    kelvarra: Installation,
) -> None:
    def cases() -> set[str]:
        with kelvarra.database.client(CLIENT) as c:
            rows = case_store.list_cases(c, CLIENT, 1000, origin="flagged")
        assert len(rows) == len({case.listing_id for case in rows})
        return {case.listing_id for case in rows}

    searching(kelvarra, pages_max=3)
    scanned(kelvarra, whole=True)
    flagged = cases()
    searching(kelvarra, pages_max=3, vendor="ebay_browse", details_max=3)
    browsed = scanned(kelvarra, whole=True)
    assert flagged == cases()
    assert flagged >= Catalogue().planted(CLIENT) & set(ids_of(kelvarra, browsed))
    items = [name for name in usage_of(kelvarra, browsed) if name.startswith("item/")]
    assert len(items) == 3
    with kelvarra.database.client(CLIENT) as c:
        described = [listing_store.get_listing(c, CLIENT, PROVIDER, name[10:22]) for name in items]
    assert all(row.brand and row.category for row in described)


def test_photos_find_what_no_words_do_and_each_says_by_which(kelvarra: Installation) -> None:
    searching(kelvarra, queries=[OTHER_THINGS], vendor="ebay_browse", photos_max=2)
    scan = scanned(kelvarra, whole=True)
    found = set(ids_of(kelvarra, scan))
    copies = Catalogue().planted(CLIENT) & found
    assert copies
    assert usage_of(kelvarra, scan) == {
        "item_summary/search": (1, 0),
        "item_summary/search_by_image": (2, 0),
    }
    with kelvarra.database.client(CLIENT) as c:
        photos = {p.reference_id: p for p in client_store.reference_photos(c, CLIENT)}
        by_photo = {
            listing_id: history_query.photo_that_found(c, CLIENT, PROVIDER, listing_id)
            for listing_id in found
        }
        words = history_query.rank_of(c, CLIENT, PROVIDER, next(iter(found - _found(by_photo))))
        cases = {c.listing_id for c in case_store.list_cases(c, CLIENT, 1000, origin="flagged")}
        key = c.execute(
            "SELECT DISTINCT reference_id FROM sightings WHERE reference_id IS NOT NULL"
        ).fetchall()
    assert isinstance(words, Rank)
    assert words.query == OTHER_THINGS
    assert copies <= _found(by_photo) & cases
    told_by = {told.reference_id for told in by_photo.values() if told}
    assert told_by == {reference for (reference,) in key}
    assert all(
        told is None or told.file_name == photos[told.reference_id].file_name
        for told in by_photo.values()
    )
    notes = [
        page_request_document(kelvarra.objects, key)
        for key in kelvarra.objects.keys(f"clients/{CLIENT}/pages/{scan.scan_id}/")
        if not key.endswith(".request.json")
    ]
    asked_by = {
        str(note["params"]["reference_id"])  # type: ignore[index]  # JSON
        for note in notes
        if note["endpoint"] == "item_summary/search_by_image"
    }
    assert {str(reference) for reference in told_by} <= asked_by
    assert all(note["params"]["X-EBAY-C-MARKETPLACE-ID"] == "EBAY_US" for note in notes)  # type: ignore[index]


def _found(by_photo: dict[str, history_query.FoundByPhoto | None]) -> set[str]:
    return {listing_id for listing_id, told in by_photo.items() if told}


def test_a_third_of_the_answers_goes_wrong_and_everything_is_accounted_for(
    install: Install, start_sandbox: StartSandbox
) -> None:
    url = start_sandbox(*FAULTS)
    installed = install(url)
    queries = [f"{OTHER_THINGS} {number}" for number in range(10)]
    searching(installed, queries=queries, pages_max=3, vendor="ebay_browse", photos_max=PHOTOS)
    scan = scanned(installed)
    run = run_of(installed, scan)
    counts = read_counts(run.counts)["raw_listings"]
    with installed.database.client(CLIENT) as c:
        outcomes = outcome_store.item_outcomes(c, CLIENT, scan.scan_id, PROVIDER, "raw_listings")
        assert listing_store.count_listings(c, CLIENT) == counts.stored > 0
        assert unsettled_credits(c, CLIENT, scan.scan_id) == 0
    assert counts.add_up
    assert counts.failed == sum(item.outcome == "failed" for item in outcomes) > 0
    books = told(url, "/sandbox/ledger")["sandbox"]
    calls = sum(calls for calls, _ in usage_of(installed, scan).values())
    assert calls == books["statuses"].get("200", 0) + books["statuses"].get("404", 0)
    assert books["credits"] == run.credits_charged == 0
    assert run.counts["raw_listings"]["photos_read"]  # type: ignore[index]  # JSON
    # Each 401 costs a token, and no more of them are asked for than that.
    assert told(url, "/sandbox/tokens")["sandbox"] <= 1 + books["statuses"].get("401", 0)


def test_a_used_up_quota_ends_the_asking_and_a_retry_goes_on_where_it_ended(
    install: Install, start_sandbox: StartSandbox
) -> None:
    url = start_sandbox("--browse-calls-a-day", "3")
    installed = install(url)
    queries = [f"{OTHER_THINGS} {number}" for number in range(8)]
    searching(installed, queries=queries, vendor="ebay_browse", photos_max=2)
    scan = scanned(installed)
    with installed.database.client(CLIENT) as c:
        outcomes = outcome_store.item_outcomes(c, CLIENT, scan.scan_id, PROVIDER, "raw_listings")
        run = scan_store.get_scan(c, CLIENT, scan.scan_id).runs[0]
        run_store.finish_run(c, CLIENT, scan.scan_id, PROVIDER, run.epoch, end_state(run.counts))
    failed = [outcome for outcome in outcomes if outcome.outcome == "failed"]
    assert {outcome.reason for outcome in failed} == {"quota_used_up"}
    assert len(failed) == 8 - 3 + 2
    assert any("photo '" in outcome.item_key for outcome in failed)
    # Those under way when the first was refused, one by photo, and nothing after.
    assert told(url, "/sandbox/ledger")["sandbox"]["requests"] <= 3 + 5 + 2
    installed.environment["INFRINGEMENT_SANDBOX_URL"] = start_sandbox()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFRINGEMENT_SANDBOX_URL", installed.environment["INFRINGEMENT_SANDBOX_URL"])
        with installed.database.client(CLIENT) as c:
            intervention_store.retry_scan(c, CLIENT, scan.scan_id)
        scanned(installed, scan)
        again = told(installed.environment["INFRINGEMENT_SANDBOX_URL"], "/sandbox/ledger")
    assert again["sandbox"]["requests"] == len(failed)
    counts = read_counts(run_of(installed, scan).counts)["raw_listings"]
    assert (counts.failed, counts.add_up) == (0, True)


def test_wrong_credentials_fail_the_run_for_good_with_what_to_correct(
    install: Install, start_sandbox: StartSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start_sandbox()
    installed = install(url)
    searching(installed, queries=["a", "b", "c"], vendor="ebay_browse")
    monkeypatch.setenv("EBAY_URL", url)
    monkeypatch.setenv("EBAY_CLIENT_ID", "ours")
    scan = installed.request(CLIENT, PROVIDER)
    result = installed.execute(scan, PROVIDER, ["raw_listings"])
    assert not result.success
    assert "set EBAY_CLIENT_SECRET for every process" in _error_of(result)
    monkeypatch.setenv("EBAY_CLIENT_SECRET", "refused")
    result = installed.execute(installed.request(CLIENT, PROVIDER), PROVIDER, ["raw_listings"])
    assert not result.success
    assert "correct EBAY_CLIENT_ID and EBAY_CLIENT_SECRET" in _error_of(result)
    assert "'refused'" not in _error_of(result)
    assert told(url, "/sandbox/ledger") == {}
    with installed.database.client(CLIENT) as c:
        assert unsettled_credits(c, CLIENT, scan.scan_id) == 0


def _error_of(result: Any) -> str:
    (event,) = (
        result.get_step_failure_events()
        if hasattr(result, "get_step_failure_events")
        else [event for event in result.all_events if event.is_step_failure]
    )
    return str(event.event_specific_data.error)
