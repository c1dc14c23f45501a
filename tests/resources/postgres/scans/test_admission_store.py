from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.scans.admit_runs import QueuePass, pass_over_queue
from resources.postgres.clients import client_store, limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.scans import run_store, scan_store
from resources.postgres.scans.admission_store import current_use, forgotten_admissions, waiting_runs
from resources.postgres.scans.intervention_store import cancel_scan, retry_scan
from resources.postgres.scans.records import RunRow
from resources.postgres.scans.usage_store import put_usage
from resources.providers.registry import installed
from tests.resources.postgres.scans.test_usage_store import ask as asked
from tests.resources.postgres.scans.test_usage_store import request
from tests.support.scene import ask_for_scan

CONFIG = {  # at most 2 pages of 5 credits at Amazon, 2 of 1 at eBay
    "brands": [{"name": "Acme"}],
    "searches": {
        "amazon": {"queries": ["acme"], "pages_max": 2, "details_max": 0},
        "ebay": {"queries": ["acme"], "pages_max": 2, "details_max": 0},
    },
}
PLENTY = ClientLimits(runs_max=1000)


def add(database: Database, client_id: str, limits: ClientLimits = PLENTY) -> None:
    with database.client(client_id) as c:
        client_store.add_client(c, client_id, client_id)
        client_store.save_config(c, client_id, CONFIG, "tests")
    with database.admission() as c:
        limit_store.set_client_limits(c, client_id, limits)


def widen(database: Database, runs_max: int) -> None:
    with database.admission() as c:
        limit_store.set_instance_runs_max(c, runs_max)
        limit_store.set_provider_limits(c, "amazon", ProviderLimits(runs_max))


def ask(database: Database, client_id: str, number: int = 1) -> list[UUID]:
    with database.client(client_id) as c:
        return [ask_for_scan(c, client_id, "amazon") for _ in range(number)]


def look(database: Database) -> QueuePass:
    with database.admission() as c:
        return pass_over_queue(c)


def run_of(database: Database, client_id: str, scan_id: UUID) -> RunRow:
    with database.client(client_id) as c:
        return run_store.get_run(c, client_id, scan_id, "amazon")


def test_an_admitted_run_holds_a_slot_and_the_most_that_it_may_cost(database: Database) -> None:
    add(database, "acme")
    (scan_id,) = ask(database, "acme")
    assert [run.credits for run in look(database).admitted] == [10]
    assert run_of(database, "acme", scan_id).state == "admitted"
    with database.client("acme") as c:
        types = [event.type for event in events_after(c, "acme", 0, 9)]
    assert types == ["scan.requested", "run.admitted"]
    with database.admission() as c:
        assert waiting_runs(c, 9, installed().names) == []
        assert current_use(c, ["acme"]).runs == 1
        assert forgotten_admissions(c, 60) == []
        assert [run.scan_id for run in forgotten_admissions(c, 0)] == [scan_id]


def test_64_racing_passes_never_exceed_a_limit(database: Database) -> None:
    widen(database, 7)
    for client_id, runs_max in (("acme", 2), ("beta", 50)):
        add(database, client_id, ClientLimits(runs_max=runs_max))
        ask(database, client_id, 20)
    with ThreadPoolExecutor(16) as threads:
        passes = list(threads.map(lambda _: look(database), range(64)))
    taken = Counter(run.client_id for item in passes for run in item.admitted)
    assert taken == {"acme": 2, "beta": 5}


def test_64_racing_passes_spend_no_credit_twice(database: Database) -> None:
    widen(database, 1000)
    add(database, "acme", replace(PLENTY, credits_per_day=45))
    ask(database, "acme", 20)
    with ThreadPoolExecutor(16) as threads:
        passes = list(threads.map(lambda _: look(database), range(64)))
    assert sum(len(item.admitted) for item in passes) == 4  # 10 credits each
    assert passes[-1].waiting == {"credits_day": 16}


def test_a_reservation_is_settled_by_what_was_charged_and_returned_at_the_end(
    database: Database,
) -> None:
    add(database, "acme", replace(PLENTY, credits_per_month=14))
    (first,), (second,) = ask(database, "acme"), ask(database, "acme")
    assert len(look(database).admitted) == 1
    assert run_of(database, "acme", second).wait_reason == "credits_month"
    with database.client("acme") as c:
        run_store.start_run(c, "acme", first, "amazon", "dagster-1")
        put_usage(c, "acme", first, [replace(request("amazon", 4), charged_at=datetime.now(UTC))])
    assert look(database).waiting == {"credits_month": 1}  # 4 charged and 6 of 10 still reserved
    with database.client("acme") as c:
        run_store.finish_run(c, "acme", first, "amazon", 1, "failed")
    assert [run.scan_id for run in look(database).admitted] == [second]  # 4 + 10 of 14


def test_a_further_try_reserves_its_credits_on_top_of_those_charged(database: Database) -> None:
    add(database, "acme", replace(PLENTY, credits_per_day=17))
    (scan_id,) = ask(database, "acme")
    look(database)
    with database.client("acme") as c:
        run_store.start_run(c, "acme", scan_id, "amazon", "dagster-1")
        put_usage(c, "acme", scan_id, [replace(request("amazon", 7), charged_at=datetime.now(UTC))])
        run_store.requeue_run(c, "acme", scan_id, "amazon", 1, "its process died")
    assert [run.credits for run in look(database).admitted] == [10]  # 7 + 10 of 17
    with database.admission() as c:
        assert current_use(c, ["acme"]).clients["acme"].credits_today == 17


def test_what_a_dead_process_asked_counts_as_if_it_had_been_billed(database: Database) -> None:
    add(database, "acme", replace(PLENTY, credits_per_day=14))
    (scan_id,) = ask(database, "acme")
    look(database)
    with database.client("acme") as c:
        asked(c, "acme", scan_id)
    (waits,) = ask(database, "acme")
    assert look(database).waiting == {"credits_day": 1}  # 10 reserved, the question among them
    with database.client("acme") as c:
        run_store.finish_run(c, "acme", scan_id, "amazon", 1, "failed")
    assert look(database).waiting == {"credits_day": 1}  # 5 that may have been billed
    with database.admission() as c:
        limit_store.set_client_limits(c, "acme", replace(PLENTY, credits_per_day=15))
    assert [run.scan_id for run in look(database).admitted] == [waits]


def test_a_crashed_run_gives_its_slot_and_its_reservation_back(database: Database) -> None:
    widen(database, 1)
    add(database, "acme", replace(PLENTY, credits_per_day=10))
    (scan_id,) = ask(database, "acme")
    look(database)
    with database.client("acme") as c:
        run_store.requeue_run(c, "acme", scan_id, "amazon", 0, "its process died")
    assert [run.scan_id for run in look(database).admitted] == [scan_id]


def test_an_interrupted_run_is_admitted_after_its_pause_or_when_a_person_asks(
    database: Database,
) -> None:
    add(database, "acme", PLENTY)
    (scan_id,) = ask(database, "acme")
    look(database)
    with database.client("acme") as c:
        run_store.requeue_run(c, "acme", scan_id, "amazon", 0, "its process died", pause_seconds=30)
    assert look(database).admitted == ()
    assert run_of(database, "acme", scan_id).wait_reason == "interrupted"
    with database.client("acme") as c:
        c.execute("UPDATE runs SET not_before = now()")
    assert [run.scan_id for run in look(database).admitted] == [scan_id]
    with database.client("acme") as c:
        run_store.requeue_run(c, "acme", scan_id, "amazon", 1, "its process died", pause_seconds=30)
        run_store.finish_run(c, "acme", scan_id, "amazon", 2, "failed")
        retry_scan(c, "acme", scan_id)
    assert [run.scan_id for run in look(database).admitted] == [scan_id]


def test_a_changed_limit_counts_from_the_next_pass_on(database: Database) -> None:
    add(database, "acme", ClientLimits(runs_max=0))
    scan_ids = ask(database, "acme", 3)
    assert look(database).waiting == {"client_runs": 3}
    assert run_of(database, "acme", scan_ids[0]).wait_reason == "client_runs"
    with database.admission() as c:
        limit_store.set_client_limits(c, "acme", ClientLimits(runs_max=1))
    assert len(look(database).admitted) == 1
    reasons = [run_of(database, "acme", item).wait_reason for item in scan_ids]
    assert sorted(reasons, key=str) == [None, "client_runs", "client_runs"]
    with database.admission() as c:
        limit_store.set_client_limits(c, "acme", ClientLimits(runs_max=2))
        limit_store.set_provider_limits(c, "amazon", ProviderLimits(runs_max=1))
    assert look(database).waiting == {"provider_runs": 2}


def test_turns_outlive_the_process_that_took_them(database: Database) -> None:
    widen(database, 1)
    add(database, "acme")
    add(database, "beta")
    ask(database, "acme", 9)
    ask(database, "beta", 9)
    order = ""
    for _ in range(3):
        for run in look(database).admitted:
            order += run.client_id[0]
            with database.client(run.client_id) as c:
                run_store.finish_run(c, run.client_id, run.scan_id, "amazon", 0, "failed")
    assert Counter(order) in ({"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 3, "b": 3})


def test_a_suspended_clients_runs_are_not_looked_at(database: Database) -> None:
    add(database, "acme")
    ask(database, "acme")
    with database.identity() as c:
        c.execute("UPDATE clients SET state = 'suspended'")
    assert look(database) == QueuePass((), {})


def test_a_bad_config_is_admitted_and_fails_by_itself(database: Database) -> None:
    add(database, "acme")
    with database.client("acme") as c:
        version = client_store.save_config(c, "acme", {"brands": "none"}, "tests")
        scan_store.queue_scan(
            c,
            "acme",
            ["amazon"],
            trigger="request",
            requested_by="tests",
            config_version=version,
        )
    assert [run.credits for run in look(database).admitted] == [0]


def test_a_cancelled_run_is_neither_admitted_nor_waits(database: Database) -> None:
    add(database, "acme")
    (scan_id,) = ask(database, "acme")
    with database.client("acme") as c:
        cancel_scan(c, "acme", scan_id)
    assert look(database) == QueuePass((), {})
