"""A provider that fails in every way: the scan ends, the counts add up, the bill is right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.request import urlopen

import dagster as dg

from infringement_dagster.domain.counts import ItemCounts, end_state, read_counts
from infringement_dagster.domain.listing import Provider
from resources.postgres.events import event_store
from resources.postgres.listings import listing_store
from resources.postgres.scans import (
    intervention_store,
    outcome_store,
    run_store,
    scan_store,
)
from resources.postgres.scans.records import RunRow, ScanRow
from tests.scenarios.scan.conftest import CLIENT, Install
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.sandbox_processes import StartSandbox
from tests.support.stored import credits_of_scan, listings_of_scan
from tests.support.wire_server import Later, answer, wire_server

FAULTS = (
    *("--fault-429-rate", "0.08", "--fault-500-rate", "0.08", "--fault-timeout-rate", "0.04"),
    *("--fault-empty-rate", "0.06", "--fault-truncated-rate", "0.04", "--seed", "3"),
    *("--slow-seconds", "0.01", "--timeout-seconds", "0.05", "--filler-rows", "61"),
)
QUERIES = [f"garden hose {number}" for number in range(12)]


def search_for(
    installed: Installation, provider: Provider, queries: list[str], **search: int
) -> None:
    """The demo client's config with another search at one provider."""
    wanted = {"queries": queries, "marketplace": "com", "pages_max": 3, "details_max": 0, **search}
    document = {**demo_client(CLIENT).config, "searches": {provider: wanted}}
    save_config(installed.database, CLIENT, document, created_by="test")


def run_of(installed: Installation, scan: ScanRow) -> RunRow:
    with installed.database.client(CLIENT) as connection:
        return scan_store.get_scan(connection, CLIENT, scan.scan_id).runs[0]


def scanned(
    installed: Installation, scan: ScanRow, provider: Provider = "ebay"
) -> tuple[RunRow, dg.ExecuteInProcessResult]:
    """The run after one Dagster run, ended by its counts as the daemon's sensor would end it."""
    result = installed.execute(scan, provider)
    assert result.success
    run = run_of(installed, scan)
    with installed.database.client(CLIENT) as c:
        run_store.finish_run(c, CLIENT, scan.scan_id, provider, run.epoch, end_state(run.counts))
    return run_of(installed, scan), result


def counts_of(run: RunRow) -> dict[str, ItemCounts]:
    return read_counts(run.counts)


def ledger(url: str) -> Mapping[str, Mapping[str, int]]:
    with urlopen(f"{url}/sandbox/ledger") as books:
        read: dict[str, dict[str, int]] = json.load(books)
    return read


def test_a_third_of_all_answers_goes_wrong_and_everything_is_accounted_for(
    install: Install, start_sandbox: StartSandbox
) -> None:
    url = start_sandbox(*FAULTS)
    installed = install(url)
    search_for(installed, "ebay", QUERIES)
    scan = installed.request(CLIENT, "ebay")
    run, _ = scanned(installed, scan)
    counts = counts_of(run)["raw_listings"]
    with installed.database.client(CLIENT) as c:
        failed = outcome_store.item_outcomes(c, CLIENT, scan.scan_id, "ebay", "raw_listings")
        stored = listing_store.count_listings(c, CLIENT)
        charged = credits_of_scan(c, CLIENT, scan.scan_id)
    assert run.state == "partial"
    assert counts.add_up
    assert counts.stored == stored > 0
    assert counts.failed == sum(item.outcome == "failed" for item in failed) > 0
    books = ledger(url)["sandbox"]
    assert charged["ebay"] == books["credits"] == run.credits_charged
    asked = len({*_pages(run, "pages_read"), *_pages(run, "pages_failed")})
    assert books["requests"] <= max(1.1 * asked, asked + 3)


def _pages(run: RunRow, name: str) -> list[tuple[str, int]]:
    kept = run.counts["raw_listings"]
    assert isinstance(kept, dict)
    return [(query, page) for query, page in kept[name]]


def test_a_retry_asks_for_what_failed_and_nothing_else(install: Install) -> None:
    def page(*ids: int, later: bytes = b"") -> bytes:
        row = b'{"product_title": "Mug", "product_url": "https://www.ebay.com/itm/%d"}'
        rows = b", ".join(row % (10**11 + item_id) for item_id in ids)
        return answer(b'{"results": [%s], "next_pages": [%s]}' % (rows, later))

    first = page(1, 2, later=b'"https://e.example/?_pgn=2", "https://e.example/?_pgn=3"')
    gave_up = answer(b"", 400)
    with wire_server(first, gave_up, page(3), page(2, 4)) as vendor:
        installed = install(vendor.url)
        search_for(installed, "ebay", ["mug"])
        scan = installed.request(CLIENT, "ebay")
        run, _ = scanned(installed, scan)
        assert (run.state, len(vendor.requests)) == ("partial", 3)
        counts = counts_of(run)["raw_listings"]
        assert (counts.found, counts.stored, counts.failed) == (4, 3, 1)
        credits = run.credits_charged
        (failed,) = _pages(run, "pages_failed")

        with installed.database.client(CLIENT) as c:
            intervention_store.retry_scan(c, CLIENT, scan.scan_id)
        run, _ = scanned(installed, scan)
        assert len(vendor.requests) == 4
        assert f"page={failed[1]}" in vendor.requests[3].partition("\r\n")[0]
    counts = counts_of(run)["raw_listings"]
    assert (counts.found, counts.stored, counts.skipped, counts.failed) == (5, 4, 1, 0)
    assert run.credits_charged == credits + 1
    assert _pages(run, "pages_failed") == []
    with installed.database.client(CLIENT) as c:
        seen = listings_of_scan(c, CLIENT, scan.scan_id, "ebay")
    assert [listing.listing_id for listing in seen] == [str(10**11 + n) for n in (1, 2, 3, 4)]


def test_answers_that_nobody_takes_are_paid_for_all_the_same(install: Install) -> None:
    refused_late = Later(0.5, answer(b"", 401))
    with wire_server(refused_late, answer(b'{"results": []}')) as vendor:
        installed = install(vendor.url)
        search_for(installed, "ebay", ["mug", "cup"])
        scan = installed.request(CLIENT, "ebay")
        installed.execute(scan, "ebay")
    assert len(vendor.requests) == 2
    assert run_of(installed, scan).credits_charged == 1


def test_fields_that_a_provider_stops_filling_are_noticed(install: Install) -> None:
    def page(run_no: int, *, sellers: bool) -> bytes:
        rows = [
            {
                "product_title": f"Mug {number}",
                "product_url": f"https://www.ebay.com/itm/{10**11 + number}",
                "image": "https://127.0.0.1/forbidden.jpg",
                "item_price": {"value": 9.5 + run_no, "currency": "USD"},
                ("seller_name" if sellers else "sellerName"): "somebody",
            }
            for number in range(30)
        ]
        return answer(json.dumps({"results": rows, "next_pages": []}).encode())

    usual = [page(run_no, sellers=True) for run_no in range(4)]
    with wire_server(*usual, page(5, sellers=False)) as vendor:
        installed = install(vendor.url)
        search_for(installed, "ebay", ["mug"])
        verdicts = []
        for _ in range(5):
            scan = installed.request(CLIENT, "ebay")
            _, result = scanned(installed, scan)
            (check,) = (
                evaluation
                for evaluation in result.get_asset_check_evaluations()
                if evaluation.check_name == "field_fill_rate"
            )
            verdicts.append((check.passed, check.description))
    assert [passed for passed, _ in verdicts] == [True] * 4 + [False]
    assert "seller_name 0%" in str(verdicts[-1][1])
    with installed.database.client(CLIENT) as c:
        drifted = [
            e
            for e in event_store.events_after(c, CLIENT, 0, 10_000)
            if e.type == "provider.drifted"
        ]
    assert [event.scan_id for event in drifted] == [scan.scan_id]
    assert drifted[0].body["fields"] == {"seller_name": {"rate": 0.0, "usual": 1.0}}


def test_a_retry_after_a_refused_account_asks_for_what_is_left(install: Install) -> None:
    row = b'{"product_title": "Mug", "product_url": "https://www.ebay.com/itm/100000000001"}'
    first = b'{"results": [%s], "next_pages": ["https://e.example/?_pgn=2"]}' % row
    last = b'{"results": [], "next_pages": []}'
    with wire_server(answer(first), answer(b"", 403), answer(last)) as vendor:
        installed = install(vendor.url)
        search_for(installed, "ebay", ["mug"])
        scan = installed.request(CLIENT, "ebay")
        run, _ = scanned(installed, scan)
        assert (run.state, run.credits_charged) == ("partial", 1)
        assert _pages(run, "pages_failed") == [("mug", 2)]
        with installed.database.client(CLIENT) as c:
            intervention_store.retry_scan(c, CLIENT, scan.scan_id)
        run, _ = scanned(installed, scan)
    assert [request.partition("page=")[2][:1] for request in vendor.requests] == ["1", "2", "2"]
    assert (run.state, run.credits_charged) == ("succeeded", 2)
