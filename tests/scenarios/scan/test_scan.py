from __future__ import annotations

import dagster as dg
import pytest

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.counts import read_counts, skipped_because
from infringement_dagster.domain.listing import Provider
from resources.objects.store import sha256_hex
from resources.postgres.cases import case_store, evidence_store, group_store
from resources.postgres.clients import limit_store
from resources.postgres.events import event_store
from resources.postgres.listings import listing_store
from resources.postgres.scans import outcome_store, scan_store
from resources.postgres.scans.records import ScanRow
from resources.providers.sandbox.catalogue import Catalogue
from tests.support.installation import Installation, demo_client, execute_scan, metadata_of
from tests.support.onboarding import save_config
from tests.support.stored import credits_of_scan

CLIENT = "kelvarra"
PROVIDER: Provider = "ebay"
PROGRESS_WORDS = {"provider", "phase", "done", "total", "per_second", "found", "flagged"}


def scanned(installed: Installation) -> tuple[ScanRow, dg.ExecuteInProcessResult]:
    requested = installed.request(CLIENT, PROVIDER)
    result = installed.execute(requested, PROVIDER)
    with installed.database.client(CLIENT) as connection:
        return scan_store.get_scan(connection, CLIENT, requested.scan_id), result


def stored_counts(installed: Installation) -> tuple[int, int, int]:
    with installed.database.client(CLIENT) as connection:
        cases = case_store.list_cases(connection, CLIENT, 1000)
        evidence = [evidence_store.evidence_of(connection, CLIENT, case.case_id) for case in cases]
        return (
            listing_store.count_listings(connection, CLIENT),
            len(cases),
            sum(len(rows) for rows in evidence),
        )


def test_a_scan_flags_exactly_what_was_planted(kelvarra: Installation) -> None:
    scan, result = scanned(kelvarra)
    assert result.success
    with kelvarra.database.client(CLIENT) as connection:
        cases = case_store.list_cases(connection, CLIENT, 1000, origin="flagged")
        flagged = {row.listing_id for row in cases}
        assert group_store.ungrouped_cases(connection, CLIENT, 1) == []
    catalogue = Catalogue()
    offered = {item.listing_id for item in catalogue.find(PROVIDER, "kelvarra")}
    assert flagged
    assert flagged == catalogue.planted(CLIENT) & offered
    assert scan.runs[0].dagster_run_id == result.run_id


def test_a_scan_samples_a_few_of_the_others_and_counts_them_apart(kelvarra: Installation) -> None:
    scan, result = scanned(kelvarra)
    with kelvarra.database.client(CLIENT) as connection:
        sampled = case_store.list_cases(connection, CLIENT, 1000, origin="sampled")
        events = event_store.events_after(connection, CLIENT, 0, 10_000)
    assert len(sampled) == 5
    assert all(case.probability < 0.5 for case in sampled)
    told = [event.body["case_id"] for event in events if event.type == "case.sampled"]
    assert set(told) == {str(case.case_id) for case in sampled}
    assert metadata_of(result, "flagged_cases")["sampled"] == 5
    counts = scan.runs[0].counts["flagged_cases"]
    assert isinstance(counts, dict)
    assert counts["sampled"] == 5
    assert counts["stored"] == sum(event.type == "case.flagged" for event in events)


def test_every_item_is_stored_skipped_or_failed(kelvarra: Installation) -> None:
    scan, result = scanned(kelvarra)
    counts = read_counts(scan.runs[0].counts)
    assert set(counts) == {"raw_listings", "image_hashes", "scores", "flagged_cases"}
    assert all(step.add_up for step in counts.values())
    listings = counts["raw_listings"]
    with kelvarra.database.client(CLIENT) as connection:
        assert listing_store.count_listings(connection, CLIENT) == listings.stored
        missed = outcome_store.item_outcomes(
            connection, CLIENT, scan.scan_id, PROVIDER, "raw_listings"
        )
    assert len(missed) == listings.skipped + listings.failed
    assert {item.reason for item in missed} >= {"repeated"}
    assert metadata_of(result, "raw_listings")["stored"] == listings.stored
    assert "| listing_id |" in str(metadata_of(result, "raw_listings")["preview"])


def test_the_checks_pass_and_are_recorded(kelvarra: Installation) -> None:
    _, result = scanned(kelvarra)
    checks = {
        (check.asset_key.to_user_string(), check.check_name): check.passed
        for check in result.get_asset_check_evaluations()
    }
    assert checks == {
        ("raw_listings", "counts_add_up"): True,
        ("raw_listings", "field_fill_rate"): True,
        ("raw_listings", "searched"): True,
        ("image_hashes", "counts_add_up"): True,
        ("scores", "counts_add_up"): True,
        ("scores", "scores_in_range"): True,
        ("flagged_cases", "counts_add_up"): True,
        ("flagged_cases", "scanned_on_time"): True,
    }


def test_what_operators_see_shows_photos_small_and_leads_to_the_pages(
    kelvarra: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFRINGEMENT_PAGES_URL", "https://pages.example/")
    scan, result = scanned(kelvarra)
    pages = f"https://pages.example/clients/{CLIENT}"
    for asset in ("image_hashes", "scores", "flagged_cases"):
        told = metadata_of(result, asset)
        preview = str(told["preview"])
        assert preview.count("![](data:image/jpeg;base64,") == 10, asset
        assert len(preview) < 40_000
        assert told["scan"] == f"{pages}/scans/{scan.scan_id}"
    assert str(metadata_of(result, "flagged_cases")["preview"]).count(f"(<{pages}/cases/") == 10
    probabilities = str(metadata_of(result, "scores")["probabilities"])
    counts = read_counts(scan.runs[0].counts)
    assert probabilities.startswith(
        f"{counts['scores'].stored} scores, {counts['flagged_cases'].stored} at or above 0.5"
    )
    assert "(data:image/png;base64," in probabilities


def test_every_photo_is_kept_with_its_corner_points(kelvarra: Installation) -> None:
    scanned(kelvarra)
    with kelvarra.database.client(CLIENT) as connection:
        (without, both_ways) = connection.execute(
            """
            SELECT count(*) FILTER (WHERE corner_points IS NULL),
                count(*) FILTER (WHERE mirrored_corner_points IS NOT NULL)
            FROM photos WHERE client_id = %s
            """,
            [CLIENT],
        ).fetchone() or (None, None)
    assert without == 0
    assert both_ways == len(demo_client(CLIENT).reference_photos)


def test_a_second_scan_adds_nothing_and_fetches_and_compares_no_photo_again(
    kelvarra: Installation,
) -> None:
    # So that the first scan reads all pages that are worth it, and none is left for the second.
    config = demo_client(CLIENT).config
    searches = {PROVIDER: {"queries": ["kelvarra"], "pages_max": 2, "details_max": 200}}
    save_config(kelvarra.database, CLIENT, {**config, "searches": searches}, created_by="test")
    _, first = scanned(kelvarra)
    compared = metadata_of(first, "scores")["photos_compared"]
    assert isinstance(compared, int)
    assert compared > 0
    before = stored_counts(kelvarra)
    _, again = scanned(kelvarra)
    assert stored_counts(kelvarra) == before  # evidence too: nothing about the listings changed
    assert metadata_of(again, "image_hashes")["fetched"] == 0
    assert metadata_of(again, "scores")["photos_compared"] == 0


def test_what_the_vendor_charged_is_kept_with_the_scan(kelvarra: Installation) -> None:
    scan, result = scanned(kelvarra)
    with kelvarra.database.client(CLIENT) as connection:
        charged = credits_of_scan(connection, CLIENT, scan.scan_id)
    assert charged == {PROVIDER: metadata_of(result, "raw_listings")["credits"]}
    assert scan.runs[0].credits_charged == charged[PROVIDER] > 0


def test_flagged_cases_have_evidence_that_matches_its_digest(kelvarra: Installation) -> None:
    scanned(kelvarra)
    with kelvarra.database.client(CLIENT) as connection:
        cases = case_store.list_cases(connection, CLIENT, 1000)
        evidence = [
            row
            for case in cases
            for row in evidence_store.evidence_of(connection, CLIENT, case.case_id)
        ]
    kinds = {row.kind for row in evidence}
    shown = {"photo", "reference_photo"}
    pages = {"provider_page", "listing_page"}
    assert kinds == {"listing_payload", "manifest", "page_facts"} | pages | shown
    for row in evidence:
        content = kelvarra.objects.get(row.object_key)
        assert (sha256_hex(content), len(content)) == (row.sha256, row.size_bytes)


def test_progress_is_told_by_gapless_events(kelvarra: Installation) -> None:
    scan, _ = scanned(kelvarra)
    with kelvarra.database.client(CLIENT) as connection:
        events = event_store.events_after(connection, CLIENT, 0, 10_000)
    assert [event.event_no for event in events] == list(range(1, len(events) + 1))
    phases = [event.body["phase"] for event in events if event.type == "run.progress"]
    assert list(dict.fromkeys(phases)) == [
        "raw_listings",
        "image_hashes",
        "scores",
        "flagged_cases",
    ]
    told = [event for event in events if event.type == "run.progress"]
    assert {event.scan_id for event in told} == {scan.scan_id}
    for event in told:
        assert event.body.keys() == PROGRESS_WORDS
        assert isinstance(event.body["per_second"], float)
        assert event.body["per_second"] >= 0
    last = {str(event.body["phase"]): event.body for event in told}
    listings = read_counts(scan.runs[0].counts)["raw_listings"].stored
    assert {body["found"] for body in last.values()} == {listings}
    cases = read_counts(scan.runs[0].counts)["flagged_cases"].stored
    flagged = [body["flagged"] for body in last.values()]
    assert flagged == [0, 0, cases, cases]
    assert cases > 0


def test_a_run_without_a_scan_opens_one_for_the_operator(kelvarra: Installation) -> None:
    result = execute_scan(CLIENT, PROVIDER, {})
    assert result.success
    with kelvarra.database.client(CLIENT) as connection:
        scans = scan_store.scan_page(connection, CLIENT, 10)
    assert [(scan.trigger, scan.runs[0].dagster_run_id) for scan in scans] == [
        ("operator", result.run_id)
    ]


def test_a_pair_that_the_client_does_not_search_is_skipped_with_the_reason(
    kelvarra: Installation,
) -> None:
    config = {**demo_client(CLIENT).config, "searches": {"amazon": {"queries": ["kelvarra"]}}}
    save_config(kelvarra.database, CLIENT, config, created_by="test")
    result = execute_scan(CLIENT, PROVIDER, {})
    assert result.success
    (told,) = [
        check for check in result.get_asset_check_evaluations() if check.check_name == "searched"
    ]
    assert (told.passed, told.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "has no search at ebay" in str(told.description)
    assert metadata_of(result, "raw_listings")["skipped_because"] == told.description
    with kelvarra.database.client(CLIENT) as connection:
        (scan,) = scan_store.scan_page(connection, CLIENT, 10)
        assert credits_of_scan(connection, CLIENT, scan.scan_id) == {PROVIDER: 0}
    assert skipped_because(scan.runs[0].counts) == told.description


def test_an_operators_run_without_credits_left_fails_before_it_asks_for_anything(
    kelvarra: Installation,
) -> None:
    with kelvarra.database.admission() as c:
        limit_store.set_client_limits(c, CLIENT, ClientLimits(credits_per_day=0))
    result = execute_scan(CLIENT, PROVIDER, {})
    assert not result.success
    (failure,) = result.get_step_failure_events()
    assert "may cost" in str(failure.step_failure_data.error_display_string)
    with kelvarra.database.client(CLIENT) as c:
        assert scan_store.scan_page(c, CLIENT, 10) == []
