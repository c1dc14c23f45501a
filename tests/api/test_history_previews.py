"""A draft tried on every stored listing: a job that tells how far it is and can be stopped."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from api.jobs import runner
from api.jobs.orders import Answer, HistoryOrder, Progress, WorkOrder
from infringement_dagster.domain.listing import FoundListing
from infringement_dagster.snapshots.listings import listings_frame
from resources.objects.store import ObjectStore
from resources.postgres.clients import job_store
from resources.postgres.clients.job_store import OPEN_HISTORIES_MAX, JobState, TooManyJobs
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings.listing_store import put_listings
from tests.api.conftest import CONFIG, Caller, CallerOf
from tests.support.onboarding import save_config
from tests.support.scene import a_listing, ask_for_scan
from tests.support.snapshots import keep_table
from tests.support.waiting import until

OVER_ALL = "config/preview?over=all_history"


def stored(database: Database, objects: ObjectStore, client_id: str) -> None:
    """Two scans of the client, of which the older saw a copy that the newer did not."""
    save_config(database, client_id, CONFIG, created_by="tests")
    for found in (["B1", "B2"], ["B2"]):
        listings = [a_listing(key, title=f"Acme bottle replica {key}") for key in found]
        with database.client(client_id) as c:
            scan_id = ask_for_scan(c, client_id, "amazon")
            put_listings(c, client_id, scan_id, listings)
        frame = listings_frame([FoundListing(listing, "page") for listing in listings])
        keep_table(database, objects, client_id, scan_id, "raw_listings", frame)


def test_a_draft_is_tried_on_every_stored_listing(
    acme: Caller, caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    stored(database, objects, "acme")
    nobody = {**CONFIG, "thresholds": {"review": 0.99999, "notice_ready": 0.999999}}
    answer = acme("POST", OVER_ALL, json=nobody, expect=202)
    job = str(answer.headers["location"])
    until(lambda: acme("GET", job).json()["ended_at"] is not None)
    made = acme("GET", job, expect=200).json()
    assert (made["state"], made["previews"]) == ("succeeded", None)
    (amazon,) = made["history"]
    assert (amazon["stored"], amazon["from_snapshots"]) == (2, 2)
    assert amazon["newly_flagged"] + amazon["dropped"] + amazon["unchanged"] == 2
    assert {one["listing_id"] for one in amazon["strongest_dropped"]} <= {"B1", "B2"}
    (last,) = acme("POST", "config/preview", json=nobody, expect=200).json()
    assert last["listings"] == 1
    assert made["found"] == 2
    assert 0 <= made["done"] <= 2
    number = job.rpartition("/")[2]
    for other in (caller_of("beta"), caller_of("beta", "admin")):
        other("GET", f"previews/{number}", expect=404)
        other("DELETE", f"previews/{number}", expect=404)
    caller_of("acme", "viewer")("DELETE", job, expect=403)
    assert acme("DELETE", job, expect=200).json() == made  # it has ended


def test_a_draft_that_is_not_valid_is_refused_before_it_is_tried(acme: Caller) -> None:
    refused = acme("POST", OVER_ALL, json={"brands": "Acme"}, expect=422)
    assert refused.json()["errors"]
    acme("POST", "config/preview?over=everything", json=CONFIG, expect=422)


def add_history(database: Database, client_id: str = "acme") -> UUID:
    order = HistoryOrder(draft={}, base_version=0)
    with database.client(client_id) as c:
        return job_store.add_job(c, client_id, order.kind, order.model_dump(), "user:ann")


def state_of(database: Database, job_id: UUID) -> tuple[JobState, int, int | None]:
    with database.client("acme") as c:
        job = job_store.get_job(c, "acme", job_id)
    return job.state, job.done, job.found


def test_few_of_a_client_wait_and_they_hold_up_no_other_job(two_clients: Database) -> None:
    waiting = [add_history(two_clients) for _ in range(OPEN_HISTORIES_MAX)]
    with pytest.raises(TooManyJobs, match="not made yet"):
        add_history(two_clients)
    add_history(two_clients, "beta")
    with two_clients.client("acme") as c:
        taken = job_store.take_job(c, "acme", "long")
        assert taken is not None
        assert taken.job_id == waiting[0]
        assert job_store.take_job(c, "acme", "long") is None  # one at a time
        assert job_store.take_job(c, "acme", "short") is None
        export = job_store.add_job(c, "acme", "export", {}, "user:ann")
    with two_clients.admission() as c:
        assert job_store.clients_with_jobs(c, "short") == ["acme"]
        assert job_store.clients_with_jobs(c, "long") == ["acme", "beta"]
    with two_clients.client("acme") as c:
        other = job_store.take_job(c, "acme", "short")
    assert other is not None
    assert other.job_id == export


def test_progress_holds_the_lease_of_a_job_that_is_still_wanted(two_clients: Database) -> None:
    job_id = add_history(two_clients)
    with two_clients.client("acme") as c:
        assert not job_store.note_progress(c, "acme", job_id, 1, 9)  # nobody has taken it
        job_store.take_job(c, "acme", "long")
        c.execute("UPDATE background_jobs SET lease_ends_at = now() - interval '1 second'")
        assert job_store.note_progress(c, "acme", job_id, 5, 9)
        assert job_store.take_job(c, "acme", "long") is None
    assert state_of(two_clients, job_id) == ("running", 5, 9)
    with two_clients.client("beta") as c:
        assert not job_store.note_progress(c, "beta", job_id, 6, 9)
    with two_clients.client("acme") as c:
        job_store.note_failed(c, "acme", job_id, "it was stopped")
        assert not job_store.note_progress(c, "acme", job_id, 6, 9)
    assert state_of(two_clients, job_id) == ("failed", 5, 9)


class EndlessWorker(runner.WorkerProcess):
    """Says how far it is for ever, in place of a process."""

    def __init__(self) -> None:
        self.is_ended = False

    async def answer(self, work: WorkOrder, tell: runner.Tell) -> Answer:
        assert work.order.kind == "history"
        for done in range(10**9):
            await tell(Progress(done=done, found=10**9))
            await asyncio.sleep(0.02)
        raise AssertionError

    async def end(self) -> None:
        self.is_ended = True


def test_a_job_that_is_stopped_ends_its_process(
    two_clients: Database,
    database_urls: DatabaseUrls,
    objects: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = EndlessWorker()

    async def start(_: object) -> EndlessWorker:
        return worker

    monkeypatch.setattr(runner.WorkerProcess, "start", start)
    job_id = add_history(two_clients)

    async def run() -> None:
        jobs = runner.JobRunner(database_urls, objects)
        running = asyncio.create_task(jobs.run())
        await asyncio.to_thread(until, lambda: state_of(two_clients, job_id)[1] >= 3)
        with two_clients.client("acme") as c:
            job_store.note_failed(c, "acme", job_id, "it was stopped")
        await asyncio.to_thread(until, lambda: worker.is_ended)
        running.cancel()
        await asyncio.wait([running])
        jobs.close()

    asyncio.run(run())
    with two_clients.client("acme") as c:
        job = job_store.get_job(c, "acme", job_id)
    assert (job.state, job.problem, job.attempts) == ("failed", "it was stopped", 1)


def test_a_preview_of_nobody_is_not_stopped(acme: Caller) -> None:
    acme("DELETE", f"previews/{uuid4()}", expect=404)
