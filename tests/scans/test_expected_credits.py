from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from infringement_dagster.scans.expected_credits import ExpectedCredits, expected_credits, in_words
from resources.postgres.clients import client_store, operator_store
from resources.postgres.database import Database
from resources.postgres.scans import run_store
from resources.postgres.scans.usage_store import put_usage
from tests.resources.postgres.scans.test_admission_store import PLENTY, add, ask
from tests.resources.postgres.scans.test_usage_store import request


def test_each_searched_pair_tells_its_most_its_last_and_what_is_left(database: Database) -> None:
    add(database, "acme", replace(PLENTY, credits_per_day=19))
    add(database, "beta")
    (scan_id,) = ask(database, "acme")
    with database.client("acme") as c:
        run = run_store.start_run(c, "acme", scan_id, "amazon", "dagster-1")
        put_usage(c, "acme", scan_id, [replace(request("amazon", 5), charged_at=datetime.now(UTC))])
        run_store.finish_run(c, "acme", scan_id, "amazon", run.epoch, "succeeded")
    found = expected_credits(database)
    assert found == [
        ExpectedCredits("acme", "amazon", 10, 5, 14),
        ExpectedCredits("acme", "ebay", 2, None, 14),
        ExpectedCredits("beta", "amazon", 10, None, None),
        ExpectedCredits("beta", "ebay", 2, None, None),
    ]
    assert in_words(found) == "4 scans of 2 clients: 24 credits at most"


def test_clients_and_providers_can_be_named_and_who_cannot_scan_costs_nothing(
    database: Database,
) -> None:
    for client_id in ("acme", "beta", "gone"):
        add(database, client_id)
    with database.identity() as c:
        operator_store.set_client_state(c, "gone", "suspended")
    with database.client("bare") as c:
        client_store.add_client(c, "bare", "without a config")
    named = expected_credits(database, ["beta", "gone", "bare"], ["ebay"])
    assert [(row.client_id, row.provider) for row in named] == [("beta", "ebay")]
    assert in_words(expected_credits(database, ["gone"])) == (
        "0 scans of 0 clients: 0 credits at most"
    )
