"""Trial searches at a sandbox: one page, shown with photos, charged like a scan, kept nowhere."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from infringement_dagster.collecting.trial_search import Trial, TrialNotAnswered, TrialSearch
from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.client import Search
from infringement_dagster.scans.admit_runs import CreditsExhausted
from infringement_dagster.scans.trial_credits import page_credits
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import PhotoAccess
from resources.postgres.clients import client_store, limit_store
from resources.postgres.database import Database
from resources.postgres.scans import price_store, usage_store
from resources.postgres.statements import fetch_count
from resources.providers.account import VendorAccounts
from resources.settings import Settings

CLIENT = "acme"
BOTTLES = Search(("kelvarra bottle",), pages_max=1)


@pytest.fixture(scope="module")
def decoder() -> Iterator[BlockingDecoder]:
    with BlockingDecoder() as decoder:
        yield decoder


@pytest.fixture
def trials(database: Database, sandbox_url: str, decoder: BlockingDecoder) -> TrialSearch:
    with database.client(CLIENT) as c:
        client_store.add_client(c, CLIENT, "Acme")
    settings = Settings().model_copy(update={"sandbox_url": sandbox_url})
    access = PhotoAccess(frozenset({urlsplit(sandbox_url).netloc}))
    return TrialSearch(database, VendorAccounts(settings), access, decoder)


def used_today(database: Database) -> int:
    with database.client(CLIENT) as c:
        return usage_store.client_use(c, CLIENT).credits_today


def stored(database: Database) -> int:
    with database.client(CLIENT) as c:
        return sum(
            fetch_count(c, "SELECT count(*) FROM listings") + fetch_count(c, query)
            for query in ("SELECT count(*) FROM scans", "SELECT count(*) FROM unsettled_charges")
        )


def test_a_page_is_shown_with_photos_and_charged_to_no_scan(
    trials: TrialSearch, database: Database
) -> None:
    with database.client(CLIENT) as c:
        price = page_credits(c, "amazon", BOTTLES)
    found = trials.result_of(Trial(CLIENT, "amazon", BOTTLES, price))
    assert found.credits == price == used_today(database)
    assert found.query == "kelvarra bottle"
    assert len(found.listings) == 12 < found.found
    photos = [b64decode(item.photo_base64) for item in found.listings if item.photo_base64]
    assert len(photos) >= 10
    assert all(photo.startswith(b"\xff\xd8") for photo in photos)
    assert stored(database) == 0


def test_nothing_is_asked_beyond_the_clients_credits(
    trials: TrialSearch, database: Database
) -> None:
    with database.admission() as c:
        limit_store.set_client_limits(c, CLIENT, ClientLimits(credits_per_day=4))
    with pytest.raises(CreditsExhausted, match=r"costs 5 credits.*limit 4"):
        trials.result_of(Trial(CLIENT, "amazon", BOTTLES, 5))
    assert used_today(database) == 0
    assert stored(database) == 0


def test_nothing_is_asked_above_the_price_that_was_named(
    trials: TrialSearch, database: Database
) -> None:
    with pytest.raises(TrialNotAnswered, match="4 were named; nothing was asked"):
        trials.result_of(Trial(CLIENT, "amazon", BOTTLES, 4))
    assert used_today(database) == 0


def test_a_price_that_the_vendor_tells_is_kept_and_named_from_then_on(
    trials: TrialSearch, database: Database, sandbox_url: str
) -> None:
    told = {"scraperapi_key": SecretStr("key"), "scraperapi_url": sandbox_url}
    real = VendorAccounts(trials.vendors.settings.model_copy(update=told))
    with database.client(CLIENT) as c:
        assert price_store.newest_price(c, "amazon", "com") is None
    paid = TrialSearch(database, real, trials.photos, trials.decoder)
    assert paid.result_of(Trial(CLIENT, "amazon", BOTTLES, 5)).credits == 5
    with database.client(CLIENT) as c:
        assert price_store.newest_price(c, "amazon", "com") == 5
