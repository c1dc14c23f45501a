from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from infringement_dagster.matching.listing import Provider
from resources.postgres.database import Database
from resources.postgres.records import UsageRow
from resources.postgres.run_store import UnknownRun
from resources.postgres.scan_store import get_scan
from resources.postgres.usage_store import credits_of_scan, put_usage
from tests.resources.postgres.scene import NOON, begin


def request(provider: Provider, credits: int) -> UsageRow:
    return UsageRow(uuid4(), provider, "scraperapi", "amazon/search", 200, credits, NOON)


def test_a_request_is_charged_once_and_summed_per_provider(database: Database) -> None:
    first, second, other = request("amazon", 5), request("amazon", 25), request("ebay", 1)
    with database.client("acme") as c:
        scene = begin(c, "acme")
        assert credits_of_scan(c, "acme", scene.scan_id) == {"amazon": 0, "ebay": 0}
        put_usage(c, "acme", scene.scan_id, [first, first])
        put_usage(c, "acme", scene.scan_id, [])
        assert credits_of_scan(c, "acme", scene.scan_id) == {"amazon": 5, "ebay": 0}
        put_usage(c, "acme", scene.scan_id, [other, first, second])
        assert credits_of_scan(c, "acme", scene.scan_id) == {"amazon": 30, "ebay": 1}
        runs = get_scan(c, "acme", scene.scan_id).runs
    assert [run.credits_charged for run in runs] == [30, 1]


def test_racing_charges_all_count(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")

    def charge() -> None:
        for _ in range(5):
            with database.client("acme") as c:
                put_usage(c, "acme", scene.scan_id, [request("amazon", 1), request("ebay", 2)])

    threads = [threading.Thread(target=charge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.client("acme") as c:
        assert credits_of_scan(c, "acme", scene.scan_id) == {"amazon": 20, "ebay": 40}


def test_a_provider_outside_the_scan_is_refused(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        with pytest.raises(UnknownRun, match="walmart"):
            put_usage(c, "acme", scene.scan_id, [request("walmart", 1)])
