from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.listing import Provider
from resources.postgres.clients import limit_store
from resources.postgres.database import Database
from resources.postgres.scans.admission_store import current_use
from resources.postgres.scans.records import UsageRow
from resources.postgres.scans.run_store import LostLease, UnknownRun, start_run
from resources.postgres.scans.scan_store import get_scan
from resources.postgres.scans.usage_store import (
    Question,
    client_use,
    note_questions,
    note_trial,
    put_trial_usage,
    put_usage,
    settle_free,
)
from tests.support.scene import NOON, begin
from tests.support.stored import credits_of_scan, unsettled_credits


def request(provider: Provider, credits: int) -> UsageRow:
    return UsageRow(uuid4(), provider, "scraperapi", "amazon/search", 200, credits, NOON)


def ask(c: Connection, client_id: str, scan_id: UUID) -> UUID:
    """The id of a question to Amazon that the running run has asked."""
    request_id = uuid4()
    run = start_run(c, client_id, scan_id, "amazon", f"dagster-{client_id}")
    question = Question(request_id, "scraperapi", "amazon/search", 5)
    note_questions(c, client_id, scan_id, "amazon", run.epoch, [question])
    return request_id


def test_a_question_is_unsettled_until_its_charge_is_told(database: Database) -> None:
    with database.client("acme") as c:
        scan_id = begin(c, "acme").scan_id
        first, second = (ask(c, "acme", scan_id) for _ in range(2))
        assert unsettled_credits(c, "acme", scan_id) == 10
        put_usage(c, "acme", scan_id, [replace(request("amazon", 4), request_id=first)])
        assert unsettled_credits(c, "acme", scan_id) == 5
        settle_free(c, "acme", [second])
        assert unsettled_credits(c, "acme", scan_id) == 0
        assert credits_of_scan(c, "acme", scan_id)["amazon"] == 4


def test_who_lost_the_run_may_ask_nothing_more(database: Database) -> None:
    with database.client("acme") as c:
        scan_id = begin(c, "acme").scan_id
        run = start_run(c, "acme", scan_id, "amazon", "first")
        start_run(c, "acme", scan_id, "amazon", "second")
    question = Question(uuid4(), "scraperapi", "amazon/search", 5)
    with pytest.raises(LostLease), database.client("acme") as c:
        note_questions(c, "acme", scan_id, "amazon", run.epoch, [question])
    with database.client("acme") as c:
        assert unsettled_credits(c, "acme", scan_id) == 0


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


def test_a_trial_counts_at_its_most_until_it_is_told_and_is_charged_once(
    database: Database,
) -> None:
    row = request("amazon", 5)
    with database.client("acme") as c:
        begin(c, "acme")
        question = Question(row.request_id, "scraperapi", "amazon/search", 25)
        note_trial(c, "acme", "amazon", question)
    with database.admission() as c:
        limit_store.set_client_limits(c, "acme", ClientLimits(credits_per_day=100))
        assert current_use(c, ["acme"]).clients["acme"].credits_today == 25
    with database.client("acme") as c:
        today = replace(row, charged_at=datetime.now(UTC))
        put_trial_usage(c, "acme", [today])
        put_trial_usage(c, "acme", [today])
        assert client_use(c, "acme").credits_today == 5
    with database.admission() as c:
        assert current_use(c, ["acme"]).clients["acme"].credits_today == 5
