"""A draft tried on every stored listing, in the browser: come back to, saved, stopped."""

from __future__ import annotations

import re
from uuid import UUID

from playwright.sync_api import expect

from api.jobs.orders import HistoryOrder
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store, job_store
from resources.postgres.clients.job_store import OPEN_HISTORIES_MAX
from resources.postgres.database import Database
from tests.api.pages.conftest import Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.api.pages.stored_scan import keep_snapshot


def drafted(adam: Visit, review: str) -> None:
    """A draft with this threshold, previewed over the last scans."""
    adam.show("config")
    adam.page.get_by_label("Review from").fill(review)
    adam.page.get_by_label("Notices from").fill("0.999995")
    adam.page.get_by_role("button", name="Preview").click()


def test_a_draft_is_tried_on_every_stored_listing_and_saved(
    adam: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    keep_snapshot(database, objects, scene)
    drafted(adam, "0.99999")
    adam.page.get_by_role("button", name="Look at all stored listings").click()
    adam.page.wait_for_url(re.compile(r"/config/history/[0-9a-f-]{36}$"))
    amazon = adam.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text("Flagged now: 14. With this draft: 0. Unchanged: 0.")
    expect(amazon).to_contain_text("14 no longer flagged")
    adam.page.reload()  # the result stays where it is
    expect(amazon.locator(".tiles li")).to_have_count(14)
    first = amazon.locator(".tiles a").first
    assert "/listing?provider=amazon&listing_id=" in (first.get_attribute("href") or "")
    adam.page.get_by_label("Why").fill("over everything")
    adam.page.get_by_role("button", name="Save as version 2").click()
    adam.page.wait_for_url(re.compile(r"saved=2$"))
    with database.client(scene.client_id) as c:
        document = client_store.load_config(c, scene.client_id).document
    thresholds = {"review": 0.99999, "notice_ready": 0.999995}
    assert dict(document) == CONFIG | {"thresholds": thresholds}


def waiting(database: Database, client_id: str) -> UUID:
    """A preview that a worker at another machine holds and is in the middle of."""
    order = HistoryOrder(draft=dict(CONFIG), base_version=1)
    with database.client(client_id) as c:
        job_id = job_store.add_job(c, client_id, order.kind, order.model_dump(), "user:adam")
        c.execute(
            "UPDATE background_jobs SET state = 'running', done = 1200, found = 4800, "
            "lease_ends_at = now() + interval '3 minutes' WHERE job_id = %s",
            (job_id,),
        )
    return job_id


def test_progress_is_shown_until_it_is_stopped(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    job_id = waiting(database, scene.client_id)
    adam.show(f"config/history/{job_id}")
    history = adam.page.locator("#history")
    expect(history).to_contain_text("1,200 of 4,800 stored listings compared.")
    with database.client(scene.client_id) as c:
        job_store.note_progress(c, scene.client_id, job_id, 2400, 4800)
    expect(history).to_contain_text("2,400 of 4,800 stored listings compared.")
    adam.page.get_by_role("button", name="Stop").click()
    expect(history).to_contain_text("It was stopped before it was made.")
    with database.client(scene.client_id) as c:
        assert job_store.get_job(c, scene.client_id, job_id).state == "failed"


def test_who_asks_for_too_many_is_told(
    adam: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    keep_snapshot(database, objects, scene)
    for _ in range(OPEN_HISTORIES_MAX):
        waiting(database, scene.client_id)
    drafted(adam, "0.9")
    adam.page.get_by_role("button", name="Look at all stored listings").click()
    expect(adam.page.locator("#notice")).to_contain_text("Too many at once")
    adam.complaints.clear()  # the browser itself reports an answer of 429
