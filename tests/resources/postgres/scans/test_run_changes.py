from __future__ import annotations

import contextlib
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.scan import RUN_STATES, RunState, Writer, may_change
from resources.postgres.database import Database
from resources.postgres.scans.intervention_store import cancel_scan, retry_scan
from resources.postgres.scans.run_store import (
    END_STATES,
    LostLease,
    check_epoch,
    finish_run,
    get_run,
    requeue_run,
    start_run,
)
from resources.postgres.scans.scan_store import get_scan
from tests.support.scene import Scene, admit, ask_for_scan, begin


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's scan, running at Amazon and queued at eBay."""
    with database.client("acme") as c:
        return begin(c, "acme")


def start(database: Database, scene: Scene, dagster_run_id: str) -> int:
    with database.client("acme") as c:
        return start_run(c, "acme", scene.scan_id, "amazon", dagster_run_id).attempt


_LEADS_TO: dict[RunState, tuple[RunState, ...]] = {
    "queued": (),
    "admitted": ("admitted",),
    "running": ("running",),
    "succeeded": ("running", "succeeded"),
    "partial": ("running", "partial"),
    "failed": ("running", "failed"),
    "cancelled": ("running", "cancelled"),
}


def write(c: Connection, scan_id: UUID, after: RunState, writer: Writer, number: int) -> None:
    """What this writer's store function does to bring the run there."""
    run = get_run(c, "acme", scan_id, "walmart")
    if writer == "step" and after == "running":
        start_run(c, "acme", scan_id, "walmart", f"walmart-{scan_id}-{number}")
    elif writer == "outcome" and after == "queued":
        requeue_run(c, "acme", scan_id, "walmart", run.epoch, "it crashed")
    elif writer == "outcome" and after in END_STATES:
        finish_run(c, "acme", scan_id, "walmart", run.epoch, after)
    elif writer == "person" and after == "queued":
        retry_scan(c, "acme", scan_id)
    elif writer == "person" and after == "cancelled":
        cancel_scan(c, "acme", scan_id)


@pytest.mark.parametrize("before", RUN_STATES)
def test_the_stores_allow_exactly_the_table_of_changes(
    database: Database, scene: Scene, before: RunState
) -> None:
    for number, (after, writer) in enumerate(product(RUN_STATES, get_args(Writer))):
        with database.client("acme") as c:
            scan_id = ask_for_scan(c, "acme", "walmart")
        bring(database, scan_id, before)
        with contextlib.suppress(PermanentError), database.client("acme") as c:
            write(c, scan_id, after, writer, number)
        if writer == "admission" and after == "admitted":
            with database.admission() as c:
                admit(c, "acme", scan_id, "walmart")
        with database.client("acme") as c:
            run = get_run(c, "acme", scan_id, "walmart")
        allowed = may_change(before, after, writer)
        assert run.state == (after if allowed else before), (after, writer)
        if allowed and before == after == "running":
            assert run.epoch == 2, "who takes a run over holds it alone"


def bring(database: Database, scan_id: UUID, state: RunState) -> None:
    for step in _LEADS_TO[state]:
        if step == "admitted":
            with database.admission() as c:
                admit(c, "acme", scan_id, "walmart")
            continue
        with database.client("acme") as c:
            write(c, scan_id, step, "step" if step == "running" else "outcome", 0)


def test_a_requeued_run_waits_under_an_epoch_nobody_holds(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        requeue_run(c, "acme", scene.scan_id, "amazon", scene.run.epoch, "its process died")
        run = get_run(c, "acme", scene.scan_id, "amazon")
    assert (run.state, run.epoch, run.attempt, run.dagster_run_id) == ("queued", 2, 1, None)
    assert run.error == "its process died"
    with database.client("acme") as c, pytest.raises(LostLease):
        check_epoch(c, "acme", scene.scan_id, "amazon", scene.run.epoch)
    assert scene.run.dagster_run_id is not None
    with pytest.raises(LostLease):
        start(database, scene, scene.run.dagster_run_id)
    with database.client("acme") as c:
        assert get_scan(c, "acme", scene.scan_id).state == "running"
    assert start(database, scene, "next") == 2


def test_an_admission_that_never_started_counts_as_a_try(database: Database, scene: Scene) -> None:
    with database.admission() as c:
        admit(c, "acme", scene.scan_id, "ebay")
    with database.client("acme") as c:
        requeue_run(c, "acme", scene.scan_id, "ebay", 0, "Dagster never started it")
        assert get_run(c, "acme", scene.scan_id, "ebay").attempt == 1
