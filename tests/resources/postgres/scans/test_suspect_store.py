from __future__ import annotations

from uuid import UUID

import pytest
from psycopg import Connection

from resources.postgres.database import Database
from resources.postgres.scans.intervention_store import retry_scan
from resources.postgres.scans.lease_store import UnendedRun, unended_runs
from resources.postgres.scans.outcome_store import merge_counts
from resources.postgres.scans.run_store import LostLease, finish_run, requeue_run, start_run
from resources.postgres.scans.suspect_store import suspects, take_in_hand
from resources.providers.registry import installed
from tests.support.scene import ask_for_scan, begin


@pytest.fixture
def scan_id(database: Database) -> UUID:
    """Acme's queued scan."""
    with database.client("acme") as c:
        begin(c, "acme")
        return ask_for_scan(c, "acme", "amazon")


def work(c: Connection, scan_id: UUID, *items: str) -> int:
    """The epoch of a process that has these items in hand."""
    before = c.execute("SELECT epoch FROM runs WHERE scan_id = %s", (scan_id,)).fetchone()
    run = start_run(c, "acme", scan_id, "amazon", f"dagster-{before}")
    take_in_hand(c, "acme", scan_id, "amazon", run.epoch, items)
    return run.epoch


def crash(database: Database, scan_id: UUID, *items: str) -> dict[str, int]:
    """The suspects after a process has died with these items in hand."""
    with database.client("acme") as c:
        epoch = work(c, scan_id, *items)
        requeue_run(c, "acme", scan_id, "amazon", epoch, "its process died")
        return suspects(c, "acme", scan_id, "amazon")


def watched(database: Database, scan_id: UUID) -> UnendedRun:
    with database.admission() as c:
        return next(run for run in unended_runs(c, 9, installed().names) if run.scan_id == scan_id)


def test_each_item_counts_the_crashes_at_which_it_was_in_hand(
    database: Database, scan_id: UUID
) -> None:
    assert crash(database, scan_id, "a", "b") == {"a": 1, "b": 1}
    assert crash(database, scan_id, "b") == {"a": 1, "b": 2}
    assert crash(database, scan_id) == {"a": 1, "b": 2}
    with database.client("acme") as c:
        work(c, scan_id, "c")
    run = watched(database, scan_id)
    assert (run.crashes, run.holds_items) == (3, True)


def test_an_outage_leaves_the_items_in_hand_unsuspected(database: Database, scan_id: UUID) -> None:
    assert crash(database, scan_id, "a") == {"a": 1}
    with database.client("acme") as c:
        epoch = work(c, scan_id, "a", "b")
        requeue_run(c, "acme", scan_id, "amazon", epoch, "no database", cause="outage")
        assert suspects(c, "acme", scan_id, "amazon") == {"a": 1}
        work(c, scan_id)
    run = watched(database, scan_id)
    assert (run.crashes, run.holds_items) == (2, False)


def test_an_item_of_a_step_that_ended_is_suspected_no_more(
    database: Database, scan_id: UUID
) -> None:
    with database.client("acme") as c:
        epoch = work(c, scan_id, "a")
        merge_counts(c, "acme", scan_id, "amazon", epoch, "scores", {})
    assert not watched(database, scan_id).holds_items


def test_a_retry_counts_anew_and_keeps_the_suspicion(database: Database, scan_id: UUID) -> None:
    crash(database, scan_id, "a")
    with database.client("acme") as c:
        epoch = work(c, scan_id, "b")
        finish_run(c, "acme", scan_id, "amazon", epoch, "failed")
        retry_scan(c, "acme", scan_id)
        assert suspects(c, "acme", scan_id, "amazon") == {"a": 0, "b": 0}
        work(c, scan_id)
    assert watched(database, scan_id).crashes == 0


def test_who_lost_the_run_takes_nothing_in_hand(database: Database, scan_id: UUID) -> None:
    with database.client("acme") as c:
        epoch = work(c, scan_id, "a")
        start_run(c, "acme", scan_id, "amazon", "another")
        with pytest.raises(LostLease):
            take_in_hand(c, "acme", scan_id, "amazon", epoch, ["b"])
