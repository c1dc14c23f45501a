"""A config applied to what is stored: the real job over a real scan's snapshots."""

from __future__ import annotations

from typing import Any

from infringement_dagster.domain.counts import read_counts
from infringement_dagster.domain.listing import Provider
from infringement_dagster.reviewing.decide import decide
from infringement_dagster.scans.lease import RESCORE_ORDER, remaining_assets
from resources.postgres.cases import case_store
from resources.postgres.cases.records import CaseRow
from resources.postgres.events import event_store
from resources.postgres.scans import scan_store
from resources.postgres.scans.records import RunRow, ScanRow
from resources.postgres.scans.rescore_store import queue_rescore
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.stored import credits_of_scan

CLIENT = "kelvarra"
PROVIDER: Provider = "ebay"


def cases_by_state(installed: Installation) -> dict[str, set[str]]:
    with installed.database.client(CLIENT) as c:
        rows = case_store.list_cases(c, CLIENT, 1000)
    found: dict[str, set[str]] = {"open": set(), "decided": set(), "dropped": set()}
    for row in rows:
        found[row.state].add(row.listing_id)
    return found


def cases_of(installed: Installation) -> list[CaseRow]:
    with installed.database.client(CLIENT) as c:
        return case_store.list_cases(c, CLIENT, 1000)


def applied(installed: Installation, changes: dict[str, Any]) -> ScanRow:
    """The re-score of the demo's config with these changes, as it ended."""
    document = {**demo_client(CLIENT).config, **changes}
    version = save_config(installed.database, CLIENT, document, "tests")
    with installed.database.client(CLIENT) as c:
        asked = queue_rescore(c, CLIENT, version, "tests", [PROVIDER])
    (run,) = asked.runs
    assert remaining_assets(installed.database, run) == RESCORE_ORDER
    result = installed.execute(asked, PROVIDER, RESCORE_ORDER)
    assert result.success
    with installed.database.client(CLIENT) as c:
        return scan_store.get_scan(c, CLIENT, asked.scan_id)


def steps_counted(run: RunRow) -> set[str]:
    return set(read_counts(run.counts))


def test_a_config_is_applied_to_what_is_stored(kelvarra: Installation) -> None:
    first = kelvarra.request(CLIENT, PROVIDER)
    kelvarra.execute(first, PROVIDER)
    cases = cases_of(kelvarra)
    judged, doubted = cases[0], cases[1]
    with kelvarra.database.client(CLIENT) as c:
        decide(c, CLIENT, judged.case_id, "infringing", "", "ann", 1)
        decide(c, CLIENT, doubted.case_id, "unsure", "", "ann", 1)
        before = event_store.events_after(c, CLIENT, 0, 10_000)[-1].event_no
    everybody = {case.listing_id for case in cases}
    sure = {"thresholds": {"review": 0.9999, "notice_ready": 0.99999}}

    scan = applied(kelvarra, sure)

    after = cases_by_state(kelvarra)
    assert after["decided"] == {judged.listing_id}
    assert doubted.listing_id in after["open"]
    assert after["dropped"] >= everybody - after["open"] - after["decided"]
    assert after["dropped"]
    with kelvarra.database.client(CLIENT) as c:
        events = event_store.events_after(c, CLIENT, before, 10_000)
        assert credits_of_scan(c, CLIENT, scan.scan_id) == {PROVIDER: 0}
    dropped = [event for event in events if event.type == "case.dropped"]
    assert {event.body["listing_id"] for event in dropped} == after["dropped"]
    phases = [event.body["phase"] for event in events if event.type == "run.progress"]
    assert list(dict.fromkeys(phases)) == list(RESCORE_ORDER)
    assert steps_counted(scan.runs[0]) == set(RESCORE_ORDER)

    applied(kelvarra, {})

    again = cases_by_state(kelvarra)
    assert (again["open"] | again["decided"], again["dropped"]) == (everybody, set())
    assert again["decided"] == {judged.listing_id}
