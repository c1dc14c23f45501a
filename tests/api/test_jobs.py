"""Exports and previews are made beside the requests, a client's one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest

from api.app import Api
from api.jobs import runner
from api.jobs.orders import TrialOrder
from resources.objects.store import ObjectStore
from resources.postgres.clients import job_store
from resources.postgres.clients.job_store import OPEN_JOBS_MAX
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.case_scene import flag_cases
from tests.api.conftest import CONFIG, Caller, CallerOf
from tests.support.onboarding import save_config

NO_WAIT = {"Prefer": "respond-async"}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def asked(caller: Caller, path: str = "cases-export") -> str:
    answer = caller("GET", path, headers=NO_WAIT, expect=202)
    return str(answer.headers["location"])


def is_over(caller: Caller, job: str) -> bool:
    return caller("GET", job, expect=200).json()["ended_at"] is not None


def test_an_export_is_asked_for_and_fetched_by_its_client_alone(
    acme: Caller, caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    flag_cases(database, "acme", 30)
    job = asked(acme, "cases-export?format=parquet&probability_min=0.6")
    until(lambda: is_over(acme, job))
    assert acme("GET", job).json()["state"] == "succeeded"
    file = acme("GET", f"{job}/file", expect=200)
    assert file.content[:4] == b"PAR1"
    assert "cases-acme.parquet" in file.headers["content-disposition"]
    waited = acme("GET", "cases-export?format=parquet&probability_min=0.6", expect=200)
    assert waited.content == file.content
    number = job.rpartition("/")[2]
    caller_of("beta")("GET", f"exports/{number}", expect=404)
    caller_of("beta")("GET", f"exports/{number}/file", expect=404)
    acme("GET", f"previews/{number}", expect=404)
    caller_of("acme", "viewer")("GET", job, expect=403)
    assert [key.split("/")[:3] for key in objects.keys("clients/acme/jobs")] == [
        ["clients", "acme", "jobs"]
    ] * 2


def test_a_preview_can_be_fetched_later(acme: Caller, database: Database) -> None:
    save_config(database, "acme", CONFIG, created_by="tests")
    answer = acme("POST", "config/preview", json=CONFIG, headers=NO_WAIT, expect=202)
    job = answer.headers["location"]
    until(lambda: is_over(acme, job))
    assert acme("GET", job).json()["previews"] == acme("POST", "config/preview", json=CONFIG).json()


def test_one_clients_queue_is_bounded_and_delays_no_other(
    acme: Caller, caller_of: CallerOf, database: Database
) -> None:
    beta = caller_of("beta")
    for client_id in ("acme", "beta"):
        flag_cases(database, client_id, 20)
    jobs = [asked(acme) for _ in range(OPEN_JOBS_MAX)]
    refused = acme("GET", "cases-export", headers=NO_WAIT)
    beta("GET", "cases-export", expect=200)
    if refused.status_code == 429:  # unless the first was made in between
        assert refused.json()["type"].endswith(":too-many-jobs")
    until(lambda: all(is_over(acme, job) for job in jobs))
    assert all(acme("GET", f"{job}/file").status_code == 200 for job in jobs)


def test_a_job_that_takes_too_long_ends_with_a_reason(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "JOB_SECONDS_MAX", 0.01)
    job = asked(acme)
    until(lambda: is_over(acme, job))
    assert "ask for less at once" in acme("GET", job).json()["problem"]
    assert acme("GET", f"{job}/file", expect=422).json()["type"].endswith(":job-failed")
    assert acme("GET", "cases-export", expect=422).json()["type"].endswith(":job-failed")


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[runner.WorkerProcess]:
    """The worker that was killed before it could answer: the first one that is started."""
    start = runner.WorkerProcess.start
    killed: list[runner.WorkerProcess] = []

    async def start_and_kill(settings: object) -> runner.WorkerProcess:
        worker = await start(settings)  # type: ignore[arg-type]
        if not killed:
            killed.append(worker)
            worker._process.kill()
        return worker

    monkeypatch.setattr(runner.WorkerProcess, "start", start_and_kill)
    return killed


def test_a_job_whose_worker_is_killed_is_done_again(
    acme: Caller, app: Api, killed: list[runner.WorkerProcess]
) -> None:
    acme("GET", "cases-export", expect=200)
    assert len(killed) == 1


def test_a_trial_whose_worker_is_killed_is_not_paid_twice(
    acme: Caller, app: Api, database: Database, killed: list[runner.WorkerProcess]
) -> None:
    order = TrialOrder(provider="amazon", search={"queries": ["acme"]}, credits_most=5)
    with database.client("acme") as c:
        trial = job_store.add_job(c, "acme", order.kind, order.model_dump(), "user:ann")
    app.state.backend.jobs.tell()
    job = app.state.backend.jobs.wait_for("acme", trial, 60)
    assert job.problem is not None
    assert "may have been charged" in job.problem
    assert len(killed) == 1


def test_results_are_removed_after_a_day(
    acme: Caller, app: Api, database_urls: DatabaseUrls, objects: ObjectStore
) -> None:
    job = asked(acme)
    until(lambda: is_over(acme, job))
    with psycopg.connect(with_database(database_urls.admin, database_of(database_urls.app))) as c:
        c.execute("UPDATE background_jobs SET ended_at = now() - interval '25 hours'")
    app.state.backend.jobs._remove_expired()
    acme("GET", job, expect=404)
    assert objects.keys("clients/acme/jobs") == []
