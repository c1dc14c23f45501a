from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import dagster as dg
import pytest

from infringement_dagster.assets.partitions import partition_key
from infringement_dagster.scans.admit_runs import CreditsExhausted
from infringement_dagster.scans.lease import ScanRun, open_scan_run
from resources.postgres.database import Database
from resources.postgres.scans import scan_store
from resources.postgres.scans.admission_store import current_use
from tests.resources.postgres.scans.test_admission_store import PLENTY, add, ask, look


def started_by_a_person(database: Database) -> ScanRun:
    """What the first step of a backfill's run does; such a run may cost 10 credits."""
    key = partition_key("acme", "amazon")
    return open_scan_run(database, dg.DagsterRun(job_name="scan"), key)


def credits_today(database: Database) -> int:
    with database.admission() as c:
        return current_use(c, ["acme"]).clients["acme"].credits_today


def test_a_persons_run_reserves_what_it_may_cost(database: Database) -> None:
    add(database, "acme", replace(PLENTY, credits_per_day=19))
    started_by_a_person(database)
    assert credits_today(database) == 10
    ask(database, "acme")
    assert look(database).waiting == {"credits_day": 1}


def test_a_persons_run_beyond_the_clients_credits_is_refused_and_leaves_no_scan(
    database: Database,
) -> None:
    add(database, "acme", replace(PLENTY, credits_per_month=19))
    (admitted,) = ask(database, "acme")
    look(database)
    with pytest.raises(CreditsExhausted, match=r"'acme'.* cost 10 .*10 this month \(limit 19\)"):
        started_by_a_person(database)
    with database.client("acme") as c:
        assert [scan.scan_id for scan in scan_store.scan_page(c, "acme", 9)] == [admitted]


def test_racing_runs_of_persons_and_of_the_queue_spend_no_credit_twice(database: Database) -> None:
    add(database, "acme", replace(PLENTY, credits_per_day=45))
    ask(database, "acme", 8)

    def try_one(number: int) -> str:
        if number % 2:
            look(database)
            return "queue"
        try:
            started_by_a_person(database)
        except CreditsExhausted:
            return "refused"
        return "started"

    with ThreadPoolExecutor(8) as threads:
        fates = Counter(threads.map(try_one, range(16)))
    assert fates["started"] + fates["refused"] == 8
    assert credits_today(database) == 40
