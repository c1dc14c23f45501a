"""Exports and previews are made beside the requests, a client's one after the other."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psycopg
import pytest

from api.app import Api
from api.jobs import runner
from api.jobs.orders import Answer, TrialOrder
from resources.objects.store import ObjectStore
from resources.postgres.clients import job_store
from resources.postgres.clients.job_store import OPEN_JOBS_MAX, TooManyJobs
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.case_scene import flag_cases
from tests.api.conftest import CONFIG, Caller, CallerOf
from tests.support.onboarding import save_config
from tests.support.waiting import until

NO_WAIT = {"Prefer": "respond-async"}


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


def test_one_clients_line_of_jobs_delays_no_other(
    acme: Caller, caller_of: CallerOf, database: Database
) -> None:
    beta = caller_of("beta")
    for client_id in ("acme", "beta"):
        flag_cases(database, client_id, 20)
    jobs = [asked(acme) for _ in range(OPEN_JOBS_MAX)]
    beta("GET", "cases-export", expect=200)
    until(lambda: all(is_over(acme, job) for job in jobs))
    assert all(acme("GET", f"{job}/file").status_code == 200 for job in jobs)


def add_jobs(database: Database, client_id: str, count: int) -> None:
    with database.client(client_id) as c:
        for _ in range(count):
            job_store.add_job(c, client_id, "export", {}, "user:ann")


def test_a_clients_line_of_jobs_has_an_end(two_clients: Database) -> None:
    add_jobs(two_clients, "acme", OPEN_JOBS_MAX)
    with pytest.raises(TooManyJobs, match=f"client acme: {OPEN_JOBS_MAX} of its jobs wait"):
        add_jobs(two_clients, "acme", 1)
    add_jobs(two_clients, "beta", 1)


def test_one_client_has_one_worker_at_a_time(
    two_clients: Database,
    database_urls: DatabaseUrls,
    objects: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    async def begin(_: runner.JobRunner, client_id: str, __: job_store.JobRow) -> Answer:
        begun.append(client_id)
        await asyncio.Event().wait()
        raise AssertionError

    async def until_begun(jobs: runner.JobRunner, count: int) -> None:
        while len(begun) < count:
            jobs.tell()
            await asyncio.sleep(0.05)

    async def run() -> None:
        jobs = runner.JobRunner(database_urls, objects)
        running = asyncio.create_task(jobs.run())
        await asyncio.wait_for(until_begun(jobs, 1), 60)
        with suppress(TimeoutError):  # it looks for more of acme's twenty times
            await asyncio.wait_for(until_begun(jobs, 2), 1)
        add_jobs(two_clients, "beta", 1)
        await asyncio.wait_for(until_begun(jobs, 2), 60)
        running.cancel()
        await asyncio.wait([running])
        jobs.close()

    monkeypatch.setattr(runner.JobRunner, "_answer", begin)
    add_jobs(two_clients, "acme", 3)
    asyncio.run(run())
    assert begun == ["acme", "beta"]


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
