"""A vendor's prices: asked before the first question, once a day, and never exceeded."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.scans.admit_runs import credits_of
from resources.postgres.clients import limit_store
from resources.postgres.scans import outcome_store, price_store
from resources.postgres.scans.records import ScanRow
from tests.scenarios.scan.conftest import CLIENT, Install
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.sandbox_processes import StartSandbox
from tests.support.stored import credits_of_scan

PROVIDER = "ebay"
CREDITS = 5  # where the documentation says 1


def with_a_key(installed: Installation, patch: pytest.MonkeyPatch) -> None:
    """The sandbox in the vendor's place, as an account of a key."""
    patch.setenv("SCRAPERAPI_KEY", "key")
    patch.setenv("SCRAPERAPI_URL", installed.environment["INFRINGEMENT_SANDBOX_URL"])


def scanned(installed: Installation) -> ScanRow:
    scan = installed.request(CLIENT, PROVIDER)
    installed.execute(scan, PROVIDER, ["raw_listings"])
    return scan


def charged(installed: Installation, scan: ScanRow) -> int:
    with installed.database.client(CLIENT) as c:
        return credits_of_scan(c, CLIENT, scan.scan_id).get(PROVIDER, 0)


def at_most(installed: Installation) -> int:
    with installed.database.client(CLIENT) as c:
        return credits_of(c, CLIENT, 1, PROVIDER)


def paid_to(url: str) -> int:
    with urlopen(f"{url}/sandbox/ledger") as books:
        accounts: dict[str, dict[str, int]] = json.load(books)
    return sum(account["credits"] for account in accounts.values())


def test_a_scan_costs_what_the_vendor_told_and_so_says_the_estimate(
    install: Install, start_sandbox: StartSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = install(start_sandbox("--credits", f"ebay={CREDITS}"))
    with_a_key(installed, monkeypatch)
    before = at_most(installed)
    first = charged(installed, scanned(installed))
    assert first % CREDITS == 0
    assert 0 < first <= at_most(installed) == before * CREDITS
    with installed.database.client(CLIENT) as c:
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == CREDITS
        c.execute("UPDATE provider_prices SET credits = 7, told_at = now() - interval '23 hours'")
    scanned(installed)
    with installed.database.client(CLIENT) as c:  # it was not asked again
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == 7
        c.execute("UPDATE provider_prices SET told_at = now() - interval '25 hours'")
    scanned(installed)
    with installed.database.client(CLIENT) as c:
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == CREDITS


def test_a_price_that_rose_is_not_paid_and_asked_for_anew(
    install: Install, start_sandbox: StartSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start_sandbox("--credits", f"ebay={CREDITS}")
    installed = install(url)
    with_a_key(installed, monkeypatch)
    search = {"queries": ["kelvarra"], "pages_max": 1, "details_max": 0}
    config = {**demo_client(CLIENT).config, "searches": {PROVIDER: search}}
    save_config(installed.database, CLIENT, config, created_by="test")
    with installed.database.client(CLIENT) as c:
        price_store.put_price(c, "scraperapi", PROVIDER, "com", 1)
    scan = scanned(installed)
    with installed.database.client(CLIENT) as c:
        (outcome,) = outcome_store.item_outcomes(c, CLIENT, scan.scan_id, PROVIDER, "raw_listings")
        assert price_store.newest_price(c, PROVIDER, "com") is None
    assert (outcome.outcome, outcome.reason) == ("failed", "above_price")
    assert (charged(installed, scan), paid_to(url)) == (0, 0)
    assert charged(installed, scanned(installed)) == CREDITS == paid_to(url)


def test_a_price_beyond_what_the_client_has_left_stops_the_run_before_it_asks(
    install: Install, start_sandbox: StartSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start_sandbox("--credits", f"ebay={CREDITS}")
    installed = install(url)
    with_a_key(installed, monkeypatch)
    before = at_most(installed)
    with installed.database.admission() as c:
        limits = ClientLimits(credits_per_day=before * CREDITS - 1)
        limit_store.set_client_limits(c, CLIENT, limits)
    scan = installed.request(CLIENT, PROVIDER)
    assert not installed.execute(scan, PROVIDER, ["raw_listings"]).success
    assert paid_to(url) == 0
    assert at_most(installed) == before * CREDITS  # so the next one waits in the queue
