"""A file of listings: imported, scanned through Dagster as any provider is, and flagged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infringement_dagster.cli.clients.whole_listing import find_listing, listing_lines
from infringement_dagster.cli.stack.demo_file import COPIES, import_demo_file
from infringement_dagster.collecting.import_listings import (
    GivenFile,
    ListingImport,
    first_faults,
)
from infringement_dagster.collecting.page_requests import page_request_document
from infringement_dagster.domain.counts import read_counts
from infringement_dagster.scans.request import NoSuchSearch, request_scan
from resources.postgres.cases import case_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.listings import history_query, listing_store
from resources.postgres.listings.import_store import ImportRow
from resources.postgres.listings.listing_store import UnknownListing
from resources.postgres.scans import outcome_store, scan_store
from resources.postgres.scans.records import ScanRow
from resources.providers.files.provider import EVERY_IMPORT
from resources.providers.sandbox.catalogue import Catalogue
from tests.scenarios.scan.conftest import CLIENT
from tests.support.installation import Installation, demo_client, metadata_of
from tests.support.listing_files import HOST, offers, write_csv, write_json_lines
from tests.support.onboarding import save_config
from tests.support.stored import credits_of_scan, listings_of_scan

PROVIDER = "file"


def searching(installed: Installation, *names: str) -> None:
    config = demo_client(CLIENT).config
    searches = {PROVIDER: {"queries": list(names), "pages_max": 1}}
    save_config(installed.database, CLIENT, {**config, "searches": searches}, created_by="test")


def imported(installed: Installation, path: Path, name: str | None = None) -> ImportRow:
    given = GivenFile.named(path, path.name, name)
    return ListingImport(installed.database, installed.objects, CLIENT, given, COMMAND_LINE).run()


def ended(installed: Installation, scan: ScanRow) -> ScanRow:
    with installed.database.client(CLIENT) as c:
        return scan_store.get_scan(c, CLIENT, scan.scan_id)


def flagged(installed: Installation) -> set[str]:
    with installed.database.client(CLIENT) as c:
        cases = case_store.list_cases(c, CLIENT, 1000, origin="flagged")
    return {case.listing_id for case in cases}


def test_what_is_planted_in_a_file_is_flagged_and_costs_nothing(
    kelvarra: Installation, sandbox_url: str, tmp_path: Path
) -> None:
    rows = offers("kelvarra", sandbox_url)
    read = imported(kelvarra, write_json_lines(tmp_path / "kelmarkt.jsonl", rows))
    assert (read.name, read.stored, read.failed) == ("kelmarkt", len(rows), 0)
    searching(kelvarra, EVERY_IMPORT)
    scan = kelvarra.request(CLIENT, PROVIDER)
    result = kelvarra.execute(scan, PROVIDER)
    assert result.success
    planted = Catalogue().planted(CLIENT) & {str(row["listing_id"]) for row in rows}
    assert planted
    assert flagged(kelvarra) == {f"{HOST}:{listing_id}" for listing_id in planted}
    counts = read_counts(ended(kelvarra, scan).runs[0].counts)
    assert counts["raw_listings"].stored == len(rows)
    assert all(step.add_up for step in counts.values())
    assert metadata_of(result, "raw_listings")["credits"] == 0
    with kelvarra.database.client(CLIENT) as c:
        assert credits_of_scan(c, CLIENT, scan.scan_id) == {PROVIDER: 0}


def test_the_newest_file_of_a_name_is_what_a_scan_reads(
    kelvarra: Installation, tmp_path: Path
) -> None:
    rows = offers("anything else")
    first = write_csv(tmp_path / "week-1.csv", rows[:4], delimiter=";")
    imported(kelvarra, first, "kelmarkt")
    imported(kelvarra, write_csv(tmp_path / "other.csv", rows[6:8]))
    searching(kelvarra, "kelmarkt")
    asked_before = kelvarra.request(CLIENT, PROVIDER)
    imported(kelvarra, write_csv(tmp_path / "week-2.csv", rows[2:6]), "kelmarkt")
    asked_after = kelvarra.request(CLIENT, PROVIDER)
    for scan, seen in ((asked_before, rows[:4]), (asked_after, rows[2:6])):
        kelvarra.execute(scan, PROVIDER, ["raw_listings"])
        with kelvarra.database.client(CLIENT) as c:
            listings = listings_of_scan(c, CLIENT, scan.scan_id, PROVIDER)
        ids = [f"{HOST}:{row['listing_id']}" for row in seen]
        assert sorted(listing.listing_id for listing in listings) == sorted(ids)
    with kelvarra.database.client(CLIENT) as c:
        assert listing_store.count_listings(c, CLIENT) == 6  # one row, in however many files
        assert history_query.rank_of(c, CLIENT, PROVIDER, ids[0]) is None


def test_a_search_for_a_file_that_was_not_imported_says_which_there_are(
    kelvarra: Installation, tmp_path: Path
) -> None:
    imported(kelvarra, write_json_lines(tmp_path / "kelmarkt.jsonl", offers("anything")[:3]))
    searching(kelvarra, "kelmarket", "kelmarkt")
    scan = kelvarra.request(CLIENT, PROVIDER)
    kelvarra.execute(scan, PROVIDER, ["raw_listings"])
    with kelvarra.database.client(CLIENT) as c:
        outcomes = outcome_store.item_outcomes(c, CLIENT, scan.scan_id, PROVIDER, "raw_listings")
    (failed,) = outcomes
    assert (failed.outcome, failed.reason) == ("failed", "not_found")
    assert "no import 'kelmarket'" in (failed.detail or "")
    assert "(those there were: kelmarkt)" in (failed.detail or "")
    counts = read_counts(ended(kelvarra, scan).runs[0].counts)["raw_listings"]
    assert (counts.found, counts.stored, counts.failed) == (4, 3, 1)


def test_evidence_names_the_file_and_the_line_of_a_listing(
    kelvarra: Installation, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "kelmarkt.csv", offers("kelvarra"))
    kept = imported(kelvarra, path)
    searching(kelvarra, "kelmarkt")
    scan = kelvarra.request(CLIENT, PROVIDER)
    kelvarra.execute(scan, PROVIDER, ["raw_listings"])
    pages = [
        key
        for key in kelvarra.objects.keys(f"clients/{CLIENT}/pages/{scan.scan_id}/{PROVIDER}")
        if not key.endswith(".request.json")
    ]
    (page,) = pages
    document = json.loads(kelvarra.objects.get(page))
    assert (document["file"]["file_name"], document["file"]["sha256"]) == (
        "kelmarkt.csv",
        kept.sha256,
    )
    assert [row["line"] for row in document["rows"]][:3] == [2, 3, 4]
    asked = page_request_document(kelvarra.objects, page)
    assert (asked["vendor"], asked["endpoint"]) == ("file", "imports")
    assert (
        kelvarra.objects.get(f"clients/{CLIENT}/imports/{kept.sha256}/original")
        == path.read_bytes()
    )


def test_no_file_is_scanned_that_the_config_does_not_search(
    kelvarra: Installation, tmp_path: Path
) -> None:
    imported(kelvarra, write_csv(tmp_path / "kelmarkt.csv", offers("anything")[:2]))
    with (
        kelvarra.database.client(CLIENT) as c,
        pytest.raises(NoSuchSearch, match="has no search at file"),
    ):
        request_scan(c, CLIENT, [PROVIDER], requested_by="test")


def test_the_file_of_the_demo_is_imported_once_and_its_copies_are_flagged(
    kelvarra: Installation,
) -> None:
    kept = import_demo_file(kelvarra.database, kelvarra.objects, CLIENT)
    assert (kept.row_count, kept.stored, kept.failed) == (10, 9, 1)
    (fault,) = first_faults(kelvarra.objects, CLIENT, kept, 5)
    assert "price 'call us'" in fault.detail
    assert import_demo_file(kelvarra.database, kelvarra.objects, CLIENT) == kept
    searching(kelvarra, kept.name)
    kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    assert flagged(kelvarra) == COPIES
    row, whole = find_listing(kelvarra.database, CLIENT, PROVIDER, min(COPIES))
    told = {name: (value, source) for name, value, source in listing_lines(row, whole)}
    assert told["Price"] == ("8.90 EUR", "imported")
    assert told["Description"] == ("Same factory, no box.", "imported")
    with pytest.raises(UnknownListing, match="knows no listing B0 of amazon"):
        find_listing(kelvarra.database, CLIENT, "amazon", "B0")
