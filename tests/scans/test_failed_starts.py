from __future__ import annotations

import pytest

from infringement_dagster.scans.failed_starts import tell_failed_start
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.scans.run_store import start_run
from tests.support.scene import begin


def test_a_run_that_never_took_a_scan_is_told_to_its_client(database: Database) -> None:
    with database.client("acme") as c:
        begin(c, "acme")
    assert tell_failed_start(database, "acme", "ebay", "dagster-9", "no credits are left")
    with database.client("acme") as c:
        last = events_after(c, "acme", 0, 99)[-1]
    assert (last.type, last.scan_id) == ("run.finished", None)
    error = "no credits are left (Dagster run dagster-9)"
    assert last.body == {"provider": "ebay", "state": "failed", "error": error}


def test_the_end_of_a_run_with_a_scan_is_told_by_the_scan_alone(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        first = scene.run.dagster_run_id
        start_run(c, "acme", scene.scan_id, "amazon", "dagster-taking-over")
    assert first is not None
    for run_id in (first, "dagster-taking-over"):
        assert not tell_failed_start(database, "acme", "amazon", run_id, "it died")


def test_an_erased_client_is_told_nothing(database: Database) -> None:
    with pytest.raises(UnknownClient):
        tell_failed_start(database, "nobody", "ebay", "dagster-9", "it died")
