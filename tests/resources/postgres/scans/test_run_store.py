from __future__ import annotations

import threading
from uuid import UUID

import pytest

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import EndState
from resources.postgres.clients.client_store import get_client
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.scans.outcome_store import merge_counts
from resources.postgres.scans.records import RunRow, ScanRow
from resources.postgres.scans.run_store import (
    LostLease,
    RunNotStartable,
    UnknownRun,
    check_epoch,
    finish_run,
    run_by_dagster_run,
    start_run,
)
from resources.postgres.scans.scan_store import UnknownScan, get_scan
from tests.support.scene import Scene, admit, ask_for_scan, begin


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's scan, running at Amazon and queued at eBay."""
    with database.client("acme") as c:
        return begin(c, "acme")


def start(database: Database, scene: Scene, dagster_run_id: str) -> RunRow:
    with database.client("acme") as c:
        return start_run(c, "acme", scene.scan_id, "amazon", dagster_run_id)


def finish(database: Database, scene: Scene, run: RunRow, state: EndState) -> ScanRow:
    with database.client("acme") as c:
        return finish_run(
            c, "acme", scene.scan_id, run.provider, run.epoch, state, {"end": state}, "why"
        )


def event_types(database: Database, scan_id: UUID) -> list[str]:
    with database.client("acme") as c:
        return [event.type for event in events_after(c, "acme", 0, limit=99, scan_id=scan_id)]


def test_a_started_run_starts_its_scan(database: Database, scene: Scene) -> None:
    run = scene.run
    assert (run.state, run.attempt, run.epoch) == ("running", 1, 1)
    with database.client("acme") as c:
        scan = get_scan(c, "acme", scene.scan_id)
        assert run.dagster_run_id is not None
        assert run_by_dagster_run(c, "acme", run.dagster_run_id) == run
        assert run_by_dagster_run(c, "acme", "another") is None
    assert (scan.state, scan.finished_at) == ("running", None)
    assert scan.started_at is not None
    assert event_types(database, scene.scan_id) == ["scan.requested", "scan.started", "run.started"]


def test_each_step_of_a_dagster_run_holds_the_same_lease(database: Database, scene: Scene) -> None:
    assert scene.run.dagster_run_id is not None
    assert start(database, scene, scene.run.dagster_run_id) == scene.run
    assert event_types(database, scene.scan_id).count("run.started") == 1


def test_an_admitted_run_starts(database: Database, scene: Scene) -> None:
    with database.admission() as c:
        admit(c, "acme", scene.scan_id, "ebay")
    with database.client("acme") as c:
        assert start_run(c, "acme", scene.scan_id, "ebay", "dagster-2").state == "running"


def test_who_is_overtaken_never_writes_nor_comes_back(database: Database, scene: Scene) -> None:
    retried = start(database, scene, "retry")
    assert (retried.attempt, retried.epoch, retried.state) == (2, 2, "running")
    with database.client("acme") as c:
        check_epoch(c, "acme", scene.scan_id, "amazon", retried.epoch)
        with pytest.raises(LostLease, match="epoch 1 was followed by 2"):
            check_epoch(c, "acme", scene.scan_id, "amazon", scene.run.epoch)
        with pytest.raises(LostLease):
            merge_counts(c, "acme", scene.scan_id, "amazon", scene.run.epoch, "scores", {})
    with pytest.raises(LostLease):
        finish(database, scene, scene.run, "succeeded")
    assert scene.run.dagster_run_id is not None
    with pytest.raises(LostLease, match="retry has it"):
        start(database, scene, scene.run.dagster_run_id)
    with database.client("acme") as c:
        assert get_scan(c, "acme", scene.scan_id).runs[0] == retried


def test_a_takeover_waits_for_a_write_under_the_old_epoch(database: Database, scene: Scene) -> None:
    taken = threading.Event()

    def take_over() -> None:
        start(database, scene, "retry")
        taken.set()

    thread = threading.Thread(target=take_over)
    with database.client("acme") as c:
        check_epoch(c, "acme", scene.scan_id, "amazon", scene.run.epoch)
        thread.start()
        assert not taken.wait(0.3)
    assert taken.wait(10)
    thread.join()


def test_a_scan_ends_with_its_last_run(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        merge_counts(c, "acme", scene.scan_id, "amazon", 1, "scores", {"stored": 3})
    scan = finish(database, scene, scene.run, "succeeded")
    amazon = scan.runs[0]
    assert scan.state == "running"
    assert (amazon.state, amazon.error) == ("succeeded", "why")
    assert amazon.counts == {"scores": {"stored": 3}, "end": "succeeded"}
    assert amazon.finished_at is not None
    scan = finish(database, scene, scan.runs[1], "failed")  # it never started
    assert (scan.state, [run.state for run in scan.runs]) == ("partial", ["succeeded", "failed"])
    assert scan.finished_at is not None
    assert event_types(database, scene.scan_id)[3:] == [
        "run.finished",
        "run.finished",
        "scan.finished",
    ]


def test_the_first_end_stands(database: Database, scene: Scene) -> None:
    ended = finish(database, scene, scene.run, "cancelled")
    assert finish(database, scene, scene.run, "succeeded") == ended
    assert event_types(database, scene.scan_id).count("run.finished") == 1
    with database.client("acme") as c, pytest.raises(LostLease, match="cancelled"):
        check_epoch(c, "acme", scene.scan_id, "amazon", scene.run.epoch)


@pytest.mark.parametrize("state", ["succeeded", "cancelled"])
def test_a_run_that_succeeded_or_was_cancelled_stays_so(
    database: Database, scene: Scene, state: EndState
) -> None:
    finish(database, scene, scene.run, state)
    with pytest.raises(RunNotStartable, match=state):
        start(database, scene, "retry")


@pytest.mark.parametrize("state", ["failed", "partial"])
def test_a_failed_run_starts_again_in_another_dagster_run_only(
    database: Database, scene: Scene, state: EndState
) -> None:
    ended = finish(database, scene, scene.run, state)
    assert finish(database, scene, ended.runs[1], "failed").finished_at is not None
    assert scene.run.dagster_run_id is not None
    with pytest.raises(RunNotStartable):
        start(database, scene, scene.run.dagster_run_id)
    retried = start(database, scene, "retry")
    assert (retried.state, retried.attempt, retried.error) == ("running", 2, None)
    with database.client("acme") as c:
        reopened = get_scan(c, "acme", scene.scan_id)
    assert (reopened.state, reopened.finished_at) == ("running", None)
    assert finish(database, scene, retried, "succeeded").state == "partial"


def test_unknown_scans_and_runs_are_named(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        with pytest.raises(UnknownRun, match="walmart"):
            start_run(c, "acme", scene.scan_id, "walmart", "dagster-2")
        with pytest.raises(UnknownScan, match=str(UUID(int=1))):
            start_run(c, "acme", UUID(int=1), "amazon", "dagster-2")


def test_racing_runs_of_one_scan_never_deadlock(database: Database, scene: Scene) -> None:
    """Three providers start, count, fail and start again as fast as they can."""
    providers: tuple[Provider, ...] = ("amazon", "ebay", "walmart")
    with database.client("acme") as c:
        scan_id = ask_for_scan(c, "acme", *providers)
    rounds = 12
    failures: list[BaseException] = []

    def live(provider: Provider) -> None:
        try:
            for number in range(rounds):
                with database.client("acme") as c:
                    run = start_run(c, "acme", scan_id, provider, f"{provider}-{number}")
                with database.client("acme") as c:
                    merge_counts(c, "acme", scan_id, provider, run.epoch, "scores", {"n": 1})
                end: EndState = "succeeded" if number == rounds - 1 else "failed"
                with database.client("acme") as c:
                    finish_run(c, "acme", scan_id, provider, run.epoch, end)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=live, args=(provider,)) for provider in providers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.client("acme") as c:
        assert get_scan(c, "acme", scan_id).state == "succeeded"
        last = get_client(c, "acme").last_event_no
        types = [event.type for event in events_after(c, "acme", 0, limit=999)]
    assert types.count("run.finished") == rounds * len(providers)
    assert types[-1] == "scan.finished"
    assert len(types) == last


def test_the_end_of_the_last_two_runs_at_once_ends_the_scan(
    database: Database, scene: Scene
) -> None:
    with database.client("acme") as c:
        scan_ids = [ask_for_scan(c, "acme") for _ in range(6)]
    barrier = threading.Barrier(2)

    def end(provider: Provider) -> None:
        for scan_id in scan_ids:
            barrier.wait(30)
            with database.client("acme") as c:
                finish_run(c, "acme", scan_id, provider, 0, "cancelled")

    providers: tuple[Provider, ...] = ("amazon", "ebay")
    threads = [threading.Thread(target=end, args=(provider,)) for provider in providers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.client("acme") as c:
        assert {get_scan(c, "acme", item).state for item in scan_ids} == {"cancelled"}
