"""A vendor's prices: asked before the first question, once a day, and never exceeded."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest

from infringement_dagster.collecting.trial_search import Trial, TrialSearch
from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.client import Search
from infringement_dagster.scans.admit_runs import credits_of
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import PhotoAccess
from resources.postgres.clients import limit_store
from resources.postgres.scans import outcome_store, price_store
from resources.postgres.scans.price_store import AskedToday
from resources.postgres.scans.records import ScanRow
from resources.providers.account import VendorAccounts
from resources.settings import Settings
from tests.scenarios.scan.conftest import CLIENT, Install
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.sandbox_processes import StartSandbox
from tests.support.stored import credits_of_scan
from tests.support.wire_server import WireServer, answer, wire_server

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
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == AskedToday(CREDITS)
        c.execute("UPDATE provider_prices SET credits = 7, asked_at = now() - interval '23 hours'")
    scanned(installed)
    with installed.database.client(CLIENT) as c:  # it was not asked again
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == AskedToday(7)
        c.execute("UPDATE provider_prices SET asked_at = now() - interval '25 hours'")
    scanned(installed)
    with installed.database.client(CLIENT) as c:
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == AskedToday(CREDITS)


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


def test_a_vendor_that_tells_no_price_is_asked_once_a_day_whoever_asks(
    install: Install, sandbox_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = answer(b"{}", status=404)
    with wire_server(nothing) as vendor:
        installed = install(sandbox_url)
        monkeypatch.setenv("SCRAPERAPI_KEY", "key")
        monkeypatch.setenv("SCRAPERAPI_URL", vendor.url)
        scanned(installed)
        scanned(installed)
        try_one_page(installed)
        assert len(price_questions(vendor)) == 1
        assert len(vendor.requests) > 3
        with installed.database.client(CLIENT) as c:
            c.execute("UPDATE provider_prices SET asked_at = now() - interval '25 hours'")
        scanned(installed)
        assert len(price_questions(vendor)) == 2


def test_what_a_vendor_told_before_holds_while_it_tells_nothing(
    kelvarra: Installation,
) -> None:
    with kelvarra.database.client(CLIENT) as c:
        price_store.put_price(c, "scraperapi", PROVIDER, "com", 3)
        price_store.put_price(c, "scraperapi", PROVIDER, "com", None)
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == AskedToday(3)
        assert price_store.newest_price(c, PROVIDER, "com") == 3
        c.execute("UPDATE provider_prices SET told_at = now() - interval '8 days'")
        assert price_store.price_of_today(c, "scraperapi", PROVIDER, "com") == AskedToday(None)
        assert price_store.newest_price(c, PROVIDER, "com") is None


def try_one_page(installed: Installation) -> None:
    trial = Trial(CLIENT, PROVIDER, Search(("kelvarra",), pages_max=1), credits_most=1)
    with BlockingDecoder() as decoder:
        accounts = VendorAccounts(Settings())
        TrialSearch(installed.database, accounts, PhotoAccess(frozenset()), decoder).result_of(
            trial
        )


def price_questions(vendor: WireServer) -> list[str]:
    return [asked for asked in vendor.requests if asked.startswith("GET /account/urlcost?")]
